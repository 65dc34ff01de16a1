// A depthwise convolution and the 1×1 convolution after it in one pass, for inference:
//   y[o] = epilogue(b[o] + Σ_c w[o, c] · between(depthwise(x)[c]))
// A few rows of the map between the two are computed at a time, by all threads into strips of their own; the
// second convolution reads a strip while it is in cache, and the next strip overwrites it.
#pragma once

#include <algorithm>
#include <numeric>

#include "lamina/core/cache_sizes.hpp"
#include "lamina/kernels/conv.hpp"

namespace lamina::kernels {

namespace detail {

/// Bytes of the map between that are computed at a time: a quarter of the second-level cache.
inline constexpr Index strip_bytes = l2_cache_bytes / 4;

/// Rows that a depthwise convolution computes together, so that strips are multiples of them.
constexpr Index rows_together(const ConvGeometry& depthwise) { return 2 * depthwise.dilation_height; }

}  // namespace detail

/// Whether one pass computes such a pair, of a map between of `columns` columns, and is faster than two. Its
/// rows must fit a strip, and the weights of the 1×1 convolution, which every strip reads, must not outweigh
/// what need not be written and read.
constexpr bool separable_pays(const ConvGeometry& depthwise, const ConvGeometry& pointwise, Index columns) {
  const bool is_pair = depthwise.depthwise() && depthwise.kernel_width > 1 &&
                       (depthwise.border == Border::zero || !depthwise.padded()) && pointwise.groups == 1 &&
                       pointwise.taps() == 1 && !pointwise.padded() && pointwise.stride_height == 1 &&
                       pointwise.stride_width == 1 && !pointwise.single_output();
  constexpr Index most = detail::strip_bytes / Index{sizeof(float)};
  return is_pair && pointwise.in_channels * pointwise.out_channels <= most &&
         pointwise.in_channels * columns * detail::rows_together(depthwise) <= most;
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
  require(separable_pays(depthwise, pointwise, y.width),
          "separable conv: these are no depthwise and 1 × 1 convolution, or it does not pay");
  if (!detail::check_maps(depthwise, x, middle)) return;
  detail::check_maps(pointwise, detail::AnyMap<const T>(middle), y);

  const Index macs =
      y.batch * y.pixels() * (4 * middle.channels * depthwise.taps() + pointwise.weight_size(1));
  detail::Cut pieces = detail::cut_work(y.batch, y.height, 1, macs, false);
  // Strips are whole rows that go together and, if they can be, whole tiles.
  const Index together = detail::rows_together(depthwise);
  const Index even = std::lcm(together, detail::rows_of_whole_tiles<Arch>(y.width));
  const Index row_bytes = middle.blocks() * middle.row_stride() * Index{sizeof(T)};
  const Index rows =
      std::clamp(detail::strip_bytes / row_bytes / even * even, std::min(together, y.height), y.height);
  pieces.rows_each = std::min(y.height, (pieces.rows_each + together - 1) / together * together);
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
