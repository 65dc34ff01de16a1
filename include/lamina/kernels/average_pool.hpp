// Average pooling and its gradient over fixed windows, adaptive bins or whole maps. A window's rows are
// summed first, a row of columns at a time, then the columns; the gradient goes the same way back.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/loops.hpp"
#include "lamina/kernels/pairwise_sum.hpp"
#include "lamina/kernels/pool_geometry.hpp"

namespace lamina::kernels {

namespace detail {

/// The columns that each output column sees, and by how much their sum is divided, worked out once for all
/// rows.
struct DividedTaps {
  Taps taps;
  Index divisor;
};
struct DividedColumns : Scratch<DividedTaps> {
  template <class Geometry>
  DividedColumns(const Geometry& g, Index columns, Index outputs) : Scratch(outputs) {
    for (Index o = 0; o < outputs; ++o)
      (*this)[o] = {g.column_taps(o, columns), g.column_divisor(o, columns)};
  }
};

/// The sum of count vectors that lie next to each other, or `step` apart.
template <class T, class Arch = simd::Arch> simd::Vector<T> sum_of(const T* from, Index step, Index count) {
  simd::Vector<T> sum(T{0});
  for (Index i = 0; i < count; ++i) sum += simd::load(from + i * step);
  return sum;
}

/// A row of sums of `count` rows.
template <class T, class Arch = simd::Arch>
void sum_of_rows(const T* from, Index count, T* to, Index elements) {
  for (Index i = 0; i < elements; i += channel_block<T>)
    simd::store(to + i, sum_of(from + i, elements, count));
}

/// A row of averages of the windows of one row of sums.
template <class T, class Arch = simd::Arch>
void average_of_columns(const T* from, const DividedTaps* columns, Index row_divisor, T* to, Index outputs) {
  constexpr Index B = channel_block<T>;
  for (Index o = 0; o < outputs; ++o) {
    const auto [taps, divisor] = columns[o];
    const simd::Vector<T> divide_by(static_cast<T>(row_divisor * divisor));
    simd::store<T>(to + o * B, sum_of(from + taps.first * B, B, taps.count) / divide_by);
  }
}

/// A row of gradients, each divided and given to the columns of its window.
template <class T, class Arch = simd::Arch>
void spread_over_columns(const T* gradients, const DividedTaps* columns, Index row_divisor, Index outputs,
                         T* to) {
  constexpr Index B = channel_block<T>;
  for (Index o = 0; o < outputs; ++o) {
    const auto [taps, divisor] = columns[o];
    const auto share = simd::load(gradients + o * B) / simd::Vector<T>(static_cast<T>(row_divisor * divisor));
    T* at = to + taps.first * B;
    for (Index i = 0; i < taps.count; ++i, at += B) simd::store<T>(at, simd::load<T>(at) + share);
  }
}

/// Adds one row to `count` rows.
template <class T, class Arch = simd::Arch>
void add_to_rows(const T* row, Index elements, T* to, Index count) {
  constexpr Index B = channel_block<T>;
  for (Index i = 0; i < count * elements; i += elements)
    for (Index w = 0; w < elements; w += B)
      simd::store<T>(to + i + w, simd::load<T>(to + i + w) + simd::load(row + w));
}

}  // namespace detail

/// y(o) = the sum of x over window o, divided by g's divisor for it. x is (n, c, h, w), y (n, c,
/// g.out_height(h), g.out_width(w)); g is a PoolGeometry (without dilation) or an AdaptivePool.
template <class T, class Geometry, class Arch = simd::Arch>
void average_pool_forward(const Geometry& g, const Input<T>& x, const FeatureMapView<T>& y) {
  const Scratch<T> rows_of_workers(threads() * x.row_stride());
  const detail::DividedColumns columns(g, x.width, y.width);
  const Index work = x.block_stride() / y.height + y.row_stride();
  for_each_rows(y, work, [&](Index n, Index block, Index first_row, Index last_row, int worker) {
    T* const sums = rows_of_workers.data() + worker * x.row_stride();
    for (Index row = first_row; row < last_row; ++row) {
      const Taps rows = g.row_taps(row, x.height);
      detail::sum_of_rows(x.at_block(n, block) + rows.first * x.row_stride(), rows.count, sums,
                          x.row_stride());
      detail::average_of_columns<T>(sums, columns.data(), g.row_divisor(row, x.height),
                                    y.at_block(n, block) + row * y.row_stride(), y.width);
    }
  });
}

/// dx = the gradient of y's: each element of window o receives dy(o) / divisor; where windows overlap,
/// gradients add.
template <class T, class Geometry, class Arch = simd::Arch>
void average_pool_backward(const Geometry& g, const Input<T>& dy, const FeatureMapView<T>& dx) {
  const Scratch<T> rows_of_workers(threads() * dx.row_stride());
  const detail::DividedColumns columns(g, dx.width, dy.width);
  for_each_block(dx, dx.block_stride() + dy.block_stride(), [&](Index n, Index block, int worker) {
    T* const spread = rows_of_workers.data() + worker * dx.row_stride();
    T* const to = dx.at_block(n, block);
    std::fill_n(to, dx.block_stride(), T{0});
    for (Index row = 0; row < dy.height; ++row) {
      std::fill_n(spread, dx.row_stride(), T{0});
      detail::spread_over_columns(dy.at_block(n, block) + row * dy.row_stride(), columns.data(),
                                  g.row_divisor(row, dx.height), dy.width, spread);
      const Taps rows = g.row_taps(row, dx.height);
      detail::add_to_rows<T>(spread, dx.row_stride(), to + rows.first * dx.row_stride(), rows.count);
    }
  });
}

/// y(n, c) = the mean of x over all pixels, summed pairwise. x is (n, c, h, w), y (n, c).
template <class T, class Arch = simd::Arch>
void global_average_pool_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  for_each_block(y, x.block_stride(), [&](Index n, Index block, int) {
    const V sum = detail::pairwise_sum(0, x.pixels(), detail::pixels_from(x, n, block, 0));
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
    for (Index i = 0, end = dx.block_stride(); i < end; i += B) simd::store<T>(to + i, share);
  });
}

}  // namespace lamina::kernels
