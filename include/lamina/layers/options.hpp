// The options that layers take in any order after their first arguments: conv<64, 3, stride<2>, no_bias>.
// Those of windows are in kernels/window_options.hpp, which says how options work; here are those of
// parameters, and those that blocks keep to themselves and do not hand on to their layers.
#pragma once

#include "lamina/kernels/window_options.hpp"
#include "lamina/net/parameter.hpp"

namespace lamina {

/// Whether the layer adds a learnt number per channel.
struct Bias {
  bool present = true;
};
inline constexpr Bias no_bias{false};

/// How the weights begin, and how the bias: init<initializers::orthogonal>, bias_init<initializers::ones>.
struct WeightInitializer {
  Initializer initializer;
};
template <Initializer How> inline constexpr WeightInitializer init{How};
struct BiasInitializer {
  Initializer initializer;
};
template <Initializer How> inline constexpr BiasInitializer bias_init{How};

/// Outputs that a depthwise convolution makes of each channel: depthwise_conv<3, multiplier<2>>. Default 1.
struct Multiplier {
  Index count = 1;
};
template <Index Count> inline constexpr Multiplier multiplier{Count};

/// What stands between the layers of a block: separable_conv<64, 3, between<batch_norm | relu>>.
struct BetweenOption {};
template <class Block> struct Between : BetweenOption {
  using block = Block;
};
template <auto Block> inline constexpr Between<std::remove_const_t<decltype(Block)>> between{};

/// What follows a block's convolutions: ghost<64, 1, activation<id>>.
struct ActivationOption {};
template <class Block> struct Activation : ActivationOption {
  using block = Block;
};
template <auto Block> inline constexpr Activation<std::remove_const_t<decltype(Block)>> activation{};

namespace detail {

/// The option of a window, unless it tells of a depth, which maps have not.
template <class Option> constexpr Option of_maps(const Option& option) {
  require(fits_axes(option, 2),
          "options: layers have maps and sequences; stride, dilation and padding have no depth");
  return option;
}

template <auto... Option> struct OptionList {};
template <auto... A, auto... B>
constexpr OptionList<A..., B...> operator+(OptionList<A...>, OptionList<B...>) {
  return {};
}

/// Whether the option is of one of the kinds.
template <auto Option, class... Kind>
inline constexpr bool is_option = (std::is_base_of_v<Kind, std::remove_const_t<decltype(Option)>> || ...);

/// The options that are of none of the kinds: those that a block hands on.
template <class... Kind, auto... Option> constexpr auto without(OptionList<Option...>) {
  return (OptionList<>{} + ... +
          std::conditional_t<is_option<Option, Kind...>, OptionList<>, OptionList<Option>>{});
}

/// The options that are of one of the kinds.
template <class... Kind, auto... Option> constexpr auto only(OptionList<Option...>) {
  return (OptionList<>{} + ... +
          std::conditional_t<is_option<Option, Kind...>, OptionList<Option>, OptionList<>>{});
}

/// The option of a kind, or Default.
template <class Kind, auto Default, auto... Option> constexpr auto option_or() {
  return []<auto... Found>(OptionList<Found...>) {
    static_assert(sizeof...(Found) <= 1, "options: one kind is given twice; give each at most once");
    if constexpr (sizeof...(Found) == 1)
      return (Found, ...);
    else
      return Default;
  }((OptionList<>{} + ... + std::conditional_t<is_option<Option, Kind>, OptionList<Option>, OptionList<>>{}));
}

}  // namespace detail

}  // namespace lamina
