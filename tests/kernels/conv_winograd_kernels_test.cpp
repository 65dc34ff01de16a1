// Winograd's algorithms for every kernel they are there for, dilated ones too, with kernels known at run time
// only. Of kernels/conv_by_algorithm.hpp.
#include <vector>

#include "kernels/winograd_errors.hpp"
#include "lamina/kernels/window_options.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina::test {
namespace {

/// 9 -> 11 channels; the map's extents stay, where `pad` is half the kernel.
ConvGeometry of_kernel(Kernel k, Index dilation = 1, bool padded = true) {
  const Index vertical = padded ? dilation * (k.vertical / 2) : 0;
  const Index horizontal = padded ? dilation * (k.horizontal / 2) : 0;
  return {.in_channels = 9,
          .out_channels = 11,
          .kernel_height = k.vertical,
          .kernel_width = k.horizontal,
          .dilation_height = k.vertical == 1 ? 1 : dilation,
          .dilation_width = k.horizontal == 1 ? 1 : dilation,
          .pad_top = vertical,
          .pad_left = horizontal,
          .pad_bottom = vertical,
          .pad_right = horizontal};
}

std::vector<ConvCase> cases_of(Kernel k) {
  std::vector<ConvCase> cases;
  for (const Index side : {1, 2, 5, 8, 13}) cases.push_back({2, side, 14 - side, of_kernel(k)});
  for (const Index dilation : {2, 3, 5}) {
    cases.push_back({1, 13, 12, of_kernel(k, dilation)});
    cases.push_back({2, 2, 11, of_kernel(k, dilation)});  // phases that have no outputs
  }
  cases.push_back({1, 31, 33, of_kernel(k, 4, false)});
  cases.push_back({1, 9, 17, of_kernel(k, 1, false)});
  return cases;
}

/// That errors stay below the bound of so many products along an axis; 0: that the algorithm does not apply.
template <ConvAlgorithm Algorithm> void check_errors(const std::vector<ConvCase>& cases, Index products) {
  for (const ConvCase& c : cases) {
    INFO(c << ", outputs of a tile " << kernels::winograd_outputs(Algorithm));
    REQUIRE(kernels::applies(Algorithm, c.geometry) == (products > 0));
    if (products > 0)
      REQUIRE(largest_error<Algorithm, float>(c) < (products <= 4 ? 4 : products <= 6 ? 32 : 128));
  }
}

}  // namespace

TEST_CASE("Winograd's algorithms: squares, rows and columns of 3, 5 and 7, dilated or not", "[kernels]") {
  for (const Index taps : {3, 5, 7})
    for (const Kernel k : {Kernel(taps, taps), Kernel(1, taps), Kernel(taps, 1)}) {
      const std::vector<ConvCase> cases = cases_of(k);
      check_errors<ConvAlgorithm::winograd_2x2>(cases, taps + 1);
      check_errors<ConvAlgorithm::winograd_3x3>(cases, 0);
      check_errors<ConvAlgorithm::winograd_4x4>(cases, taps <= 5 ? taps + 3 : 0);
      check_errors<ConvAlgorithm::winograd_6x6>(cases, taps <= 3 ? taps + 5 : 0);
    }
}

TEST_CASE("Winograd's algorithms: squares of 3, 5 and 7 with stride 2", "[kernels]") {
  for (const Index taps : {3, 5, 7}) {
    std::vector<ConvCase> cases;
    for (const Index side : {1, 2, 5, 8, 13, 23}) {
      cases.push_back({2, side, 24 - side, square(9, 11, taps, 2, taps / 2)});
      if (side >= taps && 24 - side >= taps) cases.push_back({1, 24 - side, side, square(8, 17, taps, 2)});
    }
    cases.push_back({1, 3, 4, square(5, 3, taps, 2, 3)});
    cases.push_back({3, 30, 47, square(3, 33, taps, 2, taps / 2)});
    const Index halved = (taps + 1) / 2;
    check_errors<ConvAlgorithm::winograd_2x2>(cases, halved + 1);
    check_errors<ConvAlgorithm::winograd_3x3>(cases, halved + 2);
    check_errors<ConvAlgorithm::winograd_4x4>(cases, taps <= 5 ? halved + 3 : 0);
    check_errors<ConvAlgorithm::winograd_6x6>(cases, 0);
  }
}

