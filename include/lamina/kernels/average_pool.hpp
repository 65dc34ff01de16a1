// Average pooling and its gradient over fixed windows, adaptive bins or whole maps. A window's rows are
// summed first, a row of columns at a time, then the columns; the gradient goes the same way back.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/loops.hpp"
#include "lamina/kernels/pairwise_sum.hpp"
#include "lamina/kernels/pool_geometry.hpp"

namespace lamina::kernels {

/// y(o) = the sum of x over window o, divided by g's divisor for it. x is (n, c, h, w), y (n, c,
/// g.out_height(h), g.out_width(w)); g is a PoolGeometry (without dilation) or an AdaptivePool.
template <class T, class Geometry, class Arch = simd::Arch>
void average_pool_forward(const Geometry& g, const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  const Scratch<T> rows_of_workers(threads() * x.row_stride());
  const detail::ColumnTaps columns_of(g, x.width, y.width);
  const Index work = x.block_stride() / y.height + y.row_stride();
  for_each_rows(y, work, [&](Index n, Index block, Index first_row, Index last_row, int worker) {
    T* const sums = rows_of_workers.data() + worker * x.row_stride();
    for (Index row = first_row; row < last_row; ++row) {
      const Taps rows = g.row_taps(row, x.height);
      const T* const from = x.at_block(n, block) + rows.first * x.row_stride();
      for (Index w = 0; w < x.row_stride(); w += B) {
        V sum(T{0});
        for (Index i = 0; i < rows.count; ++i) sum += simd::load(from + i * x.row_stride() + w);
        simd::store(sums + w, sum);
      }
      T* const to = y.at_block(n, block) + row * y.row_stride();
      const Index row_divisor = g.row_divisor(row, x.height);
      for (Index o = 0; o < y.width; ++o) {
        const Taps columns = columns_of[o];
        V sum(T{0});
        for (Index i = 0; i < columns.count; ++i) sum += simd::load<T>(sums + (columns.first + i) * B);
        simd::store<T>(to + o * B, sum / V(static_cast<T>(row_divisor * g.column_divisor(o, x.width))));
      }
    }
  });
}

/// dx = the gradient of y's: each element of window o receives dy(o) / divisor; where windows overlap,
/// gradients add.
template <class T, class Geometry, class Arch = simd::Arch>
void average_pool_backward(const Geometry& g, const Input<T>& dy, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  const Scratch<T> rows_of_workers(threads() * dx.row_stride());
  const detail::ColumnTaps columns_of(g, dx.width, dy.width);
  for_each_block(dx, dx.block_stride() + dy.block_stride(), [&](Index n, Index block, int worker) {
    T* const spread =
        rows_of_workers.data() + worker * dx.row_stride();  // over the columns, for one output row
    T* const to = dx.at_block(n, block);
    std::fill_n(to, dx.block_stride(), T{0});
    for (Index row = 0; row < dy.height; ++row) {
      const T* const gradients = dy.at_block(n, block) + row * dy.row_stride();
      const Index row_divisor = g.row_divisor(row, dx.height);
      std::fill_n(spread, dx.row_stride(), T{0});
      for (Index o = 0; o < dy.width; ++o) {
        const Taps columns = columns_of[o];
        const V share =
            simd::load(gradients + o * B) / V(static_cast<T>(row_divisor * g.column_divisor(o, dx.width)));
        for (T* at = spread + columns.first * B; at < spread + (columns.first + columns.count) * B; at += B)
          simd::store<T>(at, simd::load<T>(at) + share);
      }
      const Taps rows = g.row_taps(row, dx.height);
      for (Index i = 0; i < rows.count; ++i) {
        T* const dx_row = to + (rows.first + i) * dx.row_stride();
        for (Index w = 0; w < dx.row_stride(); w += B)
          simd::store<T>(dx_row + w, simd::load<T>(dx_row + w) + simd::load<T>(spread + w));
      }
    }
  });
}

/// y(n, c) = the mean of x over all pixels, summed pairwise. x is (n, c, h, w), y (n, c).
template <class T, class Arch = simd::Arch>
void global_average_pool_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_block(y, x.block_stride(), [&](Index n, Index block, int) {
    const T* const from = x.at_block(n, block);
    const V sum = detail::pairwise_sum(0, x.pixels(), [&](Index p) { return simd::load(from + p * B); });
    simd::store<T>(y.at_block(n, block), sum / V(static_cast<T>(x.pixels())));
  });
}

/// dx = dy / (h · w) in every pixel.
template <class T, class Arch = simd::Arch>
void global_average_pool_backward(const Input<T>& dy, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_block(dx, dx.block_stride(), [&](Index n, Index block, int) {
    const V share = simd::load(dy.at_block(n, block)) / V(static_cast<T>(dx.pixels()));
    T* const to = dx.at_block(n, block);
    for (Index p = 0; p < dx.pixels(); ++p) simd::store<T>(to + p * B, share);
  });
}

}  // namespace lamina::kernels
