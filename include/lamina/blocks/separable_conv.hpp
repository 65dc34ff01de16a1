// Depthwise and depthwise-separable convolution (Sifre 2014; Chollet, "Xception", 2017; Howard et al.,
// "MobileNets", 2017): one filter per channel, then a 1×1 convolution that mixes channels. Against a dense
// k×k convolution to C' channels it costs 1/C' + 1/k².
#pragma once

#include <type_traits>

#include "lamina/layers/conv.hpp"

namespace lamina {

/// depthwise_conv<3, stride<2>>: every channel is convolved with a filter of its own. Kernel, then conv's
/// options.
template <auto K, auto... Option>
inline constexpr auto depthwise_conv =
    with_input([](auto in) { return conv<in.channels, K, groups<in.channels>, Option...>; });

namespace detail {

template <Index Channels, auto K, auto... Option> constexpr auto separable() {
  constexpr bool without_bias = (std::is_same_v<std::remove_cv_t<decltype(Option)>, Bias> || ...);
  if constexpr (without_bias)
    return depthwise_conv<K, Option...> | conv<Channels, 1, no_bias>;
  else
    return depthwise_conv<K, no_bias, Option...> | conv<Channels, 1>;
}

}  // namespace detail

/// separable_conv<64, 3, stride<2>>: depthwise_conv, without bias and with the options, then conv<64, 1>,
/// whose bias no_bias leaves out. Nothing lies between the two, as in Xception; for MobileNet's block write
/// the parts.
template <Index Channels, auto K, auto... Option>
inline constexpr auto separable_conv = detail::separable<Channels, K, Option...>();

}  // namespace lamina
