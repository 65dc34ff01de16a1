// Depthwise and depthwise-separable convolution (Sifre 2014; Chollet, "Xception", 2017; Howard et al.,
// "MobileNets", 2017): one filter per channel, then a 1×1 convolution that mixes channels. Against a dense
// k×k convolution to C' channels it costs 1/C' + 1/k².
#pragma once

#include "lamina/layers/conv.hpp"

namespace lamina {

/// depthwise_conv<3, stride<2>>: every channel is convolved with a filter of its own. Kernel, then conv's
/// options.
template <auto K, auto... Option>
inline constexpr auto depthwise_conv =
    with_input([](auto in) { return conv<in.channels, K, groups<in.channels>, Option...>; });

/// separable_conv<64, 3, stride<2>>: depthwise_conv, without bias and with the options, then conv<64, 1>.
/// Nothing lies between the two, as in Xception; for MobileNet's block write the parts.
template <Index Channels, auto K, auto... Option>
inline constexpr auto separable_conv = depthwise_conv<K, no_bias, Option...> | conv<Channels, 1>;

}  // namespace lamina
