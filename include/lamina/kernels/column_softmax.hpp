// Softmax down the columns of a plain matrix, in place. Columns lie in the lanes of vectors, so that
// exponents are taken a vector at a time however short the columns are: seven taps of a kernel, or a thousand
// keys.
#pragma once

#include <algorithm>
#include <limits>

#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

/// A row-major matrix whose rows are whole vectors: `data` is aligned, and rows lie `stride` apart, a
/// multiple of the vector's width. The elements behind the last column are written too; they may hold
/// anything.
template <class T> struct ColumnMatrix {
  T* data;
  Index rows, columns, stride;

  ColumnMatrix(T* d, Index r, Index c) : data(d), rows(r), columns(c), stride(stride_of(c)) {}
  static constexpr Index stride_of(Index columns) {
    return (columns + channel_block<T> - 1) / channel_block<T> * channel_block<T>;
  }
  static constexpr Index elements_of(Index rows, Index columns) { return rows * stride_of(columns); }
};

namespace detail {

/// Columns that are done together: four cache lines of a row.
template <class T> inline constexpr Index strip_width = 256 / static_cast<Index>(sizeof(T));

/// Calls f(first column, columns) for strips of whole vectors, in parallel.
template <class T, class F> void for_each_strip(const ColumnMatrix<T>& m, F&& f) {
  constexpr Index width = strip_width<T>, cost = 8;  // of an exponential, in element-wise steps
  for_each_range((m.stride + width - 1) / width, cost * width * m.rows, [&](Index first, Index last, int) {
    for (Index i = first; i < last; ++i) f(i * width, std::min(width, m.stride - i * width));
  });
}

}  // namespace detail

/// y_r = exp(x_r) / Σ_k exp(x_k), over the rows k of each column.
template <class T, class Arch = simd::Arch> void column_softmax_forward(const ColumnMatrix<T>& m) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  detail::for_each_strip(m, [m](Index first, Index width) {
    alignas(64) T most[detail::strip_width<T>], factor[detail::strip_width<T>];
    std::fill_n(most, width, -std::numeric_limits<T>::infinity());
    std::fill_n(factor, width, T{0});
    for (Index r = 0; r < m.rows; ++r)
      for (Index i = 0; i < width; i += B)
        simd::store<T>(most + i, detail::larger(simd::load<T>(most + i),
                                                simd::load<T>(m.data + r * m.stride + first + i)));
    for (Index r = 0; r < m.rows; ++r)
      for (Index i = 0; i < width; i += B) {
        T* const at = m.data + r * m.stride + first + i;
        const V e = simd::exp(V(simd::load<T>(at) - simd::load<T>(most + i)));
        simd::store<T>(at, e);
        simd::store<T>(factor + i, simd::load<T>(factor + i) + e);
      }
    for (Index i = 0; i < width; ++i) factor[i] = T{1} / factor[i];
    for (Index r = 0; r < m.rows; ++r)
      for (Index i = 0; i < width; i += B) {
        T* const at = m.data + r * m.stride + first + i;
        simd::store<T>(at, simd::load<T>(at) * simd::load<T>(factor + i));
      }
  });
}

/// dx_r = y_r · (dy_r − Σ_k dy_k · y_k), which takes the place of dy.
template <class T, class Arch = simd::Arch>
void column_softmax_backward(const ColumnMatrix<T>& y, const ColumnMatrix<T>& dy) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  detail::for_each_strip(y, [y, dy](Index first, Index width) {
    alignas(64) T product[detail::strip_width<T>];
    std::fill_n(product, width, T{0});
    for (Index r = 0; r < y.rows; ++r)
      for (Index i = 0; i < width; i += B) {
        const Index at = r * y.stride + first + i;
        simd::store<T>(product + i,
                       simd::load<T>(product + i) + simd::load<T>(y.data + at) * simd::load<T>(dy.data + at));
      }
    for (Index r = 0; r < y.rows; ++r)
      for (Index i = 0; i < width; i += B) {
        const Index at = r * y.stride + first + i;
        const V through_sum = simd::load<T>(product + i);
        simd::store<T>(dy.data + at,
                       simd::load<T>(y.data + at) * (simd::load<T>(dy.data + at) - through_sum));
      }
  });
}

}  // namespace lamina::kernels
