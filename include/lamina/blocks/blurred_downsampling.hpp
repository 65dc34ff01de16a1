// Downsampling that does not alias (Zhang 2019): what strides does its work at stride 1, and a blur leaves
// out the pixels. In place of avg_pool<2> stands blur_pool itself.
#pragma once

#include "lamina/layers/blur_pool.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// In place of max_pool<2>: the maximum at every pixel, then the blur. 112 × 112 become 111 × 111, then 56
/// × 56.
template <Index K = 4> inline constexpr auto max_blur_pool = max_pool<2, stride<1>, valid> | blur_pool<K>;

/// The filter of a block's blur: blur<3>. Default 4.
struct Blur {
  Index taps = 4;
};
template <Index Taps> inline constexpr Blur blur{Taps};

namespace detail {
template <Index Channels, auto K, auto... Option> constexpr auto convolved_and_blurred() {
  constexpr Blur filter = option_or<Blur, blur<4>, Option...>();
  using After = typename decltype(option_or<ActivationOption, activation<relu>, Option...>())::block;
  return []<auto... Rest>(OptionList<Rest...>) {
    return conv<Channels, K, Rest...> | After{} | blur_pool<filter.taps>;
  }(without<Blur, ActivationOption>(OptionList<Option...>{}));
}
}  // namespace detail

/// In place of conv<Channels, K, stride<2>, options…> | relu; four times the multiply-adds. Options:
/// blur<taps> (4), activation<batch_norm | relu> (relu), and conv's.
template <Index Channels, auto K, auto... Option>
inline constexpr auto conv_blur_pool = detail::convolved_and_blurred<Channels, K, Option...>();

}  // namespace lamina
