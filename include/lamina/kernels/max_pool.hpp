// Max pooling and its gradient, and the maximum of whole maps. A window's rows are folded first, a row of
// columns at a time, then the columns, so a k × k window costs 2k - 2 maxima at most. The gradient looks for
// the maximum again, x against y: as quick as reading an index that forward would have had to store, and
// nothing is stored.
#pragma once

#include <algorithm>
#include <limits>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/loops.hpp"
#include "lamina/kernels/pool_geometry.hpp"

namespace lamina::kernels {

namespace detail {

/// Whether the windows are the 2 × 2 of most small nets, side by side: the case with loops of its own.
constexpr bool is_two_by_two(const PoolGeometry& g, Index rows, Index columns) {
  PoolGeometry plain;
  plain.ceil_mode = g.ceil_mode;
  plain.count_include_pad = g.count_include_pad;
  return g == plain && (!g.ceil_mode || (rows % 2 == 0 && columns % 2 == 0));
}

/// A row of maxima of two rows.
template <class T, class Arch = simd::Arch>
void max_two_by_two(const T* upper, const T* lower, T* to, Index outputs) {
  constexpr Index B = channel_block<T>;
  for (Index o = 0; o < outputs; ++o, upper += 2 * B, lower += 2 * B)
    simd::store(to + o * B, larger(larger(simd::load(upper), simd::load(upper + B)),
                                   larger(simd::load(lower), simd::load(lower + B))));
}

/// `of` in the lanes that hold the maximum (which is NaN where one is), once a window: lanes that were found
/// leave `open`.
template <class V> V take_maximum(V x, V maximum, V of, simd::Mask<V>& open) {
  const auto found = ((x == maximum) | !(x == x)) & open;
  open = open & (!found);
  return simd::select(found, of, V(simd::Element<V>{0}));
}

/// The gradients of two rows from those of a row of maxima.
template <class T, class Arch = simd::Arch>
void max_two_by_two_backward(const T* x, const T* y, const T* dy, T* dx, Index row_stride, Index outputs) {
  constexpr Index B = channel_block<T>;
  const auto all = simd::lanes_between<T>(0, B);
  for (Index o = 0; o < outputs; ++o, x += 2 * B, dx += 2 * B) {
    const auto maximum = simd::load(y + o * B), gradient = simd::load(dy + o * B);
    auto open = all;
    for (const Index at : {Index{0}, B, row_stride, row_stride + B})
      simd::store(dx + at, take_maximum(simd::load(x + at), maximum, gradient, open));
  }
}

/// The maximum of count >= 1 vectors that lie `step` apart; of -infinity where count is 0.
template <class T, class Arch = simd::Arch> simd::Vector<T> max_of(const T* from, Index step, Index count) {
  using V = simd::Vector<T>;
  if (count == 3)  // most windows
    return larger(larger(V(simd::load(from)), simd::load(from + step)), simd::load(from + 2 * step));
  V maximum(-std::numeric_limits<T>::infinity());
  for (Index i = 0; i < count; ++i) maximum = larger(maximum, simd::load(from + i * step));
  return maximum;
}

/// A row of maxima of `count` rows that lie `step` apart.
template <class T, class Arch = simd::Arch>
void max_of_rows(const T* from, Index step, Index count, T* to, Index elements) {
  for (Index i = 0; i < elements; i += channel_block<T>) simd::store(to + i, max_of(from + i, step, count));
}

/// A row of maxima of the windows of one row.
template <class T, class Arch = simd::Arch>
void max_of_columns(const T* from, const Taps* columns, T* to, Index outputs) {
  constexpr Index B = channel_block<T>;
  for (Index o = 0; o < outputs; ++o) {
    const Taps taps = columns[o];
    simd::store(to + o * B, max_of(from + taps.first * B, taps.step * B, taps.count));
  }
}

/// Adds the gradients of one row of windows to dx. `x` and `dx` point to the first row that the windows see.
template <class T, class Arch = simd::Arch>
void max_of_windows_backward(const T* x, const T* y, const T* dy, T* dx, Index row_step, Index rows,
                             const Taps* columns, Index outputs) {
  constexpr Index B = channel_block<T>;
  const auto all = simd::lanes_between<T>(0, B);
  for (Index o = 0; o < outputs; ++o) {
    const Taps taps = columns[o];
    const auto maximum = simd::load(y + o * B), gradient = simd::load(dy + o * B);
    auto open = all;
    for (Index i = 0; i < rows; ++i) {
      Index at = i * row_step + taps.first * B;
      for (Index j = 0; j < taps.count; ++j, at += taps.step * B)
        simd::store<T>(dx + at,
                       simd::load<T>(dx + at) + take_maximum(simd::load(x + at), maximum, gradient, open));
    }
  }
}

}  // namespace detail

/// y(o) = the maximum of x over window o; NaN where the window holds one, -infinity where the window is
/// empty. x is (n, c, h, w), y (n, c, g.out_height(h), g.out_width(w)); g is a PoolGeometry or an
/// AdaptivePool.
template <class T, class Geometry, class Arch = simd::Arch>
void max_pool_forward(const Geometry& g, const Input<T>& x, const FeatureMapView<T>& y) {
  const Index work = x.block_stride() / y.height + y.row_stride();
  if constexpr (std::is_same_v<Geometry, PoolGeometry>)
    if (detail::is_two_by_two(g, x.height, x.width))
      return for_each_rows(y, work, [&](Index n, Index block, Index first_row, Index last_row, int) {
        for (Index row = first_row; row < last_row; ++row) {
          const T* const upper = x.at_block(n, block) + 2 * row * x.row_stride();
          detail::max_two_by_two(upper, upper + x.row_stride(), y.at_block(n, block) + row * y.row_stride(),
                                 y.width);
        }
      });

  const Scratch<T> rows_of_workers(threads() * x.row_stride());
  const detail::ColumnTaps columns_of(g, x.width, y.width);
  for_each_rows(y, work, [&](Index n, Index block, Index first_row, Index last_row, int worker) {
    T* const room = rows_of_workers.data() + worker * x.row_stride();
    for (Index row = first_row; row < last_row; ++row) {
      const Taps rows = g.row_taps(row, x.height);
      const T* maxima = x.at_block(n, block) + rows.first * x.row_stride();  // of each column
      if (rows.count != 1) {
        detail::max_of_rows(maxima, rows.step * x.row_stride(), rows.count, room, x.row_stride());
        maxima = room;
      }
      detail::max_of_columns(maxima, columns_of.data(), y.at_block(n, block) + row * y.row_stride(), y.width);
    }
  });
}

/// dx = the gradient of y's: dy(o) goes to the first element of window o, in memory order, that equals y(o)
/// (of NaN, that is one); where windows overlap, gradients add.
template <class T, class Geometry, class Arch = simd::Arch>
void max_pool_backward(const Geometry& g, const Input<T>& x, const Input<T>& y, const Input<T>& dy,
                       const FeatureMapView<T>& dx) {
  constexpr Index B = FeatureMapView<T>::block;
  if constexpr (std::is_same_v<Geometry, PoolGeometry>)
    if (detail::is_two_by_two(g, x.height, x.width))
      return for_each_rows(
          y, 2 * x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
            for (Index row = first_row; row < last_row; ++row) {
              const Index place = 2 * row * x.row_stride(), out_place = row * y.row_stride();
              T* const to = dx.at_block(n, block) + place;
              detail::max_two_by_two_backward(x.at_block(n, block) + place, y.at_block(n, block) + out_place,
                                              dy.at_block(n, block) + out_place, to, x.row_stride(), y.width);
              if (x.width % 2 != 0) {  // the column, and the row, that no window sees
                std::fill_n(to + x.row_stride() - B, B, T{0});
                std::fill_n(to + 2 * x.row_stride() - B, B, T{0});
              }
              if (row + 1 == y.height && x.height % 2 != 0)
                std::fill_n(to + 2 * x.row_stride(), x.row_stride(), T{0});
            }
          });

