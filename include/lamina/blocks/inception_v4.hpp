// What Inception-v4 is stacked of (Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and
// the Impact of Residual Connections on Learning", 2017). On images of 299²:
//
//   stem | repeat<4>(a) | reduction_a | repeat<7>(b) | reduction_b | repeat<3>(c)
//
// then means over pixels, dropout<0.2> and a dense layer: 42,679,816 parameters. Means in the modules leave
// padding out.
#pragma once

#include "lamina/blocks/inception_factorized.hpp"

namespace lamina {

/// (3, 299, 299) to (384, 35, 35), through (64, 147, 147), (160, 73, 73) and (192, 71, 71): reductions by
/// convolution and maximum side by side. The paper's Inception-ResNet-v2 has it too, the released one not.
inline constexpr auto inception_v4_stem =
    normalized_conv<32, 3, stride<2>, valid> | normalized_conv<32, 3, valid> | normalized_conv<64, 3> |
    concat(max_pool<3, stride<2>>, normalized_conv<96, 3, stride<2>, valid>) |
    concat(normalized_conv<64, 1> | normalized_conv<96, 3, valid>,
           normalized_conv<64, 1> | normalized_conv<64, kernel<1, 7>> | normalized_conv<64, kernel<7, 1>> |
               normalized_conv<96, 3, valid>) |
    concat(normalized_conv<192, 3, stride<2>, valid>, max_pool<3, stride<2>>);

/// (384, 35, 35) to the same.
inline constexpr auto inception_v4_a =
    inception_a<InceptionAWidths{96, 64, 96, 64, 96, 96, 96}, 3, exclude_padding>;

/// (384, 35, 35) to (1024, 17, 17).
inline constexpr auto inception_v4_reduction_a =
    inception_reduction_a<InceptionReductionAWidths{384, 192, 224, 256}>;

/// (1024, 17, 17) to the same.
inline constexpr auto inception_v4_b =
    inception_b<InceptionBWidths{384, 192, 224, 256, 192, 192, 224, 224, 256, 128}, 7, exclude_padding>;

/// (1024, 17, 17) to (1536, 8, 8).
inline constexpr auto inception_v4_reduction_b =
    inception_reduction_b<InceptionReductionBWidths{192, 192, 256, 256, 320, 320}>;

/// (1536, 8, 8) to the same.
inline constexpr auto inception_v4_c = inception_c < InceptionCWidths{256, 384, 256, 384, 256, 256},
                      normalized_conv<448, kernel<3, 1>> | normalized_conv<512, kernel<1, 3>>,
                      exclude_padding > ;

}  // namespace lamina
