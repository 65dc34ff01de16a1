// The gated linear unit (Dauphin, Fan, Auli and Grangier, "Language Modeling with Gated Convolutional
// Networks", 2017): one half of the channels, gated by the other,
//   y = a · σ(b),   x = (a, b)
#pragma once

#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// Twice the channels, (2 C, …), to (C, …); no parameters.
inline constexpr auto gated_linear_unit = with_input([](auto in) {
  static_assert(in.channels % 2 == 0, "gated_linear_unit: the channels must be even");
  constexpr Index half = in.channels / 2;
  return multiply(select_channels<0, half>, select_channels<half, half> | sigmoid);
});

}  // namespace lamina
