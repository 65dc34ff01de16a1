// What Inception-v3 is stacked of (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception
// Architecture for Computer Vision", 2016), with the widths of the released net. On images of 299²:
//
//   stem | a<32> | a<64> | a<64> | b | c<128> | c<160> | c<160> | c<192> | d | e | e
//
// then means over pixels, dropout<0.5> and a dense layer: 23,834,568 parameters. Options of the means
// (exclude_padding for Keras's weights) come last where there are any; without, they are torchvision's.
#pragma once

#include "lamina/blocks/inception_factorized.hpp"

namespace lamina {

/// The stem's convolutions: (3, 299, 299) to (192, 71, 71). Inception-ResNet-v1 continues from here.
inline constexpr auto inception_v3_stem_convolutions =
    normalized_conv<32, 3, stride<2>, valid> | normalized_conv<32, 3, valid> | normalized_conv<64, 3> |
    max_pool<3, stride<2>> | normalized_conv<80, 1> | normalized_conv<192, 3, valid>;

/// (3, 299, 299) to (192, 35, 35).
inline constexpr auto inception_v3_stem = inception_v3_stem_convolutions | max_pool<3, stride<2>>;

/// (C, 35, 35) to (224 + PoolProjection, 35, 35).
template <Index PoolProjection, auto... PoolOption>
inline constexpr auto inception_v3_a =
    inception_a<InceptionAWidths{64, 48, 64, 64, 96, 96, PoolProjection}, 5, PoolOption...>;

/// The first reduction: (288, 35, 35) to (768, 17, 17).
inline constexpr auto inception_v3_b = inception_reduction_a<InceptionReductionAWidths{384, 64, 96, 96}>;

/// (768, 17, 17) to the same; Between is the width inside its towers.
template <Index Between, auto... PoolOption>
inline constexpr auto inception_v3_c =
    inception_b<InceptionBWidths{192, Between, Between, 192, Between, Between, Between, Between, 192, 192}, 7,
                PoolOption...>;

/// The second reduction: (768, 17, 17) to (1280, 8, 8).
inline constexpr auto inception_v3_d =
    inception_reduction_b<InceptionReductionBWidths{192, 320, 192, 192, 192, 192}>;

/// (C, 8, 8) to (2048, 8, 8): inception_v3_e<>.
template <auto... PoolOption>
inline constexpr auto inception_v3_e =
    inception_c<InceptionCWidths{320, 384, 384, 448, 384, 192}, normalized_conv<384, 3>, PoolOption...>;

}  // namespace lamina
