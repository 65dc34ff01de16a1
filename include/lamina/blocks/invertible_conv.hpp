// FInC's layer (Kallappa, Nagar and Varma, "FInC Flow", 2023) and its inverse: a quarter of the channels each
// is convolved towards one corner of the map, so that together every pixel sees all around it, and every part
// can be undone.
#pragma once

#include "lamina/layers/corner_conv.hpp"

namespace lamina {

/// (C, H, W) to the same, C a multiple of 4; log-determinant 0. 4 (c² k² − c (c + 1) / 2) of its weights are
/// free, with c = C / 4. Undone by kernels::corner_conv_inverse, part by part.
template <Index K = 3>
inline constexpr auto invertible_conv = with_input([](auto in) {
  constexpr Index c = in.channels / 4;
  return split<c, c, c, c>(corner_conv<c, K, Corner::top_left>, corner_conv<c, K, Corner::top_right>,
                           corner_conv<c, K, Corner::bottom_left>, corner_conv<c, K, Corner::bottom_right>);
});

/// The inverse of invertible_conv<K> with the same weights: what Inverse-Flow's layer (Nagar and Varma,
/// "Inverse-Flow", 2024) makes of the map on the way to the likelihood, so that samples cost no more than
/// convolutions.
template <Index K = 3>
inline constexpr auto inverse_invertible_conv = with_input([](auto in) {
  constexpr Index c = in.channels / 4;
  return split<c, c, c, c>(
      inverse_corner_conv<c, K, Corner::top_left>, inverse_corner_conv<c, K, Corner::top_right>,
      inverse_corner_conv<c, K, Corner::bottom_left>, inverse_corner_conv<c, K, Corner::bottom_right>);
});

}  // namespace lamina
