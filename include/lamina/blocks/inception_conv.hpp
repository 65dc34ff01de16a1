// Inception convolution (Liu et al., "Inception Convolution with Efficient Dilation Search", 2021): a 3×3
// convolution whose output channels have dilations of their own on both axes. Weights, multiply-adds and
// extents are those of the plain one. train/dilation_search.hpp finds the parts.
#pragma once

#include "lamina/layers/conv.hpp"

namespace lamina {

/// Some channels of an inception_conv, and how far apart their taps lie.
struct DilationPart {
  Index vertical, horizontal, channels;
};

namespace detail {

template <DilationPart Part, auto... Option> constexpr auto dilated_part(OptionList<Option...>) {
  return conv<Part.channels, 3, dilation<Part.vertical, Part.horizontal>, Option...>;
}
template <DilationPart... Part> constexpr auto dilated_parts(OptionList<Part...>, auto options) {
  if constexpr (sizeof...(Part) == 1)
    return (dilated_part<Part>(options), ...);
  else
    return concat(dilated_part<Part>(options)...);
}

/// A part without channels, which a search may have found, is none.
template <auto Argument> constexpr bool is_part() {
  if constexpr (is_option<Argument, DilationPart>)
    return Argument.channels > 0;
  else
    return false;
}

}  // namespace detail

/// inception_conv<DilationPart{1, 1, 40}, DilationPart{2, 4, 24}, no_bias, stride<2>>: as conv<64, 3>, parts
/// in the order given, and conv's options for all of them but dilation. (C, H, W) to (channels of all parts,
/// …).
template <auto... PartOrOption>
inline constexpr auto inception_conv =
    detail::dilated_parts((detail::OptionList<>{} + ... +
                           std::conditional_t<detail::is_part<PartOrOption>(),
                                              detail::OptionList<PartOrOption>, detail::OptionList<>>{}),
                          detail::without<DilationPart>(detail::OptionList<PartOrOption...>{}));

}  // namespace lamina
