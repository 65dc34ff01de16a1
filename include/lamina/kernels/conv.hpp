// Convolution on feature maps: forward, and the gradients of data and weights. (Cross-correlation, as
// everywhere in deep learning.)
//   y[n, o, r, c] = b[o] + Σ_{i, u, v} w[o, i, u, v] · x[n, g(o) + i, r·s − p + u·d, c·s − p + v·d]
// with stride s, padding p, dilation d and g(o) the first channel of o's group. Maps are blocked; the input
// of the first layer may be plain. Weights are in the order of ConvGeometry::weight_offset, bias and weights
// padded to whole blocks with zeros. Results have the same bits on any number of threads. README.md tells how
// it works.
#pragma once

#include "lamina/kernels/channel_sums.hpp"
#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/kernels/detail/conv_border.hpp"
#include "lamina/kernels/detail/conv_gradient.hpp"
#include "lamina/kernels/detail/conv_plan.hpp"
#include "lamina/kernels/detail/depthwise_plan.hpp"
#include "lamina/kernels/detail/single_output_plan.hpp"
#include "lamina/kernels/detail/winograd_gradient.hpp"
#include "lamina/kernels/detail/winograd_plan.hpp"

namespace lamina::kernels {

/// What a caller knows of a geometry when it is compiled; only what can be needed is then compiled. `any`:
/// nothing. single_output: to one channel, which has a plan of its own forward.
enum class ConvKind { any, dense, depthwise, single_output };

/// The part of a geometry that Winograd's code is made for, where a caller knows it when it is compiled.
struct ConvWindow {
  Index height = 0, width = 0, stride = 0;  // 0: not known

  constexpr bool operator==(const ConvWindow&) const = default;
};
constexpr ConvWindow window_of(const ConvGeometry& g) {
  return {g.kernel_height, g.kernel_width, g.stride_width};
}

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
  if constexpr (Kind == ConvKind::single_output && InBlock == simd::width<T>) {
    if (geometry.single_output())
      return detail::run_forward<detail::SingleOutputPlan<T, Arch>>(x, weight, bias, y, geometry, epilogue,
                                                                    follow, accumulate);
  }
  detail::with_plan<Kind, T, Arch>(geometry, x, y, [&]<class Plan>() {
    detail::run_forward<Plan>(x, weight, bias, y, geometry, epilogue, follow, accumulate);
  });
}

namespace detail {

/// Calls f.template operator()<Rows, Columns>() with the Winograd or StridedWinograd of both axes. Throws
/// shape_error where the algorithm, one of Winograd's, does not apply.
template <ConvAlgorithm Algorithm, ConvWindow Known, class F>
void with_winograd(const ConvGeometry& g, F&& f) {
  const ConvWindow window = window_of(g);
  require(
      applies(Algorithm, g) && (Known == ConvWindow{} || Known == window),
      "conv: Winograd's algorithm is for kernels of 3, 5 or 7 with one group and zeros around, with stride "
      "1 or, of 3 × 3, 2");
  [[maybe_unused]] const auto call_where = [&]<ConvWindow Is>() {
    constexpr int M = winograd_outputs(Algorithm);
    constexpr int height = static_cast<int>(Is.height), width = static_cast<int>(Is.width);
    if (window != Is) return;
    if constexpr (Is.stride == 2)
      f.template operator()<StridedWinograd<M, height>, StridedWinograd<M, width>>();
    else
      f.template operator()<Winograd<height == 1 ? 1 : M, height>, Winograd<width == 1 ? 1 : M, width>>();
  };
  if constexpr (Known != ConvWindow{}) {
    call_where.template operator()<Known>();
  } else {
    const auto call_where_taps_are = [&]<Index Taps>() {
      if constexpr (winograd_products(Algorithm, Taps, 1) <= 8) {
        call_where.template operator()<ConvWindow{Taps, Taps, 1}>();
        call_where.template operator()<ConvWindow{1, Taps, 1}>();
        call_where.template operator()<ConvWindow{Taps, 1, 1}>();
      }
    };
    call_where_taps_are.template operator()<3>();
    call_where_taps_are.template operator()<5>();
    call_where_taps_are.template operator()<7>();
    if constexpr (winograd_outputs(Algorithm) <= 4) call_where.template operator()<ConvWindow{3, 3, 2}>();
  }
}

}  // namespace detail

/// Writes weights in the order of ConvGeometry::weight_offset as `algorithm` reads them: packed_weight_size
/// elements, aligned to 64 bytes. Known: window_of(geometry), where the caller knows it when it is compiled.
template <ConvAlgorithm Algorithm, ConvWindow Known = ConvWindow{}, class T, class Arch = simd::Arch>
void pack_conv_weights(const T* weight, const ConvGeometry& geometry, T* packed) {
  if constexpr (Algorithm == ConvAlgorithm::direct)
    std::copy_n(weight, geometry.weight_size(simd::width<T>), packed);
  else
    detail::with_winograd<Algorithm, Known>(geometry, [&]<class Rows, class Columns>() {
      detail::pack_winograd_weights<T, Rows, Columns, Arch>(weight, geometry, packed);
    });
}

/// conv_forward by a named algorithm, which must apply to the geometry, with weights packed for it. Both maps
/// are blocked. Only the plans that Kind and Known admit are compiled.
template <ConvAlgorithm Algorithm, ConvKind Kind = ConvKind::any, ConvWindow Known = ConvWindow{}, class X,
          class T, class Epilogue = no_epilogue, class Follow = nothing_follows, class Arch = simd::Arch>
