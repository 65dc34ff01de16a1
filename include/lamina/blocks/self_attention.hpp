// Self-attention of maps (Zhang, Goodfellow, Metaxas and Odena, "Self-Attention Generative Adversarial
// Networks", 2019): every pixel takes from all others what they have to say to it, and at first nothing,
//   y = x + γ · o,   o_j = v(Σ_i β_ji h(x_i)),   β_ji = softmax_i(f(x_i) · g(x_j)),   γ = 0 at the start
// with 1 × 1 convolutions without bias.
#pragma once

#include "lamina/layers/attention.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/learnt_scale.hpp"
#include "lamina/layers/pool.hpp"

namespace lamina {

/// (C, H, W) to the same, as the paper has it: f, g and h to C / r channels, v back to C. 4 C² / r + 1
/// parameters with r = Reduction.
template <int Reduction = 8>
inline constexpr auto self_attention = with_input([](auto in) {
  constexpr Index c = in.channels, inner = c / Reduction;
  static_assert(inner > 0, "self_attention: the reduction is larger than the channels; give a smaller one");
  return residual(attention<1, AttentionLogits::plain>(conv<inner, 1, no_bias>, conv<inner, 1, no_bias>,
                                                       conv<inner, 1, no_bias>) |
                  conv<c, 1, no_bias> | learnt_scale<>);
});

/// The authors' code: keys and values are max-pooled 2 × 2, values have C / 2 channels and v leads back to C:
/// 5 C² / 4 + 1 parameters for r = 8.
template <int Reduction = 8>
inline constexpr auto self_attention_pooled = with_input([](auto in) {
  constexpr Index c = in.channels, inner = c / Reduction;
  static_assert(inner > 0 && c >= 2, "self_attention: the reduction is larger than the channels");
  return residual(attention<1, AttentionLogits::plain>(conv<inner, 1, no_bias>,
                                                       conv<inner, 1, no_bias> | max_pool<2>,
                                                       conv<c / 2, 1, no_bias> | max_pool<2>) |
                  conv<c, 1, no_bias> | learnt_scale<>);
});

}  // namespace lamina
