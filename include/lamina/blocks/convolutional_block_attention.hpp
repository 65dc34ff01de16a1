// Convolutional block attention (Woo, Park, Lee and Kweon, "CBAM", 2018): a gate per channel, then one per
// pixel.
//   x' = x · σ(MLP(mean(x)) + MLP(max(x)))                          over pixels; one MLP for both
//   y  = x' · σ(conv_7×7(concat(mean(x'), max(x'))))                over channels
// The authors' code differs from the paper: its MLP has biases, its 7×7 convolution none but a batch norm
// after it, whose scale begins at 0, so that the gate of pixels is one half everywhere at first; and it
// stacks maximum and mean the other way round, which matters to those who import weights.
#pragma once

#include "lamina/blocks/squeeze_excite.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/beside.hpp"
#include "lamina/layers/channel_pool.hpp"
#include "lamina/layers/conv.hpp"

namespace lamina {

/// The gate of channels: 2 C² / r + C / r + C parameters with r = Reduction; no_bias (the paper's MLP) leaves
/// 2 C² / r. Means and maxima lie beside each other, so that one MLP sees both.
template <int Reduction = 16, auto... Option>
inline constexpr auto channel_attention = with_input([](auto in) {
  constexpr Index hidden = reduced_channels(in.channels, Reduction);
  constexpr auto mlp = conv<hidden, 1, Option...> | relu | conv<in.channels, 1, Option...>;
  constexpr auto sum = scale<2>(global_avg_pool);
  return gate(beside(global_avg_pool, global_max_pool) | mlp | sum | sigmoid);
});

/// The gate of pixels as the paper has it: 2 k² parameters with k = K, no bias.
template <Index K = 7>
inline constexpr auto spatial_attention =
    gate(concat(channel_mean, channel_max) | conv<1, int{K}, no_bias> | sigmoid);

/// The gate of pixels as the authors' code has it: a batch norm whose scale begins at 0, and whose statistics
/// move by a hundredth.
template <Index K = 7>
inline constexpr auto spatial_attention_normalized =
    gate(concat(channel_max, channel_mean) | conv<1, int{K}, no_bias> |
         batch_norm_with<scale_init<initializers::zeros>, momentum<0.01>> | sigmoid);

/// (C, H, W) to the same: both gates, the channels' first, the pixels' as in the authors' code. The paper's
/// is channel_attention<16> | spatial_attention<7>.
template <int Reduction = 16, Index K = 7>
inline constexpr auto convolutional_block_attention =
    channel_attention<Reduction> | spatial_attention_normalized<K>;

}  // namespace lamina
