// Convolution by an algorithm that is chosen by name (conv_algorithms.hpp), Winograd's among them: with
// weights packed once, as a frozen net has them, or for each call, as training does; and both gradients.
#pragma once

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/channel_sums.hpp"
#include "lamina/kernels/conv.hpp"
#include "lamina/kernels/detail/winograd_gradient.hpp"
#include "lamina/kernels/detail/winograd_plan.hpp"
#include "lamina/kernels/layout.hpp"

namespace lamina::kernels {

/// The part of a geometry that Winograd's code is made for, where a caller knows it when it is compiled.
struct ConvWindow {
  Index height = 0, width = 0, stride = 0;  // 0: not known

  constexpr bool operator==(const ConvWindow&) const = default;
};
constexpr ConvWindow window_of(const ConvGeometry& g) {
  return {g.kernel_height, g.kernel_width, g.stride_width};
}

namespace detail {

/// Calls f.template operator()<Rows, Columns>() with the Winograd or StridedWinograd of both axes. Throws
/// shape_error where the algorithm, one of Winograd's, does not apply.
template <ConvAlgorithm Algorithm, ConvWindow Known, class F>
void with_winograd(const ConvGeometry& g, F&& f) {
  const ConvWindow window = window_of(g);
  require_applies(Algorithm, g, Known == ConvWindow{} || Known == window);
  [[maybe_unused]] const auto call_where = [&]<ConvWindow Is>() {
    constexpr ConvGeometry like{.kernel_height = Is.height,
                                .kernel_width = Is.width,
                                .stride_height = Is.stride,
                                .stride_width = Is.stride};
    if constexpr (applies(Algorithm, like)) {
      if (window != Is) return;
      const auto call = [&]<class Rows, class Columns>() {
        static_assert(Rows::weights * Columns::weights == winograd_weights(Algorithm, like));
        f.template operator()<Rows, Columns>();
      };
      constexpr int M = winograd_outputs(Algorithm);
      constexpr int height = static_cast<int>(Is.height), width = static_cast<int>(Is.width);
      if constexpr (Is.stride == 2)
        call.template operator()<StridedWinograd<M, height>, StridedWinograd<M, width>>();
      else
        call.template
        operator()<Winograd<height == 1 ? 1 : M, height>, Winograd<width == 1 ? 1 : M, width>>();
    }
  };
  if constexpr (Known != ConvWindow{}) {
    call_where.template operator()<Known>();
  } else {
    const auto call_where_taps_are = [&]<Index Taps>() {
      call_where.template operator()<ConvWindow{Taps, Taps, 1}>();
      call_where.template operator()<ConvWindow{1, Taps, 1}>();
      call_where.template operator()<ConvWindow{Taps, 1, 1}>();
      call_where.template operator()<ConvWindow{Taps, Taps, 2}>();
    };
    call_where_taps_are.template operator()<3>();
    call_where_taps_are.template operator()<5>();
    call_where_taps_are.template operator()<7>();
  }
}

/// Calls f(samples of `in`, samples of `out`) for all samples: at once if `in` is blocked; a plain map is
/// made a blocked one first, as many samples at a time as fit into 4 MB, or one for each thread.
template <class T, class X, int InBlock, class F>
void for_blocked_samples(const FeatureMapView<X, InBlock>& in, const FeatureMapView<T>& out, F&& f) {
  if constexpr (InBlock == channel_block<T>) {
    f(in, out);
  } else {
    const Index blocked = (in.channels + channel_block<T> - 1) / channel_block<T> * channel_block<T>;
    const Index size = blocked * in.pixels();
    const Index fit = (Index{4} << 20) / static_cast<Index>(sizeof(T)) / size;
    const Index together = std::min(in.batch, std::max<Index>(fit, threads()));
    const Scratch<T> memory(together * size);
    for (Index first = 0; first < in.batch; first += together) {
      const Index count = std::min(together, in.batch - first);
      const FeatureMapView<T> some(memory.data(), count, in.channels, in.height, in.width);
      image_to_blocked<T>(in.samples(first, count), some);
      f(some, out.samples(first, count));
    }
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

/// conv_forward by a named algorithm, which must apply to the geometry, with weights packed for it.
/// Winograd's algorithms first make a plain map a blocked one. Only the plans that Kind and Known admit are
/// compiled.
template <ConvAlgorithm Algorithm, ConvKind Kind = ConvKind::any, ConvWindow Known = ConvWindow{}, class X,
          int InBlock, class T, class Epilogue = no_epilogue, class Arch = simd::Arch>
void conv_forward_packed(const FeatureMapView<X, InBlock>& in, const std::type_identity_t<T>* packed,
                         const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                         const ConvGeometry& geometry, const Epilogue& epilogue = {},
                         bool accumulate = false) {
  if constexpr (Algorithm == ConvAlgorithm::direct) {
    conv_forward<Kind>(in, packed, bias, out, geometry, epilogue, nothing_follows{}, accumulate);
  } else {
    if (!detail::check_maps(geometry, detail::AnyMap<const T>(in), detail::AnyMap<T>(out))) return;
    detail::with_winograd<Algorithm, Known>(geometry, [&]<class Rows, class Columns>() {
      detail::for_blocked_samples<T>(in, out, [&](const auto& x, const auto& y) {
        using Plan = detail::WinogradPlan<T, Rows, Columns, Arch>;
        Plan(geometry, x, y, packed, bias, accumulate).run(x, y, epilogue);
      });
    });
  }
}

/// conv_forward by a named algorithm, with weights in the order of ConvGeometry::weight_offset, packed for
/// this call: what training does, whose weights change from call to call. Where packing does not pay (few
/// pixels) the sum is direct.
template <ConvAlgorithm Algorithm, ConvKind Kind = ConvKind::any, ConvWindow Known = ConvWindow{}, class X,
          int InBlock, class T, class Epilogue = no_epilogue, class Arch = simd::Arch>
void conv_forward_by(const FeatureMapView<X, InBlock>& in, const std::type_identity_t<T>* weight,
                     const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                     const ConvGeometry& geometry, const Epilogue& epilogue = {}, bool accumulate = false) {
  check(geometry, in.height, in.width);
  require_applies(Algorithm, geometry);
  if (!packing_pays(Algorithm, geometry, in.batch, in.height, in.width)) {
    conv_forward<Kind>(in, weight, bias, out, geometry, epilogue, nothing_follows{}, accumulate);
  } else {
    const Scratch<T> packed(packed_weight_size(Algorithm, geometry));
    pack_conv_weights<Algorithm, Known>(weight, geometry, packed.data());
    conv_forward_packed<Algorithm, Kind, Known>(in, packed.data(), bias, out, geometry, epilogue, accumulate);
  }
}

/// conv_backward_data by a named algorithm, one that transposed_applies to. Where packing does not pay the
/// sum is direct.
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

/// conv_backward_weights by a named algorithm, one that weights_gradient_applies to. Where packing would not
/// pay forward, the sum is direct.
template <ConvAlgorithm Algorithm, ConvWindow Known = ConvWindow{}, class X, class Y, class Arch = simd::Arch>
void conv_backward_weights_by(const FeatureMapView<X>& in, const FeatureMapView<Y>& dy,
                              std::remove_const_t<Y>* dweight, std::remove_const_t<Y>* dbias,
                              const ConvGeometry& geometry) {
  using T = std::remove_const_t<Y>;
  const detail::AnyMap<const T> x = in, gradient = dy;
  check(geometry, in.height, in.width);
  require(weights_gradient_applies(Algorithm, geometry),
          "conv: the algorithm does not compute this gradient");
  if (!packing_pays(Algorithm, geometry, in.batch, in.height, in.width)) {
    conv_backward_weights(in, dy, dweight, dbias, geometry);
  } else if constexpr (Algorithm != ConvAlgorithm::direct) {
    if (!detail::check_maps(geometry, x, gradient)) return;
    detail::with_winograd<Algorithm, Known>(geometry, [&]<class Rows, class Columns>() {
      if constexpr (Rows::stride == 1)
        detail::WinogradGradient<T, Rows, Columns, Arch>(geometry, x, gradient).run(x, gradient, dweight);
    });
    if (dbias) add_channel_sums<T>(dy, dbias);
  }
}

/// f.template operator()<Algorithm>() for an algorithm that is known at run time only.
template <class F> decltype(auto) with_algorithm(ConvAlgorithm algorithm, F&& f) {
  switch (algorithm) {
    case ConvAlgorithm::winograd_2x2:
      return f.template operator()<ConvAlgorithm::winograd_2x2>();
    case ConvAlgorithm::winograd_3x3:
      return f.template operator()<ConvAlgorithm::winograd_3x3>();
    case ConvAlgorithm::winograd_4x4:
      return f.template operator()<ConvAlgorithm::winograd_4x4>();
    case ConvAlgorithm::winograd_6x6:
      return f.template operator()<ConvAlgorithm::winograd_6x6>();
    default:
      return f.template operator()<ConvAlgorithm::direct>();
  }
}

}  // namespace lamina::kernels
