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

/// In place of conv<Channels, K, stride<2>, options…> | relu; four times the multiply-adds.
template <Index Channels, auto K, auto... Option>
inline constexpr auto conv_blur_pool = conv<Channels, K, Option...> | relu | blur_pool<4>;

}  // namespace lamina
