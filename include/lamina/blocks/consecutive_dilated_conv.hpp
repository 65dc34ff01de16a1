// Consecutive dilated convolutions (Zhang, Nex, Vosselman and Kerle, "Lite-Mono", 2023): residual units whose
// depthwise kernels have dilations one after another, so that a shallow stage sees far for the price of 3×3
// kernels.
#pragma once

#include "lamina/blocks/separable_conv.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/learnt_scale.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// (C, H, W) to the same: x + γ ⊙ W2 · gelu(W1 · batch_norm(depthwise 3×3 with this dilation)), W1 to
/// Expansion · C channels; γ, a number per channel, begins at 1e-6.
/// 12 C² + 19 C parameters (with an Expansion of 6), 2 C less than the reference code counts, which has a
/// layer norm that nothing uses.
template <Index Distance, Index Expansion = 6>
inline constexpr auto dilated_unit = with_input([](auto in) {
  constexpr Index c = in.channels;
  return residual(depthwise_conv<3, dilation<Distance>, no_bias> | batch_norm | conv<Expansion * c, 1> |
                  gelu | conv<c, 1> | learnt_channel_scale<>);
});

/// Units with these dilations, one after another: Lite-Mono's stages have 1, 2, 3.
template <Index... Distance>
inline constexpr auto consecutive_dilated_conv = sequence(dilated_unit<Distance>...);

}  // namespace lamina
