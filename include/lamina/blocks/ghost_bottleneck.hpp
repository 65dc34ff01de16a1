// Ghost bottlenecks (Han et al., "GhostNet: More Features from Cheap Operations", 2020): a ghost module that
// widens, one that narrows, on a residual connection; between them a depthwise convolution where the map
// shrinks, and in some a squeeze-and-excitation.
#pragma once

#include "lamina/blocks/ghost.hpp"
#include "lamina/blocks/squeeze_excite.hpp"

namespace lamina {

/// GhostNet's squeeze-and-excitation: a quarter of the channels, made divisible by 4, and the gate relu6(x +
/// 3) / 6.
inline constexpr auto ghost_excite =
    with_input([](auto in) { return excite<divisible_channels(in.channels, 4, 4), hard_sigmoid>; });

/// (C, H, W) to (Channels, ⌈H / s⌉, ⌈W / s⌉) with S = stride<s>: ghost to Expanded channels with relu, for s
/// > 1 a depthwise K×K with batch norm, Attention (ghost_excite, or id for none), ghost to Channels without
/// rectifier; plus the input, or where shapes differ a depthwise K×K with stride s and a 1×1 convolution of
/// it, each with batch norm. Nothing follows the sum. ghost_bottleneck<72, 40, 5, stride<2>, ghost_excite> is
/// the fourth of GhostNet's.
template <Index Expanded, Index Channels, int K = 3, Stride S = stride<1>, auto Attention = id>
inline constexpr auto ghost_bottleneck = with_input([](auto in) {
  constexpr bool shrinks = S.vertical > 1 || S.horizontal > 1;
  constexpr auto depthwise = depthwise_conv<K, S, no_bias> | batch_norm;
  constexpr auto narrow = Attention | ghost<Channels, 1, activation<id>>;
  constexpr auto shortcut = depthwise | conv<Channels, 1, no_bias> | batch_norm;
  if constexpr (shrinks)
    return add(ghost<Expanded> | depthwise | narrow, shortcut);
  else if constexpr (in.channels != Channels)
    return add(ghost<Expanded> | narrow, shortcut);
  else
    return residual(ghost<Expanded> | narrow);
});

}  // namespace lamina
