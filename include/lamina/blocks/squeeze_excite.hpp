// Squeeze-and-excitation (Hu, Shen, Albanie, Sun and Wu, "Squeeze-and-Excitation Networks", 2018):
//   x · σ(W2 · relu(W1 · mean(x) + b1) + b2)
// a gate per channel from the means of all channels, through a bottleneck of C / r. In residual nets it acts
// on the branch, before the addition.
#pragma once

#include <algorithm>

#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// The width of a bottleneck: channels / reduction, rounded down and never less than 1.
constexpr Index reduced_channels(Index channels, Index reduction) {
  return std::max<Index>(channels / reduction, 1);
}
/// The same rounded to the nearest multiple, and never less than it: how many later nets count (multiple =
/// 8).
constexpr Index reduced_channels(Index channels, Index reduction, Index multiple) {
  return std::max(multiple, (channels / reduction + multiple / 2) / multiple * multiple);
}

/// The same, and a multiple more where rounding down would lose over a tenth: what MobileNetV3 and GhostNet
/// make divisible by a multiple.
constexpr Index divisible_channels(Index channels, Index reduction, Index multiple) {
  const Index nearest = reduced_channels(channels, reduction, multiple);
  return 10 * reduction * nearest < 9 * channels ? nearest + multiple : nearest;
}

/// (C, H, W) to the same, with a bottleneck of Hidden channels and a gate function of one's own
/// (hard_sigmoid). What is left are options of its two dense layers, such as no_bias.
template <Index Hidden, auto Gate = sigmoid, auto... Option>
inline constexpr auto excite = with_input([](auto in) {
  return gate(global_avg_pool | dense<Hidden, Option...> | relu | dense<in.channels, Option...> | Gate);
});

/// (C, H, W) to the same, with ⌊C / r⌋ channels in the bottleneck, r = Reduction: 2 C² / r + C / r + C
/// parameters. Options as excite's; for another gate or another rounding write excite<…> itself.
template <int Reduction = 16, auto... Option>
inline constexpr auto squeeze_excite =
    with_input([](auto in) { return excite<reduced_channels(in.channels, Reduction), sigmoid, Option...>; });

/// SENetV2's aggregated excitation (Narayanan, "SENetV2: Aggregated dense layer for channelwise and global
/// representations", 2023): four bottlenecks of ⌊C / r⌋ side by side, which are one of four times the
/// width; so where r divides C this is squeeze_excite with a quarter of the reduction. 8 C² / r + 4 C / r + C
/// parameters; r = 32 is our choice, for the paper's could not be confirmed. The paper's block adds its
/// input: residual(squeeze_excite_aggregated<>).
template <int Reduction = 32>
inline constexpr auto squeeze_excite_aggregated =
    with_input([](auto in) { return excite<4 * reduced_channels(in.channels, Reduction)>; });

}  // namespace lamina
