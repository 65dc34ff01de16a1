// A convolution of few channels to one, such as the 7×7 gate of CBAM on a mean and a maximum. Blocked maps of
// few channels are mostly padding, so its input is spread out into planes, padded with zeros; lanes are then
// neighbouring outputs of a row, and the sums of up to eight vectors of them stay in registers while channels
// and taps pass by. (7×7 on 2 channels of 56×56: a third of what SingleOutputPlan takes.)
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/channels.hpp"
#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/kernels/detail/one_channel_plan.hpp"

// On the lambdas that unroll() repeats; see conv_tile.hpp.
#define LAMINA_INLINE __attribute__((always_inline))

namespace lamina::kernels::detail {

template <class T, class Arch = simd::Arch>
class PlanarOutputPlan : public OneChannelPlan<PlanarOutputPlan<T, Arch>, T> {
  static constexpr Index lanes = simd::width<T>, most_vectors = 8;

 public:
  using In = AnyMap<const T>;
  using Out = AnyMap<T>;

  /// Whether it computes this convolution to one channel, and does so faster than SingleOutputPlan.
  static constexpr bool suits(const ConvGeometry& g) {
    return 2 * g.in_channels <= lanes && g.stride_width == 1 && (g.border == Border::zero || !g.padded());
  }

  /// `bias` may be null. What is transposed is no convolution to one channel; `accumulate` as conv_forward.
  PlanarOutputPlan(const ConvGeometry& g, bool /*transposed*/, const In& in, const Out& out, const T* weight,
                   const T* bias, bool accumulate)
      : geometry_(g),
        plane_rows_((out.height - 1) * g.stride_height + (g.kernel_height - 1) * g.dilation_height + 1),
        plane_columns_((out.width + lanes - 1) / lanes * lanes + (g.kernel_width - 1) * g.dilation_width),
        weight_(g.taps() * g.in_channels),
        planes_(threads() * in.channels * plane_rows_ * plane_columns_),
        bias_(bias ? *bias : T{0}),
        accumulate_(accumulate) {
    for (Index tap = 0; tap < g.taps(); ++tap)
      for (Index c = 0; c < g.in_channels; ++c)
        weight_[c * g.taps() + tap] = weight[(tap * g.in_channels + c) * lanes];
  }

 private:
  friend OneChannelPlan<PlanarOutputPlan, T>;

  Index macs_per_output() const { return weight_.size(); }

  template <class Epilogue>
  void run_rows(const In& in, const Out& out, Index first_row, Index rows, int worker,
                const Epilogue& epilogue) const {
    T* const planes = planes_.data() + worker * in.channels * plane_rows_ * plane_columns_;
    spread(in, planes, first_row * geometry_.stride_height,
           (first_row + rows - 1) * geometry_.stride_height +
               (geometry_.kernel_height - 1) * geometry_.dilation_height + 1);
    const Index vectors = (out.width + lanes - 1) / lanes;
    const Index groups = (vectors + most_vectors - 1) / most_vectors;
    for (Index row = first_row; row < first_row + rows; ++row)
      for (Index group = 0; group < groups; ++group) {
        const Index first = vectors * group / groups, last = vectors * (group + 1) / groups;
        const T* const from = planes + row * geometry_.stride_height * plane_columns_ + first * lanes;
        T* const to = out.data + (row * out.width + first * lanes) * lanes;
        with_constant<most_vectors + 1>(last - first, [&]<int S>() {
          if constexpr (S > 0)
            sum_vectors<S>(from, to, std::min(S * lanes, out.width - first * lanes), epilogue);
        });
      }
  }

  /// Rows [first, last) of the padded planes.
  void spread(const In& in, T* planes, Index first, Index last) const {
    const Index columns = std::min(in.width, plane_columns_ - geometry_.pad_left);
    for (Index c = 0; c < in.channels; ++c)
      for (Index r = first; r < last; ++r) {
        T* const to = planes + (c * plane_rows_ + r) * plane_columns_;
        std::fill_n(to, plane_columns_, T{0});
        const Index row = r - geometry_.pad_top;
        if (row < 0 || row >= in.height) continue;
        const T* const from = in.data + row * in.row_stride() + c;
        for (Index w = 0; w < columns; ++w) to[geometry_.pad_left + w] = from[w * lanes];
      }
  }

  /// `outputs` results, in S vectors, of taps that begin at `from` in the first plane.
  template <int S, class Epilogue>
  [[gnu::noinline]] void sum_vectors(const T* from, T* to, Index outputs, const Epilogue& epilogue) const {
    const ConvGeometry& g = geometry_;
    const T* weight = weight_.data();
    simd::native<T> sum[S];
    unroll<S>([&](auto s) LAMINA_INLINE { sum[s] = simd::to_native(simd::broadcast<T>(bias_)); });
    for (Index c = 0; c < g.in_channels; ++c)
      for (Index u = 0; u < g.kernel_height; ++u) {
        const T* at = from + (c * plane_rows_ + u * g.dilation_height) * plane_columns_;
        for (Index v = 0; v < g.kernel_width; ++v, at += g.dilation_width) {
          const simd::native<T> w = simd::to_native(simd::broadcast<T>(*weight++));
          unroll<S>([&](auto s) LAMINA_INLINE {
            sum[s] += w * simd::to_native(simd::load_unaligned(at + s * lanes));
          });
        }
      }
    alignas(64) T results[S * lanes];
    unroll<S>([&](auto s) LAMINA_INLINE { simd::store(results + s * lanes, simd::from_native<T>(sum[s])); });
    if (accumulate_)
      for (Index p = 0; p < outputs; ++p) results[p] += to[p * lanes];
    for (Index i = 0; i < S * lanes; i += lanes)
      simd::store<T>(results + i, epilogue(simd::load<T>(results + i)));
    for (Index p = 0; p < outputs; ++p, to += lanes) {
      simd::store(to, simd::broadcast<T>(0));
      *to = results[p];
    }
  }

  ConvGeometry geometry_;
  Index plane_rows_, plane_columns_;  // of a padded plane, as far as they are read
  Scratch<T> weight_;                 // (input channel, tap)
  Scratch<T> planes_;
  T bias_;
  bool accumulate_;
};

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
