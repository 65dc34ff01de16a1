// Convolutions of tensors (cross-correlations, as everywhere in deep learning), with PyTorch's axes:
//   conv2d(x, w)
//     y[n, o, r, c] = Σ_{i, u, v} w[o, i, u, v] · x[n, g(o) + i, r·s − p + u·d, c·s − p + v·d]
//   conv2d_transposed(x, w), its adjoint
//     y[n, o, r·s − p + u·d, c·s − p + v·d] += w[i, o, u, v] · x[n, i, r, c]
// with stride s, padding p, dilation d, and g(o) the first channel of o's group; likewise of sequences and
// volumes. They are expressions: nothing is computed before they are assigned, and what surrounds them is
// computed with them, as their elements are finished, in one call of a kernel:
//   Tensor y = relu(conv2d(x, w) * scale + shift) + residual;   // (c, 1, 1) or (1, c, 1, 1) per channel
//   Tensor z = conv2d<stride<2>, pad<1>>(x, w);                 // options known to the compiler
//   Tensor v = conv2d(x, w, stride<2>, groups<4>);              // or not: rows and columns are dyn
// Options, in any order, each at most once:
//   stride<…>, dilation<…>     one number, or <vertical, horizontal>, or of volumes
//                              <depth, vertical, horizontal>
//   same                       the default: (k − 1) · d / 2 on both sides, so that an even kernel leaves
//                              a pixel less
//   same_upper, valid, pad<…>  instead; of transposed ones pad is what is cropped, and no same_upper
//   groups<n>
//   border<Border::reflect>    not of transposed ones; no partial border in conv3d
//   output_padding<…>          of transposed ones: rows and columns to add at the end, less than the stride
// Of float or double (mixed: double); integers are to be converted, cast<float>(x). Contradicting extents
// fail to compile where they and the options are known, others throw shape_error when the expression is made.
#pragma once

#include <utility>

#include "lamina/kernels/expressions/detail/convolution_node.hpp"

namespace lamina {

/// Convolution of sequences: x (n, c, l), w (co, c / groups, k) give (n, co, l').
template <auto... Option, expression X, expression W, class... Argument>
auto conv1d(X&& x, W&& w, const Argument&... option) {
  return detail::make_convolution<detail::ConvolutionKind{1, false}, Option...>(
      std::forward<X>(x), std::forward<W>(w), option...);
}

/// Convolution of maps: x (n, c, h, w), w (co, c / groups, kh, kw) give (n, co, h', w').
template <auto... Option, expression X, expression W, class... Argument>
auto conv2d(X&& x, W&& w, const Argument&... option) {
  return detail::make_convolution<detail::ConvolutionKind{2, false}, Option...>(
      std::forward<X>(x), std::forward<W>(w), option...);
}

/// Convolution of volumes: x (n, c, d, h, w), w (co, c / groups, kd, kh, kw) give (n, co, d', h', w').
template <auto... Option, expression X, expression W, class... Argument>
auto conv3d(X&& x, W&& w, const Argument&... option) {
  return detail::make_convolution<detail::ConvolutionKind{3, false}, Option...>(
      std::forward<X>(x), std::forward<W>(w), option...);
}

/// Transposed convolution of sequences: x (n, c, l), w (c, co / groups, k) give (n, co, l') with l' =
/// (l − 1) · stride − padding on both sides + dilation · (k − 1) + 1 + output padding.
template <auto... Option, expression X, expression W, class... Argument>
auto conv1d_transposed(X&& x, W&& w, const Argument&... option) {
  return detail::make_convolution<detail::ConvolutionKind{1, true}, Option...>(std::forward<X>(x),
                                                                               std::forward<W>(w), option...);
}

/// Transposed convolution of maps: x (n, c, h, w), w (c, co / groups, kh, kw) give (n, co, h', w').
template <auto... Option, expression X, expression W, class... Argument>
auto conv2d_transposed(X&& x, W&& w, const Argument&... option) {
  return detail::make_convolution<detail::ConvolutionKind{2, true}, Option...>(std::forward<X>(x),
                                                                               std::forward<W>(w), option...);
}

/// Transposed convolution of volumes: x (n, c, d, h, w), w (c, co / groups, kd, kh, kw).
template <auto... Option, expression X, expression W, class... Argument>
auto conv3d_transposed(X&& x, W&& w, const Argument&... option) {
  return detail::make_convolution<detail::ConvolutionKind{3, true}, Option...>(std::forward<X>(x),
                                                                               std::forward<W>(w), option...);
}

}  // namespace lamina