void conv_forward_packed(const FeatureMapView<X>& in, const std::type_identity_t<T>* packed,
                         const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                         const ConvGeometry& geometry, const Epilogue& epilogue = {},
                         const Follow& follow = {}, bool accumulate = false) {
  if constexpr (Algorithm == ConvAlgorithm::direct) {
    conv_forward<Kind>(in, packed, bias, out, geometry, epilogue, follow, accumulate);
  } else {
    const detail::AnyMap<const T> x = in;
    const detail::AnyMap<T> y = out;
    if (!detail::check_maps(geometry, x, y)) return;
    detail::with_winograd<Algorithm, Known>(geometry, [&]<class Rows, class Columns>() {
      using Plan = detail::WinogradPlan<T, Rows, Columns, Arch>;
      Plan(geometry, x, y, packed, bias, accumulate).run(x, y, epilogue, follow);
    });
  }
}

/// The same with weights in the order of ConvGeometry::weight_offset, packed for this call: what training
/// does, whose weights change from call to call. Where packing does not pay (few pixels) the sum is direct.
template <ConvAlgorithm Algorithm, ConvKind Kind = ConvKind::any, ConvWindow Known = ConvWindow{}, class X,
          class T, class Epilogue = no_epilogue, class Arch = simd::Arch>
void conv_forward_by(const FeatureMapView<X>& in, const std::type_identity_t<T>* weight,
                     const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                     const ConvGeometry& geometry, const Epilogue& epilogue = {}, bool accumulate = false) {
  if (!packing_pays(Algorithm, geometry, in.batch, in.height, in.width)) {
    conv_forward<Kind>(in, weight, bias, out, geometry, epilogue, nothing_follows{}, accumulate);
  } else {
    const Scratch<T> packed(packed_weight_size(Algorithm, geometry));
    pack_conv_weights<Algorithm, Known>(weight, geometry, packed.data());
    conv_forward_packed<Algorithm, Kind, Known>(in, packed.data(), bias, out, geometry, epilogue,
                                                nothing_follows{}, accumulate);
  }
}

/// f.template operator()<Algorithm>() for an algorithm that is known at run time only.
template <class F> decltype(auto) with_algorithm(ConvAlgorithm algorithm, F&& f) {
  switch (algorithm) {
    case ConvAlgorithm::winograd_2x2:
      return f.template operator()<ConvAlgorithm::winograd_2x2>();
    case ConvAlgorithm::winograd_4x4:
      return f.template operator()<ConvAlgorithm::winograd_4x4>();
    case ConvAlgorithm::winograd_6x6:
      return f.template operator()<ConvAlgorithm::winograd_6x6>();
    default:
      return f.template operator()<ConvAlgorithm::direct>();
  }
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

/// The same by a named algorithm, one that transposed_applies to.
template <ConvAlgorithm Algorithm, ConvKind Kind = ConvKind::any, ConvWindow Known = ConvWindow{}, class Y,
          class T, class Arch = simd::Arch>
void conv_backward_data_by(const FeatureMapView<Y>& dy, const std::type_identity_t<T>* weight,
                           const FeatureMapView<T>& dx, const ConvGeometry& geometry,
                           bool accumulate = false) {
  if constexpr (Algorithm == ConvAlgorithm::direct) {
    conv_backward_data<Kind>(dy, weight, dx, geometry, accumulate);
  } else {
    require(transposed_applies(Algorithm, geometry), "conv: the algorithm does not compute this gradient");
    const ConvGeometry transpose = transposed(geometry);
    const Scratch<T> turned(transpose.weight_size(simd::width<T>));
    detail::transpose_weights(weight, geometry, turned.data());
    conv_forward_by<Algorithm, Kind, Known>(dy, turned.data(), nullptr, dx, transpose, no_epilogue{},
                                            accumulate);
  }
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

/// The same by a named algorithm, one that weights_gradient_applies to. Where packing would not pay forward,
/// the sum is direct.
template <ConvAlgorithm Algorithm, ConvWindow Known = ConvWindow{}, class X, class Y, class Arch = simd::Arch>
void conv_backward_weights_by(const FeatureMapView<X>& in, const FeatureMapView<Y>& dy,
                              std::remove_const_t<Y>* dweight, std::remove_const_t<Y>* dbias,
                              const ConvGeometry& geometry) {
  using T = std::remove_const_t<Y>;
  const detail::AnyMap<const T> x = in, gradient = dy;
  if (!packing_pays(Algorithm, geometry, in.batch, in.height, in.width)) {
    conv_backward_weights(in, dy, dweight, dbias, geometry);
  } else if constexpr (Algorithm != ConvAlgorithm::direct) {
    if (!detail::check_maps(geometry, x, gradient)) return;
    require(weights_gradient_applies(Algorithm, geometry),
            "conv: the algorithm does not compute this gradient");
    detail::with_winograd<Algorithm, Known>(geometry, [&]<class Rows, class Columns>() {
      if constexpr (Rows::stride == 1)
        detail::WinogradGradient<T, Rows, Columns, Arch>(geometry, x, gradient).run(x, gradient, dweight);
    });
    if (dbias) add_channel_sums<T>(dy, dbias);
  }
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
