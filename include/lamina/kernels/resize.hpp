// Resizing of maps, and its gradients, by PyTorch's rules: nearest neighbour and bilinear. The extents of the
// two maps say by how much; both directions, up and down, work, without antialiasing.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

/// y[h][w] = x[⌊h · H / H'⌋][⌊w · W / W'⌋], x of H rows and W columns, y of H' and W'.
template <class T, class Arch = simd::Arch>
void nearest_resize_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  constexpr Index B = FeatureMapView<T>::block;
  const Scratch<Index> column_of(y.width);
  for (Index w = 0; w < y.width; ++w) column_of[w] = w * x.width / y.width;
  for_each_rows(y, y.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    const Index* const columns = column_of.data();
    for (Index row = first_row; row < last_row; ++row) {
      const T* const from = x.at_block(n, block) + row * x.height / y.height * x.row_stride();
      T* const to = y.at_block(n, block) + row * y.row_stride();
      for (Index w = 0, end = y.width; w < end; ++w)
        simd::store(to + w * B, simd::load(from + columns[w] * B));
    }
  });
}

/// dx[h][w] = the sum of dy over the elements that were copied from there.
template <class T, class Arch = simd::Arch>
void nearest_resize_backward(const Input<T>& dy, const FeatureMapView<T>& dx) {
  constexpr Index B = FeatureMapView<T>::block;
  const auto first_copy = [](Index i, Index extent, Index copies) {
    return (i * copies + extent - 1) / extent;
  };
  const Scratch<Index> copies_of(dx.width + 1);
  for (Index w = 0; w <= dx.width; ++w) copies_of[w] = first_copy(w, dx.width, dy.width);
  const Index work = dx.row_stride() + dy.block_stride() / dx.height;
  for_each_rows(dx, work, [&](Index n, Index block, Index first_row, Index last_row, int) {
    const Index* const copies = copies_of.data();
    const Index stride = dy.row_stride(), columns = dx.width;
    for (Index row = first_row; row < last_row; ++row) {
      const T* const from = dy.at_block(n, block) + first_copy(row, dx.height, dy.height) * stride;
      const T* const end = dy.at_block(n, block) + first_copy(row + 1, dx.height, dy.height) * stride;
      T* const to = dx.at_block(n, block) + row * dx.row_stride();
      for (Index w = 0; w < columns; ++w) {
        simd::Vector<T> sum(T{0});
        for (const T* copy_row = from; copy_row < end; copy_row += stride)
          for (Index copy = copies[w]; copy < copies[w + 1]; ++copy) sum += simd::load(copy_row + copy * B);
        simd::store(to + w * B, sum);
      }
    }
  });
}

