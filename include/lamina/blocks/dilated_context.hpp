// The multi-scale context module (Yu and Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions",
// 2016): 3×3 convolutions whose dilation doubles, which see 67 × 67 pixels and lose no resolution.
#pragma once

#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// The basic module: (C, H, W) to the same, seven 3×3 convolutions of C channels with dilations 1, 1, 2, 4,
/// 8, 16, 1, then a 1×1 one, rectifiers between them; 64 C² + 8 C parameters. Weights begin as the identity,
/// biases as zeros: at first, non-negative maps pass unchanged. (Begun at random it does not learn, says the
/// paper.)
inline constexpr auto dilated_context = with_input([](auto in) {
  constexpr Index c = in.channels;
  constexpr auto start = init<initializers::dirac>;
  return conv<c, 3, start> | relu | conv<c, 3, start> | relu | conv<c, 3, dilation<2>, start> | relu |
         conv<c, 3, dilation<4>, start> | relu | conv<c, 3, dilation<8>, start> | relu |
         conv<c, 3, dilation<16>, start> | relu | conv<c, 3, start> | relu | conv<c, 1, start>;
});

/// Some channels of an inception_conv, and how far apart their taps lie.
struct DilationPart {
  Index vertical, horizontal, channels;
};

/// Inception convolution (Liu et al., "Inception Convolution with Efficient Dilation Search", 2021): a 3×3
/// convolution whose output channels have dilations of their own on both axes, parts in the order given:
/// inception_conv<DilationPart{1, 1, 40}, DilationPart{2, 4, 24}>. Weights, multiply-adds and extents are
/// those of conv<64, 3>.
template <DilationPart... Part>
inline constexpr auto inception_conv =
    concat(conv<Part.channels, 3, dilation<Part.vertical, Part.horizontal>>...);

}  // namespace lamina
