// Efficient channel attention (Wang, Wu, Zhu, Li, Zuo and Hu, "ECA-Net", 2020): a gate per channel from the
// means of its neighbours, by one short kernel that all channels share:
//   x · σ(conv_k(mean(x)))    along the channels, without bias
#pragma once

#include <bit>
#include <cstdint>

#include "lamina/layers/channel_conv.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// The kernel that the paper derives from the number of channels: t = (log2 C + 1) / 2 rounded down, and the
/// next odd number where that is even; 3 at least. (16 to 96 channels: 3, 128 to 1024: 5, 2048: 7.)
constexpr Index channel_attention_taps(Index channels) {
  const Index t = std::bit_width(static_cast<std::uint64_t>(channels)) / 2;
  const Index odd = t % 2 == 1 ? t : t + 1;
  return odd < 3 ? 3 : odd;
}

/// (C, H, W) to the same, with Taps parameters; Taps 0: as channel_attention_taps says. (The authors' code
/// has 3 everywhere, and their figures for ResNet-50 come from 3, 5, 5 and 7.)
template <Index Taps = 0>
inline constexpr auto efficient_channel_attention = with_input([](auto in) {
  constexpr Index taps = Taps == 0 ? channel_attention_taps(in.channels) : Taps;
  return gate(global_avg_pool | channel_conv<taps> | sigmoid);
});

}  // namespace lamina
