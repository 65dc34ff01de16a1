#include "lamina/data/detail/resample.hpp"

#include <numeric>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;
using data::detail::resample;
using data::detail::Stretch;
using data::detail::triangle_taps;

namespace {

std::vector<int> row(const std::vector<std::uint8_t>& pixels, Stretch part, Index width) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(width));
  resample(pixels.data(), {1, 1, static_cast<Index>(pixels.size())}, {0, 1}, part, out.data(), 1, width);
  return {out.begin(), out.end()};
}

}  // namespace

TEST_CASE("taps sum to one and lie inside") {
  for (const Index source : {1, 2, 5, 31})
    for (const Index output : {1, 3, 8, 40})
      for (const auto& taps : triangle_taps({0, static_cast<double>(source)}, source, output)) {
        REQUIRE(taps.first >= 0);
        REQUIRE(taps.first + static_cast<Index>(taps.weights.size()) <= source);
        require_close(std::accumulate(taps.weights.begin(), taps.weights.end(), 0.0), 1.0, 1e-6);
      }
}

TEST_CASE("the same size is the same picture") {
  const std::vector<std::uint8_t> pixels = {0, 255, 3, 77, 128};
  REQUIRE(row(pixels, {0, 5}, 5) == std::vector<int>{0, 255, 3, 77, 128});
}

TEST_CASE("enlarging is bilinear interpolation between pixel centres") {
  REQUIRE(row({0, 100}, {0, 2}, 4) == std::vector<int>{0, 25, 75, 100});
}

TEST_CASE("shrinking averages, so that stripes become grey") {
  std::vector<std::uint8_t> stripes(64);
  for (std::size_t i = 0; i < 64; ++i) stripes[i] = i % 2 ? 200 : 0;
  for (const int value : row(stripes, {0, 64}, 8)) CHECK(std::abs(value - 100) <= 13);
  REQUIRE(row({10, 20, 30, 40}, {0, 4}, 1) == std::vector<int>{25});
}

TEST_CASE("a part of the axis is that part alone, and channels become planes") {
  REQUIRE(row({9, 9, 50, 60, 9, 9}, {2, 2}, 2) == std::vector<int>{50, 60});
  const std::vector<std::uint8_t> pixels = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};  // (2, 2, rgb)
  std::vector<std::uint8_t> planes(12);
  resample(pixels.data(), {3, 2, 2}, {0, 2}, {0, 2}, planes.data(), 2, 2);
  REQUIRE(planes == std::vector<std::uint8_t>{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12});
}

TEST_CASE("a part of a picture is the weighted sum over rows and columns") {
  const Shape source = shape<3, 7, 5>;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(source.elements()));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37 % 256);
  const Stretch rows{1, 5.5}, columns{0.5, 3};
  const Index height = 4, width = 3;
  std::vector<std::uint8_t> planes(static_cast<std::size_t>(3 * height * width));
  resample(pixels.data(), source, rows, columns, planes.data(), height, width);
  const auto down = triangle_taps(rows, source.height, height),
             across = triangle_taps(columns, source.width, width);
  for (Index c = 0; c < 3; ++c)
    for (Index y = 0; y < height; ++y)
      for (Index x = 0; x < width; ++x) {
        const auto &v = down[static_cast<std::size_t>(y)], &h = across[static_cast<std::size_t>(x)];
        double sum = 0;
        for (std::size_t i = 0; i < v.weights.size(); ++i)
          for (std::size_t j = 0; j < h.weights.size(); ++j) {
            const Index row = v.first + static_cast<Index>(i), column = h.first + static_cast<Index>(j);
            sum += static_cast<double>(v.weights[i]) * static_cast<double>(h.weights[j]) *
                   pixels[static_cast<std::size_t>((row * source.width + column) * 3 + c)];
          }
        require_close(static_cast<double>(planes[static_cast<std::size_t>((c * height + y) * width + x)]),
                      sum, 0.51);
      }
}
