// Convolution on feature maps: forward, and the gradients of data and weights. (Cross-correlation, as
// everywhere in deep learning.)
//   y[n, o, r, c] = b[o] + Σ_{i, u, v} w[o, i, u, v] · x[n, g(o) + i, r·s − p + u·d, c·s − p + v·d]
// with stride s, padding p, dilation d and g(o) the first channel of o's group. Maps are blocked; the input
// of the first layer may be plain. Weights are in the order of ConvGeometry::weight_offset, bias and weights
// padded to whole blocks with zeros. Results have the same bits on any number of threads. README.md tells how
// it works.
#pragma once

#include "lamina/kernels/conv_border.hpp"
#include "lamina/kernels/conv_gradient.hpp"
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
  const auto shape = detail::padded_samples(static_cast<const T*>(nullptr), 1, In(in), geometry);
  const Scratch<T> copies(threads() * shape.batch_stride);
  const detail::ConvPlan<T, InBlock, OutBlock> plan(detail::without_padding(geometry), false, shape, out,
                                                    weight, bias, false);
  parallel_for(in.batch, [&](Index n, int worker) {
    const auto padded =
        detail::padded_samples(copies.data() + worker * shape.batch_stride, 1, In(in), geometry);
    detail::pad_samples(In(in).samples(n, 1), geometry, padded, 0, padded.height);
    plan.run_sample(padded, out.samples(n, 1), worker, epilogue);
  });
}

/// The gradient of the input: dx = convᵀ(dy, weight), or dx += where `accumulate`. `geometry` is that of the
/// forward pass; dx may be plain where the input was.
template <class Y, class T, int InBlock>
void conv_backward_data(const FeatureMapView<Y>& dy, const std::type_identity_t<T>* weight,
                        const FeatureMapView<T, InBlock>& dx, const ConvGeometry& geometry,
                        bool accumulate = false) {
  using Plan = detail::ConvPlan<T, FeatureMapView<Y>::block, InBlock>;
  using Dy = FeatureMapView<const T>;
  const no_epilogue none;
  detail::check_maps(geometry, dx, dy);
  if (detail::copies_border(geometry)) {
    const auto shape = detail::padded_samples(static_cast<T*>(nullptr), 1, dx, geometry);
    const Scratch<T> copies(threads() * shape.batch_stride);
    const Plan plan(detail::without_padding(geometry), true, dy, shape, weight, nullptr, false);
    parallel_for(dy.batch, [&](Index n, int worker) {
      const auto padded =
          detail::padded_samples(copies.data() + worker * shape.batch_stride, 1, dx, geometry);
      plan.run_sample(Dy(dy).samples(n, 1), padded, worker, none);
      detail::fold_sample(padded, geometry, accumulate, dx.samples(n, 1));
    });
    return;
  }
  const Plan plan(geometry, true, dy, dx, weight, nullptr, accumulate);
  if (geometry.border != Border::partial || !geometry.padded()) {
    plan.run(dy, dx, none);
    return;
  }
  const detail::AxisRuns rows(detail::vertical_axis(geometry, dx.height, dy.height, false));
  const detail::AxisRuns columns(detail::horizontal_axis(geometry, dx.width, dy.width, false));
  const Index size = dy.blocks() * dy.block_stride();
  const Scratch<T> copies(threads() * size);
  parallel_for(dy.batch, [&](Index n, int worker) {
    const Dy scaled{copies.data() + worker * size, 1, dy.channels, dy.height, dy.width};
    detail::scale_partial<T>(Dy(dy).samples(n, 1), geometry, rows, columns, copies.data() + worker * size);
    plan.run_sample(scaled, dx.samples(n, 1), worker, none);
  });
}

/// Adds the gradients of weights and bias to dweight and dbias, which lie as weights and bias do; dbias may
/// be null. Padding lanes receive exactly nothing.
template <class X, int InBlock, class Y>
void conv_backward_weights(const FeatureMapView<X, InBlock>& in, const FeatureMapView<Y>& dy,
                           std::remove_const_t<Y>* dweight, std::remove_const_t<Y>* dbias,
                           const ConvGeometry& geometry) {
  detail::check_maps(geometry, in, dy);
  detail::ConvGradient<std::remove_const_t<Y>, InBlock>(geometry, in, dy, dweight, dbias).run(in, dy);
}

/// Transposed convolution: out = epilogue(convᵀ(in, weight) + bias). `geometry` is that of the convolution
/// that leads from `out` back to `in`: its out_channels are the channels of `in`, and weights lie as it has
/// them (PyTorch's order of a ConvTranspose weight, too). Where several extents of `out` lead to `in`, any of
/// them will do (PyTorch's output_padding). Its gradients: of the data conv_forward, of the weights
/// conv_backward_weights(d_out, in, …).
template <class X, int InBlock, class T, class Epilogue = no_epilogue>
void conv_transposed(const FeatureMapView<X, InBlock>& in, const std::type_identity_t<T>* weight,
                     const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                     const ConvGeometry& geometry, const Epilogue& epilogue = {}) {
  detail::check_maps(geometry, out, in);
  require(geometry.border == Border::zero, "transposed conv: its border is zero; crop the output instead");
  detail::ConvPlan<T, InBlock, FeatureMapView<T>::block>(geometry, true, in, out, weight, bias, false)
      .run(in, out, epilogue);
}

}  // namespace lamina::kernels
