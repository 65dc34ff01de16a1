// Softmax down the columns of plain matrices, in place. Columns lie in the lanes of vectors, so that
// exponents are taken a vector at a time however short the columns are: seven taps of a kernel, or a thousand
// keys.
#pragma once

#include <algorithm>
#include <limits>

#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

/// Row-major matrices of the same extents, one after another.
template <class T> struct ColumnMatrices {
  T* data;
  Index count, rows, columns;

  T* row(Index matrix, Index r) const { return data + (matrix * rows + r) * columns; }
};

namespace detail {

/// Columns that are done together: four cache lines of a row.
template <class T> inline constexpr Index strip_width = 256 / static_cast<Index>(sizeof(T));

/// Calls f(row, for_each_vector) for strips of columns, in parallel: row(m, r) is where row r of the strip
/// begins in matrices m, and for_each_vector(g) calls g(place in the strip, load, store) for its vectors.
template <class T, class F> void for_each_strip(const ColumnMatrices<T>& all, F&& f) {
  constexpr Index width = strip_width<T>,
                  cost = 8;  // of an exponential, in other steps
  const Index strips = (all.columns + width - 1) / width;
  for_each_range(all.count * strips, cost * width * all.rows, [&](Index begin, Index end, int) {
    for (Index i = begin; i < end; ++i) {
      const Index matrix = i / strips, first = i % strips * width;
      const auto row = [=](const ColumnMatrices<T>& m, Index r) { return m.row(matrix, r) + first; };
      if (first + width <= all.columns)
        f(row, [](auto g) {
          for (Index at = 0; at < strip_width<T>; at += channel_block<T>)
            g(
                at, [](const T* from) { return simd::load_unaligned(from); },
                [](T* to, const simd::Vector<T>& v) { simd::store_unaligned(to, v); });
        });
      else
        f(row, [left = all.columns - first](auto g) {
          for (Index at = 0; at < left; at += channel_block<T>) {
            const Index lanes = std::min<Index>(channel_block<T>, left - at);
            g(
                at, [lanes](const T* from) { return simd::load_partial(from, lanes); },
                [lanes](T* to, const simd::Vector<T>& v) { simd::store_partial(to, v, lanes); });
          }
        });
    }
  });
}

}  // namespace detail

/// y_r = exp(x_r) / Σ_k exp(x_k), over the rows k of each column.
template <class T, class Arch = simd::Arch> void column_softmax_forward(const ColumnMatrices<T>& all) {
  using V = simd::Vector<T>;
  detail::for_each_strip(all, [all](auto row, auto for_each_vector) {
    constexpr Index width = detail::strip_width<T>;
    alignas(64) T most[width], total[width];
    std::fill_n(most, width, -std::numeric_limits<T>::infinity());
    std::fill_n(total, width, T{0});
    for (Index r = 0; r < all.rows; ++r)
      for_each_vector([&, from = row(all, r)](Index i, auto load, auto) {
        simd::store<T>(most + i, detail::larger(simd::load<T>(most + i), V(load(from + i))));
      });
    for (Index r = 0; r < all.rows; ++r)
      for_each_vector([&, at = row(all, r)](Index i, auto load, auto store) {
        const V e = simd::exp(V(load(at + i) - simd::load<T>(most + i)));
        store(at + i, e);
        simd::store<T>(total + i, simd::load<T>(total + i) + e);
      });
    for_each_vector([&](Index i, auto, auto) {
      simd::store<T>(total + i, V(simd::broadcast<T>(T{1}) / simd::load<T>(total + i)));
    });
    for (Index r = 0; r < all.rows; ++r)
      for_each_vector([&, at = row(all, r)](Index i, auto load, auto store) {
        store(at + i, V(load(at + i) * simd::load<T>(total + i)));
      });
  });
}

/// dx_r = y_r · (dy_r − Σ_k dy_k · y_k), which takes the place of dy.
template <class T, class Arch = simd::Arch>
void column_softmax_backward(const ColumnMatrices<T>& y, const ColumnMatrices<T>& dy) {
  using V = simd::Vector<T>;
  detail::for_each_strip(y, [y, dy](auto row, auto for_each_vector) {
    constexpr Index width = detail::strip_width<T>;
    alignas(64) T product[width];
    std::fill_n(product, width, T{0});
    for (Index r = 0; r < y.rows; ++r)
      for_each_vector([&, a = row(y, r), b = row(dy, r)](Index i, auto load, auto) {
        simd::store<T>(product + i, V(simd::load<T>(product + i) + load(a + i) * load(b + i)));
      });
    for (Index r = 0; r < y.rows; ++r)
      for_each_vector([&, a = row(y, r), b = row(dy, r)](Index i, auto load, auto store) {
        store(b + i, V(load(a + i) * (load(b + i) - simd::load<T>(product + i))));
      });
  });
}

}  // namespace lamina::kernels
