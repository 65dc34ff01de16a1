#include "lamina/kernels/detail/conv_pixels.hpp"

#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace lamina::kernels::detail {
namespace {

using Offsets = std::vector<std::pair<Index, Index>>;  // of every pixel, in the input and in the output

Offsets every_pixel(PixelAxis columns, PixelAxis rows, PixelAxis samples) {
  Offsets all;
  for (Index n = 0; n < samples.count; ++n)
    for (Index r = 0; r < rows.count; ++r)
      for (Index c = 0; c < columns.count; ++c)
        all.emplace_back(n * samples.in_step + r * rows.in_step + c * columns.in_step,
                         n * samples.out_step + r * rows.out_step + c * columns.out_step);
  return all;
}

template <int S> Offsets in_tiles(const Pixels& pixels) {
  Offsets all;
  for (PixelCursor cursor(pixels); !cursor.done();) {
    Index in[S], out[S];
    cursor.take(in, out);
    for (int s = 0; s < S; ++s) all.emplace_back(in[s], out[s]);
  }
  return all;
}

struct Box {
  PixelAxis columns, rows, samples;
};
const std::vector<Box> boxes = {
    {{1, 8, 8}, {1, 64, 64}, {1, 0, 0}},     {{5, 8, 8}, {3, 40, 40}, {2, 120, 120}},
    {{5, 8, 8}, {3, 56, 40}, {2, 168, 120}}, {{1, 8, 8}, {1, 8, 8}, {13, 32, 16}},
    {{1, 8, 8}, {7, 48, 40}, {2, 400, 300}}, {{9, 16, 8}, {1, 0, 0}, {3, 200, 100}},
    {{4, 1, 8}, {4, 7, 32}, {1, 0, 0}},
};

}  // namespace

TEST_CASE("Tiles take every pixel in order; the last one repeats its last", "[kernels]") {
  for (const Box& box : boxes) {
    const Pixels pixels(box.columns, box.rows, box.samples);
    const Offsets expected = every_pixel(box.columns, box.rows, box.samples);
    REQUIRE(pixels.size() == static_cast<Index>(expected.size()));
    REQUIRE(std::pair(pixels.last_in(), pixels.last_out()) == expected.back());
    if (pixels.size() % 4 == 1) {
      Pixels whole = pixels;
      whole.left_out = 1;
      REQUIRE(in_tiles<4>(whole) == Offsets(expected.begin(), expected.end() - 1));
    }
    Offsets tiles = in_tiles<4>(pixels);
    REQUIRE(tiles.size() == (expected.size() + 3) / 4 * 4);
    for (std::size_t i = expected.size(); i < tiles.size(); ++i) REQUIRE(tiles[i] == expected.back());
    tiles.resize(expected.size());
    REQUIRE(tiles == expected);
  }
}

TEST_CASE("Axes that continue each other are one", "[kernels]") {
  REQUIRE(Pixels({5, 8, 8}, {3, 40, 40}, {2, 120, 120}).inner.count == 30);
  REQUIRE(Pixels({5, 8, 8}, {3, 56, 40}, {2, 168, 120}).inner.count == 5);
  REQUIRE(Pixels({5, 8, 8}, {3, 56, 40}, {2, 168, 120}).middle.count == 6);
  REQUIRE(Pixels({1, 8, 8}, {1, 8, 8}, {13, 32, 16}).inner.count == 13);
}

TEST_CASE("Chunks are every pixel in order", "[kernels]") {
  for (const Box& box : boxes)
    for (const Index most : {1, 3, 4, 7, 16, 1000}) {
      const Pixels pixels(box.columns, box.rows, box.samples);
      Offsets all;
      for_each_chunk(pixels, most, [&](Index in, Index out, const Pixels& chunk) {
        REQUIRE(chunk.size() <= most);
        REQUIRE(chunk.size() > 0);
        for (const auto& [i, o] : every_pixel(chunk.inner, chunk.middle, chunk.outer))
          all.emplace_back(in + i, out + o);
      });
      REQUIRE(all == every_pixel(box.columns, box.rows, box.samples));
    }
}

TEST_CASE("Split columns are whole tiles and the rest", "[kernels]") {
  const Pixels pixels({11, 8, 8}, {3, 100, 100}, {1, 0, 0});
  const auto [whole, rest] = split_columns(pixels, 4);
  REQUIRE((whole.inner.count == 8 && rest.inner.count == 3));
  REQUIRE((whole.middle.count == 3 && rest.middle.count == 3));

  Offsets tiles;
  for (PixelCursor cursor(whole); !cursor.done();) {
    Index in[4], out[4];
    cursor.take_neighbours<8, 8>(in, out);
    for (int s = 0; s < 4; ++s) tiles.emplace_back(in[s], out[s]);
  }
  REQUIRE(tiles == every_pixel({8, 8, 8}, {3, 100, 100}, {1, 0, 0}));
}

}  // namespace lamina::kernels::detail
