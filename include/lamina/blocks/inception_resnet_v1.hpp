// What Inception-ResNet-v1 is stacked of (Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4,
// Inception-ResNet and the Impact of Residual Connections on Learning", 2017). On images of 299²:
//
//   stem | repeat<5>(a<0.17>) | reduction_a | repeat<10>(b<0.1>) | reduction_b | repeat<5>(c<0.2>)
//
// then means over pixels, dropout<0.2> and a dense layer: 22,756,328 parameters. The paper asks for scales
// of 0.1 to 0.3; those above are the ones released for Inception-ResNet-v2.
#pragma once

#include "lamina/blocks/inception_factorized.hpp"
#include "lamina/blocks/inception_resnet.hpp"
#include "lamina/blocks/inception_v3.hpp"

namespace lamina {

/// (3, 299, 299) to (256, 35, 35): Inception-v3's, with a convolution in place of the last maximum.
inline constexpr auto inception_resnet_v1_stem =
    inception_v3_stem_convolutions | normalized_conv<256, 3, stride<2>, valid>;

/// (256, 35, 35) to the same.
template <Fraction S = 0.17>
inline constexpr auto inception_resnet_v1_a =
    inception_resnet_a<InceptionResnetAWidths{32, 32, 32, 32, 32, 32}, S>;

/// (256, 35, 35) to (896, 17, 17).
inline constexpr auto inception_resnet_v1_reduction_a =
    inception_reduction_a<InceptionReductionAWidths{384, 192, 192, 256}>;

/// (896, 17, 17) to the same.
template <Fraction S = 0.1>
inline constexpr auto inception_resnet_v1_b =
    inception_resnet_b<InceptionResnetRowColumnWidths{128, 128, 128, 128}, S>;

/// (896, 17, 17) to (1792, 8, 8).
inline constexpr auto inception_resnet_v1_reduction_b =
    inception_resnet_reduction_b<InceptionResnetReductionBWidths{256, 384, 256, 256, 256, 256, 256}>;

/// (1792, 8, 8) to the same.
template <Fraction S = 0.2>
inline constexpr auto inception_resnet_v1_c =
    inception_resnet_c<InceptionResnetRowColumnWidths{192, 192, 192, 192}, S>;

}  // namespace lamina
