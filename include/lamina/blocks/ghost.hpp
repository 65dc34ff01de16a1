// Ghost modules (Han et al., "GhostNet: More Features from Cheap Operations", 2020): one in s maps, mostly
// half of them, come from a convolution, the others from a cheap depthwise one on these. Against the dense
// convolution, weights and multiply-adds fall to nearly 1 / s.
#pragma once

#include "lamina/blocks/separable_conv.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// Maps of a ghost module for each that its dense convolution makes: the paper's s.
struct GhostRatio {
  Index count = 2;
};
template <Index Count> inline constexpr GhostRatio ghost_ratio{Count};

/// The depthwise kernel of a ghost module.
struct CheapKernel {
  Kernel extents{3};
};
template <auto K> inline constexpr CheapKernel cheap_kernel{Kernel(K)};

namespace detail {

/// Channels [0, Count): the whole if there are no more.
template <Index Count>
inline constexpr auto first_channels = with_input([](auto in) {
  if constexpr (in.channels == Count)
    return id;
  else
    return select_channels<0, Count>;
});

}  // namespace detail

/// (C, H, W) to (Channels, H, W): a convolution (K, 1×1 by default) to m = ⌈Channels / s⌉ maps, a depthwise
/// one that makes s - 1 of each of them, both without bias, with batch norm and a rectifier, concatenated;
/// where that is more than Channels, the last ones are left out. Options: ghost_ratio<s> (2), cheap_kernel<…>
/// (3), activation<…> (relu; id for none), and conv's for the first convolution, such as stride<2>.
template <Index Channels, auto K = 1, auto... Option>
inline constexpr auto ghost = with_input([](auto) {
  constexpr GhostRatio ratio = detail::option_or<GhostRatio, ghost_ratio<2>, Option...>();
  static_assert(ratio.count >= 2, "ghost: the ratio is 2 or more; for 1 write a convolution");
  constexpr CheapKernel cheap_one = detail::option_or<CheapKernel, cheap_kernel<3>, Option...>();
  using After = typename decltype(detail::option_or<ActivationOption, activation<relu>, Option...>())::block;
  constexpr Index intrinsic = (Channels + ratio.count - 1) / ratio.count;
  constexpr auto primary = []<auto... Rest>(detail::OptionList<Rest...>) {
    return conv<intrinsic, K, no_bias, Rest...> | batch_norm | After{};
  }(detail::without<GhostRatio, CheapKernel, ActivationOption>(detail::OptionList<Option...>{}));
  constexpr auto cheap =
      depthwise_conv<cheap_one.extents, multiplier<ratio.count - 1>, no_bias> | batch_norm | After{};
  return primary | concat(id, cheap) | detail::first_channels<Channels>;
});

}  // namespace lamina
