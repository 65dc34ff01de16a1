// Convolution on feature maps: forward, and the gradients of data and weights. (Cross-correlation, as
// everywhere in deep learning.)
//   y[n, o, r, c] = b[o] + Σ_{i, u, v} w[o, i, u, v] · x[n, g(o) + i, r·s − p + u·d, c·s − p + v·d]
// with stride s, padding p, dilation d and g(o) the first channel of o's group. Maps are blocked; the input
// of the first layer may be plain. Weights are in the order of ConvGeometry::weight_offset, bias and weights
// padded to whole blocks with zeros. Results have the same bits on any number of threads. README.md tells how
// it works.
#pragma once

#include "lamina/kernels/conv_border.hpp"
#include "lamina/kernels/conv_plan.hpp"

namespace lamina::kernels {

namespace detail {

/// Throws shape_error unless the maps are input and output of the convolution.
template <class In, class Out> void check_maps(const ConvGeometry& g, const In& in, const Out& out) {
  check(g, in.height, in.width);
  require(in.channels == g.in_channels && out.channels == g.out_channels,
          "conv: the maps' channels are not those of the geometry");
  require(
      in.batch == out.batch && out.height == g.out_height(in.height) && out.width == g.out_width(in.width),
      "conv: the output map has not the extents that input and geometry give");
}

}  // namespace detail

/// out = epilogue(conv(in, weight) + bias). `bias` may be null. `out` may be a slice of the channels of a
/// wider map. The epilogue is a function of a vector (a scalar function object such as relu is one). Throws
/// shape_error where extents do not fit together.
template <class X, int InBlock, class T, int OutBlock, class Epilogue = no_epilogue>
void conv_forward(const FeatureMapView<X, InBlock>& in, const std::type_identity_t<T>* weight,
                  const std::type_identity_t<T>* bias, const FeatureMapView<T, OutBlock>& out,
                  const ConvGeometry& geometry, const Epilogue& epilogue = {}) {
  using In = FeatureMapView<const T, InBlock>;
  detail::check_maps(geometry, in, out);
  if (!detail::copies_border(geometry)) {
    detail::ConvPlan<T, InBlock, OutBlock>(geometry, false, in, out, weight, bias, false)
        .run(in, out, epilogue);
    return;
  }
  const auto shape = detail::padded_sample(static_cast<const T*>(nullptr), In(in), geometry);
  const Scratch<T> copies(threads() * shape.batch_stride);
  const detail::ConvPlan<T, InBlock, OutBlock> plan(detail::without_padding(geometry), false, shape, out,
                                                    weight, bias, false);
  parallel_for(in.batch, [&](index n, int worker) {
    const auto padded = detail::padded_sample(copies.data() + worker * shape.batch_stride, In(in), geometry);
    detail::pad_sample(In(in).samples(n, 1), geometry, padded);
    plan.run_sample(padded, out.samples(n, 1), worker, epilogue);
  });
}

}  // namespace lamina::kernels