  const detail::ColumnTaps columns_of(g, x.width, y.width);
  for_each_block(x, x.block_stride() + y.block_stride(), [&](Index n, Index block, int) {
    std::fill_n(dx.at_block(n, block), dx.block_stride(), T{0});
    for (Index row = 0; row < y.height; ++row) {
      const Taps rows = g.row_taps(row, x.height);
      const Index first = rows.first * x.row_stride(), out = row * y.row_stride();
      detail::max_of_windows_backward(x.at_block(n, block) + first, y.at_block(n, block) + out,
                                      dy.at_block(n, block) + out, dx.at_block(n, block) + first,
                                      rows.step * x.row_stride(), rows.count, columns_of.data(), y.width);
    }
  });
}

namespace detail {
/// The maxima of `pixels` pixels of a channel block, at least one; NaN where there is one.
template <class T, class Arch = simd::Arch> simd::Vector<T> max_of_pixels(const T* from, Index pixels) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  const Index end = pixels * B;
  // Four maxima at a time: each waits for the one before it.
  V a = simd::load(from), b = a, c = a, d = a;
  Index i = B;
  for (; i + 4 * B <= end; i += 4 * B) {
    a = larger(a, V(simd::load(from + i)));
    b = larger(b, V(simd::load(from + i + B)));
    c = larger(c, V(simd::load(from + i + 2 * B)));
    d = larger(d, V(simd::load(from + i + 3 * B)));
  }
  for (; i < end; i += B) a = larger(a, V(simd::load(from + i)));
  return larger(larger(a, b), larger(c, d));
}
}  // namespace detail

/// y(n, c) = the maximum of x over all pixels; NaN where x holds one. x is (n, c, h, w), y (n, c).
template <class T, class Arch = simd::Arch>
void global_max_pool_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  for_each_block(y, x.block_stride(), [&](Index n, Index block, int) {
    simd::store(y.at_block(n, block), detail::max_of_pixels<T>(x.at_block(n, block), x.pixels()));
  });
}

/// dx = the gradient of y's: dy goes to the first pixel that equals y.
template <class T, class Arch = simd::Arch>
void global_max_pool_backward(const Input<T>& x, const Input<T>& y, const Input<T>& dy,
                              const FeatureMapView<T>& dx) {
  max_pool_backward(AdaptivePool{1, 1}, x, y, dy, dx);
}

}  // namespace lamina::kernels
