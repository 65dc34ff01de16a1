// Convolution on feature maps: forward, and the gradients of data and weights. (Cross-correlation, as
// everywhere in deep learning.)
//   y[n, o, r, c] = b[o] + Σ_{i, u, v} w[o, i, u, v] · x[n, g(o) + i, r·s − p + u·d, c·s − p + v·d]
// with stride s, padding p, dilation d and g(o) the first channel of o's group. Maps are blocked; the input
// of the first layer may be plain. Weights are in the order of ConvGeometry::weight_offset, bias and weights
// padded to whole blocks with zeros. Results have the same bits on any number of threads. README.md tells how
// it works. Next: conv_by_algorithm.hpp.
#pragma once

#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/kernels/detail/conv_border.hpp"
#include "lamina/kernels/detail/conv_gradient.hpp"
#include "lamina/kernels/detail/conv_plan.hpp"
#include "lamina/kernels/detail/depthwise_plan.hpp"
#include "lamina/kernels/detail/planar_output_plan.hpp"
#include "lamina/kernels/detail/single_output_plan.hpp"

namespace lamina::kernels {

/// What a caller knows of a geometry when it is compiled; only what can be needed is then compiled. `any`:
/// nothing. single_output: to one channel, which has a plan of its own forward.
enum class ConvKind { any, dense, depthwise, single_output };

namespace detail {

/// Throws shape_error unless the maps are input and output of the convolution. Whether there is anything to
/// do.
template <class In, class Out>
bool check_maps(const ConvGeometry& g, const AnyMap<In>& in, const AnyMap<Out>& out) {
  check(g, in.height, in.width);
  require(in.channels == g.in_channels && out.channels == g.out_channels,
          "conv: the maps' channels are not those of the geometry");
  require(
      in.batch == out.batch && out.height == g.out_height(in.height) && out.width == g.out_width(in.width),
      "conv: the output map has not the extents that input and geometry give");
  return in.batch > 0;
}

/// Calls f.template operator()<Plan>() with the plan that computes a geometry of this kind.
template <ConvKind Kind, class T, class Arch, class In, class Out, class F>
void with_plan(const ConvGeometry& g, const AnyMap<In>& in, const AnyMap<Out>& out, F&& f) {
  [[maybe_unused]] const bool is_depthwise =
      g.depthwise() && in.block == simd::width<T> && out.block == simd::width<T>;
  if constexpr (Kind == ConvKind::any) {
    if (is_depthwise)
      f.template operator()<DepthwisePlan<T, Arch>>();
    else
      f.template operator()<ConvPlan<T, Arch>>();
  } else if constexpr (Kind == ConvKind::depthwise) {
    require(is_depthwise, "conv: the geometry, or a map, is not depthwise");
    f.template operator()<DepthwisePlan<T, Arch>>();
  } else {
    f.template operator()<ConvPlan<T, Arch>>();
  }
}

/// The forward pass by ConvPlan or DepthwisePlan.
template <class Plan, class T, class Epilogue, class Follow>
void run_forward(const AnyMap<const T>& in, const T* weight, const T* bias, const AnyMap<T>& out,
                 const ConvGeometry& geometry, const Epilogue& epilogue, const Follow& follow,
                 bool accumulate) {
  if (!copies_border(geometry) && !pads_image(in, out, geometry)) {
    Plan(geometry, false, in, out, weight, bias, accumulate).run(in, out, epilogue, follow);
    return;
  }
  const auto shape = padded_samples(static_cast<T*>(nullptr), 1, in, geometry);
  const Scratch<T> copies(threads() * shape.batch_stride);
  const Plan plan(without_padding(geometry), false, shape, out, weight, bias, accumulate);
  parallel_for(in.batch, [&](Index n, int worker) {
    const auto padded = padded_samples(copies.data() + worker * shape.batch_stride, 1, in, geometry);
    pad_samples(in.samples(n, 1), geometry, padded, 0, padded.height);
    plan.run_sample(padded, out.samples(n, 1), worker, epilogue);
    follow(MapPart{n, 1, 0, out.height, 0, out.channels}, worker);
  });
}

/// The gradient of the input by ConvPlan or DepthwisePlan.
template <class Plan, class T>
void run_backward_data(const AnyMap<const T>& dy, const T* weight, const AnyMap<T>& dx,
                       const ConvGeometry& geometry, bool accumulate) {
  const no_epilogue none;
  if (copies_border(geometry)) {
    const auto shape = padded_samples(static_cast<T*>(nullptr), 1, dx, geometry);
    const Scratch<T> copies(threads() * shape.batch_stride);
    const Plan plan(without_padding(geometry), true, dy, shape, weight, nullptr, false);
    parallel_for(dy.batch, [&](Index n, int worker) {
      const auto padded = padded_samples(copies.data() + worker * shape.batch_stride, 1, dx, geometry);
      plan.run_sample(dy.samples(n, 1), padded, worker, none);
      fold_sample(padded, geometry, accumulate, dx.samples(n, 1));
    });
    return;
  }
  const Plan plan(geometry, true, dy, dx, weight, nullptr, accumulate);
  if (geometry.border != Border::partial || !geometry.padded()) {
    plan.run(dy, dx, none);
    return;
  }
  const AxisRuns rows(vertical_axis(geometry, dx.height, dy.height, false));
  const AxisRuns columns(horizontal_axis(geometry, dx.width, dy.width, false));
  const Index size = dy.blocks() * dy.block_stride();
  const Scratch<T> copies(threads() * size);
  parallel_for(dy.batch, [&](Index n, int worker) {
    const AnyMap<T> scaled(copies.data() + worker * size, 1, dy.channels, dy.height, dy.width, dy.block);
    scale_partial(dy.samples(n, 1), geometry, rows, columns, scaled.data);
    plan.run_sample(scaled, dx.samples(n, 1), worker, none);
  });
}

}  // namespace detail

/// out = epilogue(conv(in, weight) + bias), or epilogue(out + conv(in, weight) + bias) where `accumulate`: a
/// residual that costs no pass of its own. `bias` may be null. `out` may be a slice of the channels of a
/// wider map. The epilogue is a function of a vector (a scalar function object such as relu is one); `follow`
/// is called with each MapPart that is finished, on its thread. Throws shape_error where extents do not fit
/// together.
template <ConvKind Kind = ConvKind::any, class X, int InBlock, class T, class Epilogue = no_epilogue,
          class Follow = nothing_follows, class Arch = simd::Arch>
void conv_forward(const FeatureMapView<X, InBlock>& in, const std::type_identity_t<T>* weight,
                  const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                  const ConvGeometry& geometry, const Epilogue& epilogue = {}, const Follow& follow = {},
                  bool accumulate = false) {
  const detail::AnyMap<const T> x = in;
  const detail::AnyMap<T> y = out;
  if (!detail::check_maps(geometry, x, y)) return;
  require(!accumulate || geometry.border != Border::partial || !geometry.padded(),
          "conv: a partial border scales sums, and so cannot add them to what is there");
  const auto run = [&]<class Plan>() {
    detail::run_forward<Plan>(x, weight, bias, y, geometry, epilogue, follow, accumulate);
  };
  if constexpr (Kind == ConvKind::single_output && InBlock == simd::width<T>)
    if (geometry.single_output()) {
      using Planar = detail::PlanarOutputPlan<T, Arch>;
      return Planar::suits(geometry) ? run.template operator()<Planar>()
                                     : run.template operator()<detail::SingleOutputPlan<T, Arch>>();
    }
  detail::with_plan<Kind, T, Arch>(geometry, x, y, run);
}

/// The gradient of the input: dx = convᵀ(dy, weight), or dx += where `accumulate`. `geometry` is that of the
/// forward pass; dx may be plain where the input was.
template <ConvKind Kind = ConvKind::any, class Y, class T, int InBlock, class Arch = simd::Arch>
void conv_backward_data(const FeatureMapView<Y>& dy, const std::type_identity_t<T>* weight,
                        const FeatureMapView<T, InBlock>& dx, const ConvGeometry& geometry,
                        bool accumulate = false) {
  const detail::AnyMap<const T> from = dy;
  const detail::AnyMap<T> to = dx;
  if (!detail::check_maps(geometry, to, from)) return;
  detail::with_plan<Kind, T, Arch>(geometry, to, from, [&]<class Plan>() {
    detail::run_backward_data<Plan>(from, weight, to, geometry, accumulate);
  });
}

/// Adds the gradients of weights and bias to dweight and dbias, which lie as weights and bias do; dbias may
/// be null. Padding lanes receive exactly nothing.
template <class X, int InBlock, class Y, class Arch = simd::Arch>
void conv_backward_weights(const FeatureMapView<X, InBlock>& in, const FeatureMapView<Y>& dy,
                           std::remove_const_t<Y>* dweight, std::remove_const_t<Y>* dbias,
                           const ConvGeometry& geometry) {
  const detail::AnyMap<const Y> x = in, gradient = dy;
  if (!detail::check_maps(geometry, x, gradient)) return;
  detail::ConvGradient<std::remove_const_t<Y>, Arch>(geometry, x, gradient, dweight, dbias).run(x, gradient);
}

/// Transposed convolution: out = epilogue(convᵀ(in, weight) + bias), or epilogue(out + convᵀ(in, weight) +
/// bias) where `accumulate`. `geometry` is that of the convolution that leads from `out` back to `in`: its
/// out_channels are the channels of `in`, and weights lie as it has them (PyTorch's order of a ConvTranspose
/// weight, too). Where several extents of `out` lead to `in`, any of them will do (PyTorch's output_padding).
/// Its gradients: of the data conv_forward, of the weights conv_backward_weights(d_out, in, …).
template <ConvKind Kind = ConvKind::any, class X, int InBlock, class T, class Epilogue = no_epilogue,
          class Follow = nothing_follows, class Arch = simd::Arch>
void conv_transposed(const FeatureMapView<X, InBlock>& in, const std::type_identity_t<T>* weight,
                     const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                     const ConvGeometry& geometry, const Epilogue& epilogue = {}, const Follow& follow = {},
                     bool accumulate = false) {
  const detail::AnyMap<const T> x = in;
  const detail::AnyMap<T> y = out;
  if (!detail::check_maps(geometry, y, x)) return;
  require(geometry.border == Border::zero, "transposed conv: its border is zero; crop the output instead");
  detail::with_plan<Kind, T, Arch>(geometry, x, y, [&]<class Plan>() {
    Plan(geometry, true, x, y, weight, bias, accumulate).run(x, y, epilogue, follow);
  });
}

}  // namespace lamina::kernels
