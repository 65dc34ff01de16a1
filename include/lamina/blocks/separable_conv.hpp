// Depthwise and depthwise-separable convolution (Sifre 2014; Chollet, "Xception", 2017; Howard et al.,
// "MobileNets", 2017): one filter per channel, then a 1×1 convolution that mixes channels. Against a dense
// k×k convolution to C' channels it costs 1/C' + 1/k².
#pragma once

#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

namespace detail {

/// What depthwise_conv becomes, once the channels of its input are known.
template <auto K, auto... Option> struct DepthwiseConv {
  static constexpr bool works_on_channels = true;  // for net/fusion.hpp
  constexpr auto operator()(auto in) const {
    constexpr Index channels = in.channels;
    constexpr Multiplier each = option_or<Multiplier, multiplier<1>, Option...>();
    return []<auto... Rest>(OptionList<Rest...>) {
      return conv<channels * each.count, K, groups<channels>, Rest...>;
    }(without<Multiplier>(OptionList<Option...>{}));
  }
};

}  // namespace detail

/// depthwise_conv<3, stride<2>>, depthwise_conv<3, multiplier<2>>: every channel is convolved with a filter
/// of its own, or with as many as the multiplier says, whose outputs are neighbours. Kernel, then the
/// multiplier and conv's options.
template <auto K, auto... Option>
inline constexpr auto depthwise_conv = with_input(detail::DepthwiseConv<K, Option...>{});

namespace detail {

template <Index Channels, auto K, auto... Option> constexpr auto separable() {
  using Middle = decltype(option_or<BetweenOption, between<id>, Option...>());
  constexpr OptionList<Option...> all;
  constexpr auto pointwise = []<auto... Own>(OptionList<Own...>) {
    return conv<Channels, 1, Own...>;
  }(only<Bias, BiasInitializer, WeightInitializer>(all));
  return []<auto... Rest>(OptionList<Rest...>) {
    return depthwise_conv<K, no_bias, Rest...>;
  }(without<BetweenOption, Bias, BiasInitializer>(all)) |
         typename Middle::block{} | pointwise;
}

}  // namespace detail

/// separable_conv<64, 3, stride<2>>: depthwise_conv, without bias and with the options, then conv<64, 1>,
/// whose bias no_bias leaves out; bias_init is for that, init for both. Nothing lies between the two, as in
/// Xception, unless between<batch_norm | relu> says so, as in MobileNet.
template <Index Channels, auto K, auto... Option>
inline constexpr auto separable_conv = detail::separable<Channels, K, Option...>();

}  // namespace lamina