namespace detail {

/// Between which two positions an output lies: (1 - above_weight) · x[below] + above_weight · x[above].
template <class T> struct LinearTap {
  Index below, above;
  T above_weight;
};

/// Output o of `outputs` over `extent` positions. With aligned corners the first and last of both coincide;
/// otherwise the outer edges do, and outputs beyond the outermost centres take the edge's value.
template <class T> LinearTap<T> linear_tap(Index o, Index extent, Index outputs, bool align_corners) {
  double at = 0;
  if (!align_corners)
    at = std::max(
        0.0,
        (static_cast<double>(o) + 0.5) * static_cast<double>(extent) / static_cast<double>(outputs) - 0.5);
  else if (outputs > 1)
    at = static_cast<double>(o) * static_cast<double>(extent - 1) / static_cast<double>(outputs - 1);
  const Index below = std::min(static_cast<Index>(at), extent - 1);
  return {below, std::min(below + 1, extent - 1), static_cast<T>(at - static_cast<double>(below))};
}

template <class T> struct LinearTaps : Scratch<LinearTap<T>> {
  LinearTaps(Index extent, Index outputs, bool align_corners) : Scratch<LinearTap<T>>(outputs) {
    for (Index o = 0; o < outputs; ++o) (*this)[o] = linear_tap<T>(o, extent, outputs, align_corners);
  }
};

template <class V, class T> V blend(const V& below, const V& above, T above_weight) {
  return simd::fma(V(above_weight), V(above - below), below);
}

/// A row between two rows, and a row of outputs between its columns.
template <class T, class Arch = simd::Arch>
void blend_rows(const T* below, const T* above, T above_weight, T* to, Index elements) {
  for (Index i = 0; i < elements; i += channel_block<T>)
    simd::store(to + i, blend(simd::load(below + i), simd::load(above + i), above_weight));
}
template <class T, class Arch = simd::Arch>
void blend_columns(const T* from, const LinearTap<T>* taps, T* to, Index outputs) {
  constexpr Index B = channel_block<T>;
  for (Index o = 0; o < outputs; ++o) {
    const LinearTap<T> tap = taps[o];
    simd::store(to + o * B,
                blend(simd::load(from + tap.below * B), simd::load(from + tap.above * B), tap.above_weight));
  }
}

/// Adds `value` to two places, as blend takes from them.
template <class T> void add_blend(const simd::Vector<T>& value, T above_weight, T* below, T* above) {
  const simd::Vector<T> upper = value * simd::Vector<T>(above_weight);
  simd::store<T>(below, simd::load<T>(below) + (value - upper));
  simd::store<T>(above, simd::load<T>(above) + upper);
}
template <class T, class Arch = simd::Arch>
void blend_rows_backward(const T* from, T above_weight, T* below, T* above, Index elements) {
  for (Index i = 0; i < elements; i += channel_block<T>)
    add_blend(simd::load(from + i), above_weight, below + i, above + i);
}
template <class T, class Arch = simd::Arch>
void blend_columns_backward(const T* from, const LinearTap<T>* taps, T* to, Index outputs) {
  constexpr Index B = channel_block<T>;
  for (Index o = 0; o < outputs; ++o) {
    const LinearTap<T> tap = taps[o];
    add_blend(simd::load(from + o * B), tap.above_weight, to + tap.below * B, to + tap.above * B);
  }
}

}  // namespace detail

/// Bilinear: every output is the mean of four neighbours, weighted by nearness; rows are blended first.
template <class T, class Arch = simd::Arch>
void bilinear_resize_forward(const Input<T>& x, const FeatureMapView<T>& y, bool align_corners = false) {
  const detail::LinearTaps<T> columns(x.width, y.width, align_corners);
  const Scratch<T> rows_of_workers(threads() * x.row_stride());
  const Index work = x.row_stride() + y.row_stride();
  for_each_rows(y, work, [&](Index n, Index block, Index first_row, Index last_row, int worker) {
    T* const blended = rows_of_workers.data() + worker * x.row_stride();
    const T* const from = x.at_block(n, block);
    for (Index row = first_row; row < last_row; ++row) {
      const auto rows = detail::linear_tap<T>(row, x.height, y.height, align_corners);
      detail::blend_rows(from + rows.below * x.row_stride(), from + rows.above * x.row_stride(),
                         rows.above_weight, blended, x.row_stride());
      detail::blend_columns<T>(blended, columns.data(), y.at_block(n, block) + row * y.row_stride(), y.width);
    }
  });
}

/// dx = the gradient: every output gives dy to its four neighbours by their weights.
template <class T, class Arch = simd::Arch>
void bilinear_resize_backward(const Input<T>& dy, const FeatureMapView<T>& dx, bool align_corners = false) {
  const detail::LinearTaps<T> columns(dx.width, dy.width, align_corners);
  const Scratch<T> rows_of_workers(threads() * dx.row_stride());
  for_each_block(dx, dx.block_stride() + dy.block_stride(), [&](Index n, Index block, int worker) {
    T* const spread = rows_of_workers.data() + worker * dx.row_stride();
    T* const to = dx.at_block(n, block);
    std::fill_n(to, dx.block_stride(), T{0});
    for (Index row = 0; row < dy.height; ++row) {
      std::fill_n(spread, dx.row_stride(), T{0});
      detail::blend_columns_backward(dy.at_block(n, block) + row * dy.row_stride(), columns.data(), spread,
                                     dy.width);
      const auto rows = detail::linear_tap<T>(row, dx.height, dy.height, align_corners);
      detail::blend_rows_backward<T>(spread, rows.above_weight, to + rows.below * dx.row_stride(),
                                     to + rows.above * dx.row_stride(), dx.row_stride());
    }
  });
}

}  // namespace lamina::kernels
