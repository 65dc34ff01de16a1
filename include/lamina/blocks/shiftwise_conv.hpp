// ShiftwiseConv (Li, Li, Chen and Li, "ShiftwiseConv: Small Convolutional Kernel with Large Kernel Effect",
// 2025): in place of a depthwise convolution with a kernel of M × M,
//   y = x + norm(horizontal sum) + norm(vertical sum) + norm(unshifted sum)
// of maps of small kernels (layers/shiftwise_sums.hpp) on three quarters of the channels; the others pass.
#pragma once

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/shiftwise_sums.hpp"

namespace lamina {

/// The channels that are convolved: the even number next to 77 of 100.
constexpr Index shiftwise_channels(Index channels) { return (77 * channels + 100) / 200 * 2; }

/// (C, H, W) to the same; shiftwise_conv<51>, or any of shiftwise_sums' arguments. Convolved channels come
/// first, those that pass last.
template <Index Extent, Index Part = 3, int Repetitions = 4, int Paths = 2>
inline constexpr auto shiftwise_conv = with_input([](auto in) {
  constexpr Index c = shiftwise_channels(in.channels);
  static_assert(c > 0 && c < in.channels, "shiftwise_conv: the input needs three channels or more");
  constexpr auto sum = add(select_channels<0, c>, select_channels<c, c>, select_channels<2 * c, c>);
  return split<c, in.channels - c>(
      residual(shiftwise_sums<Extent, Part, Repetitions, Paths> | batch_norm | sum), id);
});

}  // namespace lamina
