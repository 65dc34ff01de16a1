// Inception depthwise convolution (Yu, Zhou, Yan and Wang, "InceptionNeXt", 2024): a large depthwise kernel
// taken apart. Most channels stay as they are; an eighth each sees a square, a row and a column. Of 31 C / 8
// weights instead of 49 C for 7×7.
#pragma once

#include "lamina/blocks/separable_conv.hpp"

namespace lamina {

/// (C, H, W) to the same, any C from Part (4 or more) on: of g = C / Part channels each, after C − 3 g that
/// pass, Square × Square, 1 × Band and Band × 1 kernels, with biases.
template <Index Part = 8, int Square = 3, Index Band = 11>
inline constexpr auto inception_depthwise = with_input([](auto in) {
  static_assert(Part >= 4,
                "inception_depthwise: three parts of the channels are convolved, and some must pass");
  constexpr Index each = in.channels / Part;
  static_assert(each > 0, "inception_depthwise: there are fewer channels than Part; give a smaller one");
  return split<in.channels - 3 * each, each, each, each>(
      id, depthwise_conv<Square>, depthwise_conv<kernel<1, Band>>, depthwise_conv<kernel<Band, 1>>);
});

}  // namespace lamina
