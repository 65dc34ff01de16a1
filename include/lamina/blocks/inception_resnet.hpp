// Inception modules on residual connections (Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4,
// Inception-ResNet and the Impact of Residual Connections on Learning", 2017):
//   y = relu(x + s · (W · towers(x) + b))
// The 1×1 convolution that brings the towers back to x's channels has a bias, and neither norm nor rectifier.
// Beyond about 1000 channels such nets fall to constant outputs early in training; s between 0.1 and 0.3
// prevents that where lower learning rates do not. The widths of the papers' nets are in
// inception_resnet_v1.hpp and inception_resnet_v2.hpp.
#pragma once

#include "lamina/blocks/inception_factorized.hpp"
#include "lamina/layers/pool.hpp"

namespace lamina {

/// (C, H, W) to the same: Activation(x + S · (1×1 of Towers(x))). Activation = id leaves the sum as it is, as
/// the released Inception-ResNet-v2 does in its last module.
template <auto Towers, Fraction S, auto Activation = relu>
inline constexpr auto scaled_residual =
    with_input([](auto in) { return residual(scale<S>(Towers | conv<in.channels, 1>)) | Activation; });

/// The channels of the towers of inception_resnet_a.
struct InceptionResnetAWidths {
  Index one;                           ///< 1×1
  Index reduce_single, single;         ///< 1×1, then 3×3
  Index reduce_double, first, second;  ///< 1×1, then 3×3 twice
};

/// (C, H, W) to the same, for the finest maps ("block 35" in code).
template <InceptionResnetAWidths W, Fraction S, auto Activation = relu>
inline constexpr auto inception_resnet_a = scaled_residual<
    concat(normalized_conv<W.one, 1>, normalized_conv<W.reduce_single, 1> | normalized_conv<W.single, 3>,
           normalized_conv<W.reduce_double, 1> | normalized_conv<W.first, 3> | normalized_conv<W.second, 3>),
    S, Activation>;

/// The channels of the towers of inception_resnet_b and inception_resnet_c.
struct InceptionResnetRowColumnWidths {
  Index one;                  ///< 1×1
  Index reduce, row, column;  ///< 1×1, 1×N, N×1
};

namespace detail {

template <InceptionResnetRowColumnWidths W, Index N>
inline constexpr auto one_beside_row_column =
    concat(normalized_conv<W.one, 1>, normalized_conv<W.reduce, 1> | normalized_conv<W.row, kernel<1, N>> |
                                          normalized_conv<W.column, kernel<N, 1>>);

}  // namespace detail

/// (C, H, W) to the same, N = 7, for maps of 17×17 ("block 17").
template <InceptionResnetRowColumnWidths W, Fraction S, auto Activation = relu>
inline constexpr auto inception_resnet_b =
    scaled_residual<detail::one_beside_row_column<W, 7>, S, Activation>;

/// (C, H, W) to the same, N = 3, for maps of 8×8 ("block 8").
template <InceptionResnetRowColumnWidths W, Fraction S, auto Activation = relu>
inline constexpr auto inception_resnet_c =
    scaled_residual<detail::one_beside_row_column<W, 3>, S, Activation>;

/// The channels of the towers of inception_resnet_reduction_b; the maximum keeps its input's. The first 3×3
/// of the double tower has stride 1, the others 2.
struct InceptionResnetReductionBWidths {
  Index reduce_first, first;            ///< 1×1, then 3×3
  Index reduce_second, second;          ///< 1×1, then 3×3
  Index reduce_double, between, third;  ///< 1×1, then 3×3 twice
};

/// (C, H, W) to (W.first + W.second + W.third + C, ⌊(H − 1) / 2⌋, ⌊(W − 1) / 2⌋). The first reduction is
/// inception_reduction_a, as in Inception-v4.
template <InceptionResnetReductionBWidths W>
inline constexpr auto inception_resnet_reduction_b = concat(
    normalized_conv<W.reduce_first, 1> | detail::halving_conv<W.first>,
    normalized_conv<W.reduce_second, 1> | detail::halving_conv<W.second>,
    normalized_conv<W.reduce_double, 1> | normalized_conv<W.between, 3> | detail::halving_conv<W.third>,
    detail::halving_pool);

}  // namespace lamina
