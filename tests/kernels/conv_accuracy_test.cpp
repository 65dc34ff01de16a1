// How large rounding errors may be, as kernels/conv_algorithms.hpp states it, of long sums and of gradients,
// too. (The forward pass of Winograd's algorithms: conv_winograd_test.cpp, conv_winograd_kernels_test.cpp.)
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/winograd_errors.hpp"

namespace lamina::test {
namespace {

constexpr double float_epsilon = std::numeric_limits<float>::epsilon();

double largest(const Array& a) {
  const Array all = absolute(a);
  return *std::max_element(all.values.begin(), all.values.end());
}

double largest_difference(const std::vector<double>& a, const Array& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b.values[i]));
  return most;
}

/// A batch that is worth the packing, and its reference, in float's numbers.
struct Problem {
  ConvCase c;
  Array x = random_array(c.batch, c.geometry.in_channels, c.height, c.width, 1);
  Array w = random_array(c.geometry.out_channels, c.geometry.in_channels, c.geometry.kernel_height,
                         c.geometry.kernel_width, 2);
  Array dy = random_array(c.batch, c.geometry.out_channels, c.out_height(), c.out_width(), 3);
};

std::vector<Problem> problems() {
  return {{{8, 13, 12, square(32, 43, 3, 1, 1)}},
          {{8, 12, 12, square(96, 48, 3)}},
          {{8, 14, 11, square(32, 40, 3, 1, 2, 2)}},
          {{8, 13, 17, square(33, 32, 5, 1, 1)}}};
}

/// Of the data's gradient by Algorithm, in units of eps · the largest Σ |dy w|.
template <ConvAlgorithm Algorithm> double data_error(const Problem& p) {
  const ConvGeometry& g = p.c.geometry;
  Map<float> dx(Extents{p.c.batch, g.in_channels, p.c.height, p.c.width});
  kernels::conv_backward_data_by<Algorithm>(Map<float>(plain(p.dy)).view(),
                                            arena_weights<float>(p.w, g).data(), dx.view(), g);
  const Array exact = kernels::reference::conv_backward_data(p.dy, p.w, p.c.height, p.c.width, g);
  const Array sums =
      kernels::reference::conv_backward_data(absolute(p.dy), absolute(p.w), p.c.height, p.c.width, g);
  const auto values = dx.plain().values;
  return largest_difference({values.begin(), values.end()}, exact) / largest(sums) / float_epsilon;
}

/// Of the weights' gradient by Algorithm, in units of eps · the largest Σ |x dy|.
template <ConvAlgorithm Algorithm> double weights_error(const Problem& p) {
  const ConvGeometry& g = p.c.geometry;
  Storage<float> dw(g.weight_size(channel_block<float>));
  kernels::conv_backward_weights_by<Algorithm>(Map<float>(plain(p.x)).view(), Map<float>(plain(p.dy)).view(),
                                               dw.data(), nullptr, g);
  const Array exact = kernels::reference::conv_backward_weights(p.x, p.dy, g);
  const Array sums = kernels::reference::conv_backward_weights(absolute(p.x), absolute(p.dy), g);
  return largest_difference(logical_weights(dw, g).values, exact) / largest(sums) / float_epsilon;
}

template <ConvAlgorithm Algorithm> void check_gradients(double bound_of_3, double bound_of_5) {
  for (const Problem& p : problems()) {
    const Index taps = p.c.geometry.kernel_height;
    if (!kernels::applies(Algorithm, p.c.geometry)) continue;
    INFO(p.c << ", outputs of a tile " << kernels::winograd_outputs(Algorithm));
    REQUIRE(kernels::packing_pays(Algorithm, p.c.geometry, p.c.batch, p.c.height, p.c.width));
    const double bound = taps == 3 ? bound_of_3 : bound_of_5;
    REQUIRE(data_error<Algorithm>(p) < bound);
    REQUIRE(weights_error<Algorithm>(p) < bound);
  }
}

}  // namespace

TEST_CASE("Winograd's gradients stay within the relaxed error bound", "[kernels]") {
  check_gradients<ConvAlgorithm::winograd_2x2>(4, 32);
  check_gradients<ConvAlgorithm::winograd_4x4>(32, 128);
  check_gradients<ConvAlgorithm::winograd_6x6>(128, 0);
}

TEST_CASE("sums of products stay within the exact error bound, however long", "[kernels]") {
  for (const ConvCase& c :
       {ConvCase{2, 9, 7, square(1, 6, 5)}, ConvCase{1, 7, 8, square(64, 24, 1)},
        ConvCase{1, 5, 6, square(70, 25, 3, 1, 1)}, ConvCase{1, 4, 5, square(512, 9, 3, 1, 1)},
        ConvCase{1, 3, 4, square(2048, 17, 1)}, ConvCase{1, 9, 10, square(3, 8, 7, 2, 3)}}) {
    INFO(c);
    const Problem p{c};
    const ConvGeometry& g = c.geometry;
    Map<float> y(Extents{c.batch, g.out_channels, c.out_height(), c.out_width()});
    kernels::conv_forward(Map<float>(plain(p.x)).view(), arena_weights<float>(p.w, g).data(), nullptr,
                          y.view(), g);
    const Array exact = kernels::reference::conv_forward(p.x, p.w, {}, g);
    const Array sums = kernels::reference::conv_forward(absolute(p.x), absolute(p.w), {}, g);
    const auto values = y.plain().values;
    const double error = largest_difference({values.begin(), values.end()}, exact) / float_epsilon;
    REQUIRE(error < 2 * largest(sums));
    REQUIRE(error < 4 * std::sqrt(static_cast<double>(g.in_channels * g.taps())) * largest(exact));
  }
}

}  // namespace lamina::test
