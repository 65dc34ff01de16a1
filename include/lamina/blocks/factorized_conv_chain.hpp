// A CP-factorised convolution one factor after the other (see layers/factorized_conv.hpp): to R channels, a
// depthwise kernel, to the channels asked for. R (in + rows · columns + out) weights and as many
// multiply-adds a pixel.
#pragma once

#include "lamina/blocks/separable_conv.hpp"

namespace lamina {

/// factorized_conv_chain<64, 3, 16, stride<2>>: channels, kernel, rank; options of the depthwise convolution
/// (stride, dilation, padding). A bias at the end, which no_bias leaves out.
template <Index Channels, auto K, Index Rank, auto... Option>
inline constexpr auto factorized_conv_chain = conv<Rank, 1, no_bias> | separable_conv<Channels, K, Option...>;

}  // namespace lamina