namespace {

/// relu(what is there + conv(x, w) + bias), of a map that is blocked or plain.
template <ConvAlgorithm Algorithm, class T>
std::vector<double> added(const ConvCase& c, auto&& in, const Array& w, const std::vector<double>& bias,
                          const Array& there) {
  Storage<T> packed(kernels::packed_weight_size(Algorithm, c.geometry));
  kernels::pack_conv_weights<Algorithm>(arena_weights<T>(w, c.geometry).data(), c.geometry, packed.data());
  Map<T> y(plain(there), 1);
  kernels::conv_forward_packed<Algorithm>(in.view(), packed.data(), arena_bias<T>(bias).data(), y.view(),
                                          c.geometry, relu, true);
  REQUIRE(y.gap_untouched());
  const auto values = y.plain().values;
  return {values.begin(), values.end()};
}

template <ConvAlgorithm Algorithm, class T> void check_added(const ConvCase& c, double tolerance) {
  INFO(c);
  const ConvGeometry& g = c.geometry;
  const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
  const Array w = random_array(g.out_channels, g.in_channels, g.kernel_height, g.kernel_width, 2);
  const Array there = random_array(c.batch, g.out_channels, c.out_height(), c.out_width(), 4);
  const std::vector<double> bias = random_bias(g.out_channels);
  Array expected = kernels::reference::conv_forward(x, w, bias, g);
  for (std::size_t i = 0; i < expected.values.size(); ++i)
    expected.values[i] = std::max(expected.values[i] + there.values[i], 0.0);
  const auto of_blocked = added<Algorithm, T>(c, Map<T>(plain(x), 1), w, bias, there);
  require_close(of_blocked, expected.values, tolerance);
  REQUIRE(added<Algorithm, T>(c, PlainMap<T>(x), w, bias, there) == of_blocked);
}

}  // namespace

TEST_CASE("Winograd: bias, addend and epilogue at every output once, of blocked maps and images",
          "[kernels]") {
  check_added<ConvAlgorithm::winograd_4x4, float>({2, 7, 10, of_kernel(kernel<3>, 3)}, 1e-4);
  check_added<ConvAlgorithm::winograd_3x3, float>({3, 19, 24, square(3, 21, 7, 2, 3)}, 2e-4);
  check_added<ConvAlgorithm::winograd_3x3, double>({2, 15, 16, square(12, 43, 3, 2, 1)}, 1e-12);
  check_added<ConvAlgorithm::winograd_4x4, double>({1, 31, 18, square(4, 35, 5, 2, 2)}, 1e-11);
}

TEST_CASE("Winograd: images that are not made blocked maps all at once", "[kernels]") {
  const ConvCase c{3, 400, 350, square(1, 3, 7, 2, 3)};  // two samples would take more than 4 MB
  const int before = threads();
  set_threads(1);
  check_added<ConvAlgorithm::winograd_3x3, float>(c, 2e-4);
  set_threads(before);
}

TEST_CASE("Winograd, stride 2: the same bits on any number of threads", "[kernels]") {
  const int before = threads();
  const ConvCase c{3, 40, 41, square(9, 60, 3, 2, 1)};  // several chunks, several groups of blocks
  const Array x = random_array(3, 9, 40, 41, 1), w = random_array(60, 9, 3, 3, 2);
  set_threads(1);
  const auto one = winograd<ConvAlgorithm::winograd_2x2, float>(c, x, w, {}).plain().values;
  for (const int count : {2, 3}) {
    set_threads(count);
    REQUIRE(winograd<ConvAlgorithm::winograd_2x2, float>(c, x, w, {}).plain().values == one);
  }
  set_threads(before);
}

TEST_CASE("Winograd, dilated: the same bits on any number of threads", "[kernels]") {
  const int before = threads();
  const ConvCase c{3, 25, 26, of_kernel(kernel<3>, 2)};
  const Array x = random_array(3, 9, 25, 26, 1), w = random_array(11, 9, 3, 3, 2);
  set_threads(1);
  const auto one = winograd<ConvAlgorithm::winograd_2x2, float>(c, x, w, {}).plain().values;
  set_threads(3);
  REQUIRE(winograd<ConvAlgorithm::winograd_2x2, float>(c, x, w, {}).plain().values == one);
  set_threads(before);
}

}  // namespace lamina::test
