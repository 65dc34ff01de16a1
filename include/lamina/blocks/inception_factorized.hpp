// Inception modules with factorized convolutions (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking
// the Inception Architecture for Computer Vision", 2016; Szegedy, Ioffe, Vanhoucke and Alemi,
// "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning", 2017). Of large
// kernels they make chains of small ones: of 5×5 two 3×3, of n×n a row 1×n and a column n×1, which costs
// 2 / n of it. Named by the later paper's letters; each convolution is a normalized_conv.
//
//   here                    Inception-v3 (torchvision's letters)    Inception-v4
//   inception_a             A, 35×35                                A
//   inception_reduction_a   B, 35×35 to 17×17                       Reduction-A
//   inception_b             C, 17×17                                B
//   inception_reduction_b   D, 17×17 to 8×8                         Reduction-B
//   inception_c             E, 8×8                                  C
//
// The widths that the papers' nets have are in inception_v3.hpp and inception_v4.hpp.
#pragma once

#include "lamina/blocks/normalized_conv.hpp"
#include "lamina/layers/pool.hpp"

namespace lamina {

namespace detail {

/// Means of 3×3 windows, then 1×1.
template <Index Channels, auto... PoolOption>
inline constexpr auto pool_projection =
    avg_pool<3, stride<1>, same, PoolOption...> | normalized_conv<Channels, 1>;

/// A row and a column of the same input, side by side: the "expanded filter bank" of the coarsest maps.
template <Index Each>
inline constexpr auto row_and_column =
    concat(normalized_conv<Each, kernel<1, 3>>, normalized_conv<Each, kernel<3, 1>>);

/// 3×3 with stride 2, nothing padded: (H, W) to (⌊(H − 1) / 2⌋, ⌊(W − 1) / 2⌋).
template <Index Channels> inline constexpr auto halving_conv = normalized_conv<Channels, 3, stride<2>, valid>;
inline constexpr auto halving_pool = max_pool<3, stride<2>>;

}  // namespace detail

/// The channels of the towers of inception_a.
struct InceptionAWidths {
  Index one;                           ///< 1×1
  Index reduce_single, single;         ///< 1×1, then K×K
  Index reduce_double, first, second;  ///< 1×1, then 3×3 twice
  Index pool_projection;               ///< 3×3 mean, then 1×1

  constexpr Index channels() const { return one + single + second + pool_projection; }
};

/// (C, H, W) to (W.channels(), H, W). K is 3 in the papers; in Inception-v3 as released it is 5: there only
/// the third tower is factorized. PoolOption: exclude_padding for the means of Inception-v4,
/// Inception-ResNet and Keras; without, padding counts as zeros, as in torchvision's Inception-v3.
template <InceptionAWidths W, int K = 3, auto... PoolOption>
inline constexpr auto inception_a =
    concat(normalized_conv<W.one, 1>, normalized_conv<W.reduce_single, 1> | normalized_conv<W.single, K>,
           normalized_conv<W.reduce_double, 1> | normalized_conv<W.first, 3> | normalized_conv<W.second, 3>,
           detail::pool_projection<W.pool_projection, PoolOption...>);

/// The channels of the towers of inception_reduction_a; the maximum keeps its input's.
struct InceptionReductionAWidths {
  Index single;                        ///< 3×3 with stride 2: n in the paper
  Index reduce_double, first, second;  ///< 1×1, 3×3, 3×3 with stride 2: k, l, m in the paper
};

/// (C, H, W) to (W.single + W.second + C, ⌊(H − 1) / 2⌋, ⌊(W − 1) / 2⌋): two towers of convolutions and the
/// 3×3 maximum, all with stride 2 and nothing padded.
template <InceptionReductionAWidths W>
inline constexpr auto inception_reduction_a =
    concat(detail::halving_conv<W.single>,
           normalized_conv<W.reduce_double, 1> | normalized_conv<W.first, 3> | detail::halving_conv<W.second>,
           detail::halving_pool);

/// The channels of the towers of inception_b.
struct InceptionBWidths {
  Index one;                                          ///< 1×1
  Index reduce_single, row, column;                   ///< 1×1, 1×N, N×1
  Index reduce_double, column1, row1, column2, row2;  ///< 1×1, N×1, 1×N, N×1, 1×N
  Index pool_projection;                              ///< 3×3 mean, then 1×1

  constexpr Index channels() const { return one + column + row2 + pool_projection; }
};

/// (C, H, W) to (W.channels(), H, W): N×N as a row and a column, once and twice. PoolOption as in
/// inception_a.
template <InceptionBWidths W, Index N = 7, auto... PoolOption>
inline constexpr auto inception_b =
    concat(normalized_conv<W.one, 1>,
           normalized_conv<W.reduce_single, 1> | normalized_conv<W.row, kernel<1, N>> |
               normalized_conv<W.column, kernel<N, 1>>,
           normalized_conv<W.reduce_double, 1> | normalized_conv<W.column1, kernel<N, 1>> |
               normalized_conv<W.row1, kernel<1, N>> | normalized_conv<W.column2, kernel<N, 1>> |
               normalized_conv<W.row2, kernel<1, N>>,
           detail::pool_projection<W.pool_projection, PoolOption...>);

/// The channels of the towers of inception_reduction_b; the maximum keeps its input's.
struct InceptionReductionBWidths {
  Index reduce_single, single;                 ///< 1×1, 3×3 with stride 2
  Index reduce_factorized, row, column, last;  ///< 1×1, 1×N, N×1, 3×3 with stride 2
};

/// (C, H, W) to (W.single + W.last + C, ⌊(H − 1) / 2⌋, ⌊(W − 1) / 2⌋).
template <InceptionReductionBWidths W, Index N = 7>
inline constexpr auto inception_reduction_b =
    concat(normalized_conv<W.reduce_single, 1> | detail::halving_conv<W.single>,
           normalized_conv<W.reduce_factorized, 1> | normalized_conv<W.row, kernel<1, N>> |
               normalized_conv<W.column, kernel<N, 1>> | detail::halving_conv<W.last>,
           detail::halving_pool);

/// The channels of the towers of inception_c. A tower that splits gives its width twice: 1×3 and 3×1.
struct InceptionCWidths {
  Index one;                         ///< 1×1
  Index reduce_single, split;        ///< 1×1, then split
  Index reduce_double, split_again;  ///< 1×1, Middle, then split
  Index pool_projection;             ///< 3×3 mean, then 1×1

  constexpr Index channels() const { return one + 2 * split + 2 * split_again + pool_projection; }
};

/// (C, H, W) to (W.channels(), H, W), with expanded outputs: two towers end in a row and a column side by
/// side. Middle is what the third tower has before it splits: normalized_conv<384, 3> in Inception-v3, a
/// column and a row in Inception-v4. PoolOption as in inception_a.
template <InceptionCWidths W, auto Middle, auto... PoolOption>
inline constexpr auto inception_c =
    concat(normalized_conv<W.one, 1>, normalized_conv<W.reduce_single, 1> | detail::row_and_column<W.split>,
           normalized_conv<W.reduce_double, 1> | Middle | detail::row_and_column<W.split_again>,
           detail::pool_projection<W.pool_projection, PoolOption...>);

}  // namespace lamina
