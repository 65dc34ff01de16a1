// Winograd's algorithms for 3×3 kernels, which are known when compiled. Of kernels/conv_by_algorithm.hpp.
#include <algorithm>

#include "kernels/winograd_errors.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina::test {
namespace {

constexpr kernels::ConvWindow known{3, 3, 1};

ConvGeometry padded(ConvGeometry g, Index top, Index left, Index bottom, Index right) {
  g.pad_top = top, g.pad_left = left, g.pad_bottom = bottom, g.pad_right = right;
  return g;
}

std::vector<ConvCase> winograd_cases() {
  std::vector<ConvCase> cases;
  for (const Index side : {1, 3, 4, 5, 6, 8, 11})
    cases.push_back({2, side, 13 - side, square(5, 11, 3, 1, 1)});
  for (const Index channels : {1, 3, 8, 16, 19})
    for (const Index out : {1, 8, 17, 33, 48}) cases.push_back({1, 7, 9, square(channels, out, 3, 1, 1)});
  cases.push_back({3, 9, 8, square(9, 10, 3)});
  cases.push_back({1, 9, 8, padded(square(9, 10, 3), 2, 0, 1, 3)});
  cases.push_back({1, 4, 5, padded(square(9, 10, 3), 5, 6, 4, 7)});
  cases.push_back({6, 26, 27, square(9, 10, 3, 1, 1)});  // several chunks of tiles
  return cases;
}

template <ConvAlgorithm Algorithm, class T> void check_errors(double bound) {
  for (const ConvCase& c : winograd_cases()) {
    INFO(c);
    REQUIRE(largest_error<Algorithm, T, known>(c) < bound);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("Winograd's algorithms stay within the relaxed error bound", "[kernels]", float, double) {
  check_errors<ConvAlgorithm::winograd_2x2, TestType>(4);
  check_errors<ConvAlgorithm::winograd_4x4, TestType>(32);
  check_errors<ConvAlgorithm::winograd_6x6, TestType>(128);
  check_errors<ConvAlgorithm::direct, TestType>(2);
}

TEST_CASE("Winograd's algorithms add the bias and apply the epilogue", "[kernels]") {
  const ConvCase c{2, 9, 10, square(9, 19, 3, 1, 1)};
  const Array x = random_array(2, 9, 9, 10, 1), w = random_array(19, 9, 3, 3, 2);
  const std::vector<double> bias = random_bias(19);
  Array expected = kernels::reference::conv_forward(x, w, bias, c.geometry);
  for (double& value : expected.values) value = std::max(value, 0.0);
  require_close(winograd<ConvAlgorithm::winograd_2x2, double, known>(c, x, w, bias, relu).plain().values,
                expected.values, 1e-12);
  require_close(winograd<ConvAlgorithm::winograd_4x4, double, known>(c, x, w, bias, relu).plain().values,
                expected.values, 1e-12);
  require_close(winograd<ConvAlgorithm::winograd_6x6, double, known>(c, x, w, bias, relu).plain().values,
                expected.values, 1e-12);
}

TEST_CASE("Winograd's algorithms have the same bits on any number of threads", "[kernels]") {
  const int before = threads();
  for (const ConvCase& c :
       {ConvCase{1, 14, 14, square(17, 60, 3, 1, 1)}, ConvCase{3, 40, 41, square(9, 40, 3, 1, 1)}}) {
    const Array x = random_array(c.batch, c.geometry.in_channels, c.height, c.width, 1);
    const Array w = random_array(c.geometry.out_channels, c.geometry.in_channels, 3, 3, 2);
    set_threads(1);
    const auto one = winograd<ConvAlgorithm::winograd_4x4, float, known>(c, x, w, {}).plain().values;
    for (const int count : {2, 3}) {
      set_threads(count);
      REQUIRE(winograd<ConvAlgorithm::winograd_4x4, float, known>(c, x, w, {}).plain().values == one);
    }
  }
  set_threads(before);
}

TEST_CASE("An empty batch is no work", "[kernels]") {
  const ConvCase c{0, 5, 6, square(9, 10, 3, 1, 1)};
  const Array x(0, 9, 5, 6), w = random_array(10, 9, 3, 3, 2);
  REQUIRE(winograd<ConvAlgorithm::winograd_4x4, float, known>(c, x, w, {}).plain().values.empty());
  REQUIRE(winograd<ConvAlgorithm::direct, float, known>(c, x, w, {}).plain().values.empty());
}

TEST_CASE("Winograd's algorithms refuse what they cannot do", "[kernels]") {
  const ConvGeometry g = bordered(square(8, 8, 3, 1, 1), Border::reflect);
  Map<float> x(Extents{1, 8, 6, 6}), y(Extents{1, 8, 6, 6});
  const Storage<float> packed(kernels::packed_weight_size(ConvAlgorithm::winograd_4x4, g));
  REQUIRE_THROWS_AS(
      (kernels::conv_forward_packed<ConvAlgorithm::winograd_4x4, kernels::ConvKind::dense, known>(
          x.view(), packed.data(), nullptr, y.view(), g)),
      shape_error);
}

TEST_CASE("Winograd: added to what is there, before the epilogue", "[kernels]") {
  const ConvCase c{2, 9, 10, square(9, 19, 3, 1, 1)};
  const ConvGeometry& g = c.geometry;
  const Array x = random_array(2, 9, 9, 10, 1), w = random_array(19, 9, 3, 3, 2);
  const Array there = random_array(2, 19, 9, 10, 4);
  const std::vector<double> bias = random_bias(19);
  Array expected = kernels::reference::conv_forward(x, w, bias, g);
  for (std::size_t i = 0; i < expected.values.size(); ++i)
    expected.values[i] = std::max(expected.values[i] + there.values[i], 0.0);
  Storage<double> packed(kernels::packed_weight_size(ConvAlgorithm::winograd_4x4, g));
  kernels::pack_conv_weights<ConvAlgorithm::winograd_4x4, known>(arena_weights<double>(w, g).data(), g,
                                                                 packed.data());
  Map<double> y(plain(there), 1);
  kernels::conv_forward_packed<ConvAlgorithm::winograd_4x4, kernels::ConvKind::dense, known>(
      Map<double>(plain(x)).view(), packed.data(), arena_bias<double>(bias).data(), y.view(), g, relu, true);
  require_close(y.plain().values, expected.values, 1e-11);
  REQUIRE(y.gap_untouched());
}

}  // namespace lamina::test
