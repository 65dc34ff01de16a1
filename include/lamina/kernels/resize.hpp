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
    for (Index row = first_row; row < last_row; ++row) {
      const T* const from = x.at_block(n, block) + row * x.height / y.height * x.row_stride();
      T* const to = y.at_block(n, block) + row * y.row_stride();
      for (Index w = 0; w < y.width; ++w) simd::store(to + w * B, simd::load(from + column_of[w] * B));
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
    for (Index row = first_row; row < last_row; ++row) {
      const Index begin = first_copy(row, dx.height, dy.height),
                  end = first_copy(row + 1, dx.height, dy.height);
      T* const to = dx.at_block(n, block) + row * dx.row_stride();
      for (Index w = 0; w < dx.width; ++w) {
        simd::Vector<T> sum(T{0});
        for (Index h = begin; h < end; ++h)
          for (Index copy = copies_of[w]; copy < copies_of[w + 1]; ++copy)
            sum += simd::load(dy.at_block(n, block) + h * dy.row_stride() + copy * B);
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

}  // namespace detail

/// Bilinear: every output is the mean of four neighbours, weighted by nearness; rows are blended first.
template <class T, class Arch = simd::Arch>
void bilinear_resize_forward(const Input<T>& x, const FeatureMapView<T>& y, bool align_corners = false) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  const detail::LinearTaps<T> columns(x.width, y.width, align_corners);
  const Scratch<T> rows_of_workers(threads() * x.row_stride());
  const auto blend = [](const V& below, const V& above, T weight) {
    return simd::fma(V(weight), V(above - below), below);
  };
  for_each_rows(
      y, x.row_stride() + y.row_stride(),
      [&](Index n, Index block, Index first_row, Index last_row, int worker) {
        T* const blended = rows_of_workers.data() + worker * x.row_stride();
        for (Index row = first_row; row < last_row; ++row) {
          const auto rows = detail::linear_tap<T>(row, x.height, y.height, align_corners);
          const T* const below = x.at_block(n, block) + rows.below * x.row_stride();
          const T* const above = x.at_block(n, block) + rows.above * x.row_stride();
          for (Index i = 0; i < x.row_stride(); i += B)
            simd::store(blended + i, blend(simd::load(below + i), simd::load(above + i), rows.above_weight));
          T* const to = y.at_block(n, block) + row * y.row_stride();
          for (Index w = 0; w < y.width; ++w) {
            const auto tap = columns[w];
            simd::store(to + w * B, blend(simd::load<T>(blended + tap.below * B),
                                          simd::load<T>(blended + tap.above * B), tap.above_weight));
          }
        }
      });
}

/// dx = the gradient: every output gives dy to its four neighbours by their weights.
template <class T, class Arch = simd::Arch>
void bilinear_resize_backward(const Input<T>& dy, const FeatureMapView<T>& dx, bool align_corners = false) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  const detail::LinearTaps<T> columns(dx.width, dy.width, align_corners);
  const Scratch<T> rows_of_workers(threads() * dx.row_stride());
  const auto add = [](T* to, const V& value) { simd::store<T>(to, simd::load<T>(to) + value); };
  for_each_block(dx, dx.block_stride() + dy.block_stride(), [&](Index n, Index block, int worker) {
    T* const spread =
        rows_of_workers.data() + worker * dx.row_stride();  // over the columns, for one row of dy
    T* const to = dx.at_block(n, block);
    std::fill_n(to, dx.block_stride(), T{0});
    for (Index row = 0; row < dy.height; ++row) {
      const T* const gradients = dy.at_block(n, block) + row * dy.row_stride();
      std::fill_n(spread, dx.row_stride(), T{0});
      for (Index w = 0; w < dy.width; ++w) {
        const auto tap = columns[w];
        const V g = simd::load(gradients + w * B), above = g * V(tap.above_weight);
        add(spread + tap.below * B, g - above);
        add(spread + tap.above * B, above);
      }
      const auto rows = detail::linear_tap<T>(row, dx.height, dy.height, align_corners);
      for (Index i = 0; i < dx.row_stride(); i += B) {
        const V g = simd::load<T>(spread + i), above = g * V(rows.above_weight);
        add(to + rows.below * dx.row_stride() + i, g - above);
        add(to + rows.above * dx.row_stride() + i, above);
      }
    }
  });
}

}  // namespace lamina::kernels
