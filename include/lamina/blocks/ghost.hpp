// Ghost modules (Han et al., "GhostNet: More Features from Cheap Operations", 2020): one in s maps, mostly
// half of them, come from a convolution, the others from a cheap depthwise one on these. Against the dense
// convolution, weights and multiply-adds fall to nearly 1 / s.
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

/// (C, H, W) to (Channels, H, W): a convolution (K, 1×1 by default) to m = ⌈Channels / Ratio⌉ maps, a
/// depthwise one of CheapK that makes Ratio - 1 of each of them, both with batch norm and Activation (relu;
/// id for none), concatenated; where that is more than Channels, the last ones are left out. Ratio is the
/// paper's s.
template <Index Channels, auto K = 1, auto CheapK = 3, auto Activation = relu, Index Ratio = 2>
  requires(Ratio >= 2)
inline constexpr auto ghost = with_input([](auto) {
  constexpr Index intrinsic = (Channels + Ratio - 1) / Ratio;
  constexpr auto primary = conv<intrinsic, K, no_bias> | batch_norm | Activation;
  constexpr auto cheap =
      conv<(Ratio - 1) * intrinsic, CheapK, groups<intrinsic>, no_bias> | batch_norm | Activation;
  return primary | concat(id, cheap) | detail::first_channels<Channels>;
});

}  // namespace lamina
