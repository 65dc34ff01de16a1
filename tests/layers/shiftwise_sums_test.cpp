#include "lamina/layers/shiftwise_sums.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("shiftwise sums: gradients", "[layers]") {
  check_gradients<shiftwise_sums<7, 3, 2, 2>, input<3, 5, 4>>();  // channels that fill no block
  check_gradients<shiftwise_sums<6, 3, 3, 1>, input<8, 4, 3>>();
  check_gradients<shiftwise_sums<3, 3, 1, 1>, input<1, 3, 1>>();
}

TEST_CASE("a strip of shifted kernels has whole kernels, and is off the centre where they do not divide it",
          "[layers]") {
  STATIC_REQUIRE(ShiftStrip(51, 3).maps == 17);
  STATIC_REQUIRE(ShiftStrip(51, 3).before == 25);
  STATIC_REQUIRE(ShiftStrip(51, 3).after == 25);
  STATIC_REQUIRE(ShiftStrip(49, 3).taps == 51);
  STATIC_REQUIRE(ShiftStrip(49, 3).before == 24);
  STATIC_REQUIRE(ShiftStrip(49, 3).after == 26);
}

TEST_CASE("assignments of kernels to places are permutations, the first the natural one", "[layers]") {
  for (const ShiftSum sum : {ShiftSum::horizontal, ShiftSum::vertical})
    for (int repetition = 0; repetition < 4; ++repetition) {
      std::vector<Index> places;
      for (Index place = 0; place < 17; ++place)
        places.push_back(shift_assignment(sum, repetition, 17, 8, place));
      const bool natural = std::is_sorted(places.begin(), places.end());
      REQUIRE(natural == (repetition == 0));
      std::sort(places.begin(), places.end());
      for (Index place = 0; place < 17; ++place) REQUIRE(places[static_cast<std::size_t>(place)] == place);
    }
  STATIC_REQUIRE(shift_assignment(ShiftSum::unshifted, 0, 17, 8, 0) == 8);
}

/// As the paper computes it: maps of k × k kernels, padded by k − 1, shifted and summed.
template <Index Extent, Index Part, int Repetitions, int Paths, auto In> void require_as_shifted_maps() {
  constexpr Index C = In.shape.channels, H = In.shape.height, W = In.shape.width, k = Part;
  constexpr Index maps = (Extent + k - 1) / k, rows = H + k - 1, columns = W + k - 1;
  Model<shiftwise_sums<Extent, Part, Repetitions, Paths>, In, double> model{seed{2}};
  RandomImages<double> images(In.shape, 2);
  const auto parameters = model.parameters();
  std::vector<double> expected;
  for (Index n = 0; n < 2; ++n)
    for (const ShiftSum sum : {ShiftSum::horizontal, ShiftSum::vertical, ShiftSum::unshifted})
      for (Index c = 0; c < C; ++c) {
        const auto map = [&](Index i, Index row, Index column) {
          if (row < 0 || row >= rows || column < 0 || column >= columns) return 0.0;  // shifted in
          double total = 0;
          for (Index a = 0; a < k; ++a)
            for (Index b = 0; b < k; ++b) {
              const Index h = row - (k - 1) + a, w = column - (k - 1) + b;
              if (h < 0 || h >= H || w < 0 || w >= W) continue;
              for (const auto& weight : parameters)
                total +=
                    weight[((c * maps + i) * k + a) * k + b] * images.storage[((n * C + c) * H + h) * W + w];
            }
          return total;
        };
        for (Index h = 0; h < H; ++h)
          for (Index w = 0; w < W; ++w) {
            double total = 0;
            const Index middle = (k - 1) / 2;  // of a map that is not shifted
            for (int r = 0; r < Repetitions; ++r)
              for (Index i = 0; i < (sum == ShiftSum::unshifted ? 1 : maps); ++i) {
                const Index kernel = shift_assignment(sum, r, maps, Extent / 2 / k, i);
                const Index shift = Extent / 2 - i * k - (k - 1);
                if (sum == ShiftSum::horizontal) total += map(kernel, h + middle, w - shift);
                if (sum == ShiftSum::vertical) total += map(kernel, h - shift, w + middle);
                if (sum == ShiftSum::unshifted) total += map(kernel, h + middle, w + middle);
              }
            expected.push_back(total);
          }
      }
  require_close(elements(model.predict(images.view)), expected, 1e-12);
}

TEST_CASE("shiftwise sums are sums of shifted maps, borders included", "[layers]") {
  require_as_shifted_maps<9, 3, 1, 1, input<5, 6, 7>>();
  require_as_shifted_maps<7, 3, 1, 1, input<4, 11, 12>>();  // three kernels of 3 for 7 taps: off the centre
  require_as_shifted_maps<7, 3, 4, 2, input<9, 4, 3>>();
  require_as_shifted_maps<11, 5, 2, 2, input<8, 3, 2>>();  // larger than the map
}

TEST_CASE("shiftwise sums: parameters", "[layers]") {
  STATIC_REQUIRE(parameter_count(shiftwise_sums<51>, input<10, 8, 8>) == 2 * 10 * 17 * 9);
  STATIC_REQUIRE(output_shape(shiftwise_sums<51>, input<10, 8, 6>) == shape<30, 8, 6>);
  STATIC_REQUIRE(macs(shiftwise_sums<51>, input<10, 8, 6>) == 480 * (2 * 3 * 51 + 9));
}

}  // namespace
