// What Inception-ResNet-v2 is stacked of (Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4,
// Inception-ResNet and the Impact of Residual Connections on Learning", 2017). There are two of it. On images
// of 299²:
//
//   paper      inception_v4_stem | repeat<5>(a<>) | reduction_a | repeat<10>(b<>) | reduction_b |
//              repeat<5>(c<>)
//   released   inception_v3_stem | entry | repeat<10>(a<>) | reduction_a | repeat<20>(b<>) | reduction_b |
//              repeat<9>(c<>) | c<1.0, id> | normalized_conv<1536, 1>
//
// then means over pixels, dropout<0.2> and a dense layer: 32,433,928 and 55,843,464 parameters. Modules take
// their outer width from their input: 384, 1152 and 2144 in the paper's (whose figures print 1154 and 2048,
// which its own sums contradict), 320, 1088 and 2080 in the released one. The scales are those released.
#pragma once

#include "lamina/blocks/inception_factorized.hpp"
#include "lamina/blocks/inception_resnet.hpp"

namespace lamina {

/// The module between stem and residuals in the released net ("mixed 5b"): (192, 35, 35) to (320, 35, 35).
inline constexpr auto inception_resnet_v2_entry =
    inception_a<InceptionAWidths{96, 48, 64, 64, 96, 96, 64}, 5, exclude_padding>;

/// (C, 35, 35) to the same.
template <Fraction S = 0.17, auto Activation = relu>
inline constexpr auto inception_resnet_v2_a =
    inception_resnet_a<InceptionResnetAWidths{32, 32, 32, 32, 48, 64}, S, Activation>;

/// (C, 35, 35) to (768 + C, 17, 17).
inline constexpr auto inception_resnet_v2_reduction_a =
    inception_reduction_a<InceptionReductionAWidths{384, 256, 256, 384}>;

/// (C, 17, 17) to the same.
template <Fraction S = 0.1, auto Activation = relu>
inline constexpr auto inception_resnet_v2_b =
    inception_resnet_b<InceptionResnetRowColumnWidths{192, 128, 160, 192}, S, Activation>;

/// (C, 17, 17) to (992 + C, 8, 8).
inline constexpr auto inception_resnet_v2_reduction_b =
    inception_resnet_reduction_b<InceptionResnetReductionBWidths{256, 384, 256, 288, 256, 288, 320}>;

/// (C, 8, 8) to the same.
template <Fraction S = 0.2, auto Activation = relu>
inline constexpr auto inception_resnet_v2_c =
    inception_resnet_c<InceptionResnetRowColumnWidths{192, 192, 224, 256}, S, Activation>;

}  // namespace lamina
