// A depthwise convolution and the 1×1 convolution after it in one pass, for inference:
//   y[o] = epilogue(b[o] + Σ_c w[o, c] · between(depthwise(x)[c]))
// A few rows of the map between the two are computed at a time, by all threads into strips of their own; the
// second convolution reads a strip while it is in cache, and the next strip overwrites it.
#pragma once

#include "lamina/kernels/conv.hpp"

namespace lamina::kernels {

namespace detail {

/// Bytes of the map between that are computed at a time: a quarter of a small second-level cache.
inline constexpr Index strip_bytes = Index{1} << 17;

}  // namespace detail

/// Whether one pass computes such a pair, and is faster than two: the weights of the 1×1 convolution, which
/// every strip reads, must not outweigh what need not be written and read. On one thread (2 MB of
/// second-level cache) 144→24@56 takes 0.94 of two passes' time, 32→16@112 0.88, 128→128@56 0.97; 728→728@19,
/// of 2 MB of weights, would take 1.09.
constexpr bool separable_pays(const ConvGeometry& depthwise, const ConvGeometry& pointwise) {
  const bool is_pair = depthwise.depthwise() && depthwise.kernel_width > 1 &&
                       (depthwise.border == Border::zero || !depthwise.padded()) && pointwise.groups == 1 &&
                       pointwise.taps() == 1 && !pointwise.padded() && pointwise.stride_height == 1 &&
                       pointwise.stride_width == 1;
  return is_pair &&
         pointwise.in_channels * pointwise.out_channels * Index{sizeof(float)} <= detail::strip_bytes;
}

/// The pair, with `depthwise` and `pointwise` its geometries, of which separable_pays is true, and each
/// with its weights and bias (which may be null) as conv_forward has them; added to what is in `out` before
/// the epilogue where `accumulate`. The same bits as two calls of conv_forward. Throws shape_error where
/// extents do not fit together.
template <class X, class T, class Between, class Epilogue = no_epilogue, class Arch = simd::Arch>
void separable_conv_forward(const FeatureMapView<X>& in, const ConvGeometry& depthwise,
                            const std::type_identity_t<T>* depthwise_weight,
                            const std::type_identity_t<T>* depthwise_bias, const Between& between,
                            const ConvGeometry& pointwise, const std::type_identity_t<T>* weight,
                            const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                            const Epilogue& epilogue = {}, bool accumulate = false) {
  using Map = detail::AnyMap<T>;
  constexpr Index block = channel_block<T>;
  const detail::AnyMap<const T> x = in;
  const Map y = out;
  const Map middle(nullptr, y.batch, depthwise.out_channels, y.height, y.width, block);
  require(separable_pays(depthwise, pointwise),
          "separable conv: these are no depthwise and 1 × 1 convolution");
  if (!detail::check_maps(depthwise, x, middle)) return;
  detail::check_maps(pointwise, detail::AnyMap<const T>(middle), y);

  const Index macs =
      y.batch * y.pixels() * (4 * middle.channels * depthwise.taps() + pointwise.weight_size(1));
  const detail::Cut pieces = detail::cut_work(y.batch, y.height, 1, macs, false);
  const Index row_bytes = middle.blocks() * middle.row_stride() * Index{sizeof(T)};
  const Index rows = std::clamp<Index>(detail::strip_bytes / row_bytes / 2 * 2, 2, pieces.rows_each + 1);
  const Map strip(nullptr, 1, middle.channels, rows, y.width, block);
  const Scratch<T> strips(threads() * strip.batch_stride);
  const detail::DepthwisePlan<T, Arch> first(depthwise, false, x, middle, depthwise_weight, depthwise_bias,
                                             false);
  const detail::ConvPlan<T, Arch> second(
      pointwise, false, strip, Map(nullptr, 1, y.channels, rows, y.width, block), weight, bias, accumulate);
  parallel_for(pieces.pieces(), [&](Index i, int worker) {
    const detail::Piece piece = pieces[i];
    const Index end = piece.first_row + piece.rows;
    for (Index n = piece.first_sample; n < piece.first_sample + piece.samples; ++n)
      for (Index row = piece.first_row; row < end; row += rows) {
        const Index count = std::min(rows, end - row);
        const Map between_rows(strips.data() + worker * strip.batch_stride, 1, middle.channels, count,
                               y.width, block);
        first.run_rows(x.samples(n, 1), between_rows, row, worker, between);
        second.run_sample(between_rows, y.samples(n, 1).rows(row, count), worker, epilogue);
      }
  });
}

}  // namespace lamina::kernels
