// Ghost modules (Han et al., "GhostNet: More Features from Cheap Operations", 2020): half of the maps come
// from a convolution, the other half from a cheap depthwise one on the first half. Against the dense
// convolution, weights and multiply-adds fall nearly by half.
#pragma once

#include "lamina/blocks/separable_conv.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

namespace detail {

/// Channels [0, Count): the whole if there are no more.
template <Index Count>
inline constexpr auto first_channels = with_input([](auto in) {
  if constexpr (in.channels == Count)
    return id;
  else
    return sequence(Slice<0, Count, in.channels>{});
});

}  // namespace detail

/// (C, H, W) to (Channels, H, W): a convolution (K, 1×1 by default) to ⌈Channels / 2⌉ maps, a depthwise
/// one of CheapK on them, both with batch norm and Activation (relu; id for none), concatenated; of an
/// odd number of channels the last one is left out.
template <Index Channels, auto K = 1, auto CheapK = 3, auto Activation = relu>
inline constexpr auto ghost = with_input([](auto) {
  constexpr auto primary = conv<(Channels + 1) / 2, K, no_bias> | batch_norm | Activation;
  constexpr auto cheap = depthwise_conv<CheapK, no_bias> | batch_norm | Activation;
  return primary | concat(id, cheap) | detail::first_channels<Channels>;
});

}  // namespace lamina
