// What the tests of Winograd's algorithms share: an answer, and how far it is from the reference.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/conv_cases.hpp"
#include "lamina/kernels/conv_by_algorithm.hpp"

namespace lamina::test {

using kernels::ConvAlgorithm;

/// Known: the kernel, where it is to be known to the compiler.
template <ConvAlgorithm Algorithm, class T, kernels::ConvWindow Known = {},
          class Epilogue = kernels::no_epilogue>
Map<T> winograd(const ConvCase& c, const Array& x, const Array& w, const std::vector<double>& bias,
                const Epilogue& epilogue = {}) {
  Storage<T> packed(kernels::packed_weight_size(Algorithm, c.geometry));
  kernels::pack_conv_weights<Algorithm, Known>(arena_weights<T>(w, c.geometry).data(), c.geometry,
                                               packed.data());
  Map<T> y(Extents{c.batch, c.geometry.out_channels, c.out_height(), c.out_width()}, 2);
  kernels::conv_forward_packed<Algorithm, kernels::ConvKind::dense, Known>(
      Map<T>(plain(x), 1).view(), packed.data(), bias.empty() ? nullptr : arena_bias<T>(bias).data(),
      y.view(), c.geometry, epilogue);
  return y;
}

inline Array absolute(Array a) {
  for (double& value : a.values) value = std::abs(value);
  return a;
}

/// The largest error in units of eps · Σ |w x|, of the largest such sum.
template <ConvAlgorithm Algorithm, class T, kernels::ConvWindow Known = {}>
double largest_error(const ConvCase& c) {
  const Array x = random_array(c.batch, c.geometry.in_channels, c.height, c.width, 1);
  const Array w = random_array(c.geometry.out_channels, c.geometry.in_channels, c.geometry.kernel_height,
                               c.geometry.kernel_width, 2);
  const Array expected = kernels::reference::conv_forward(x, w, {}, c.geometry);
  const Array sums = kernels::reference::conv_forward(absolute(x), absolute(w), {}, c.geometry);
  const Map<T> y = winograd<Algorithm, T, Known>(c, x, w, {});
  REQUIRE(y.gap_untouched());
  REQUIRE(y.padding_is(T{0}));
  const auto values = y.plain().values;
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(values[i]) - expected.values[i]));
  return largest / *std::max_element(sums.values.begin(), sums.values.end()) /
         static_cast<double>(std::numeric_limits<T>::epsilon());
}

}  // namespace lamina::test
