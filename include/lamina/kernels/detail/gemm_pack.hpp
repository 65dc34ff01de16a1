// Packing for matrix products: columns of B (or rows of A) of any strides become one run that the inner loop
// reads from end to end.
#pragma once

#include <algorithm>
#include <utility>

#include "lamina/core/shape.hpp"
#include "lamina/simd/simd.hpp"

namespace lamina::kernels::detail {

/// Elements of a matrix: (row, column) is data[row * row_stride + column * column_stride].
template <class T> struct Strided {
  T* data;
  Index row_stride, column_stride;

  Strided transposed() const { return {data, column_stride, row_stride}; }
  Strided at(Index row, Index column) const {
    return {data + row * row_stride + column * column_stride, row_stride, column_stride};
  }
};

/// Transposes a square of vectors: lane j of v[i] changes places with lane i of v[j]. Each of the log2(width)
/// rounds interleaves vectors of the first half with those of the second.
template <class T, class Arch = simd::Arch> void transpose(simd::native<T> (&v)[simd::width<T>]) {
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  const auto interleave = [&]<int... I>(std::integer_sequence<int, I...>) {
    Native next[lanes];
    for (int i = 0; i < lanes / 2; ++i) {
      const Native low = v[i], high = v[i + lanes / 2];
      next[2 * i] = __builtin_shufflevector(low, high, (I / 2 + I % 2 * lanes)...);
      next[2 * i + 1] = __builtin_shufflevector(low, high, (lanes / 2 + I / 2 + I % 2 * lanes)...);
    }
    std::copy_n(next, lanes, v);
  };
  for (int round = 1; round < lanes; round *= 2) interleave(std::make_integer_sequence<int, lanes>{});
}

/// The first `columns` columns of `depth` rows of b: to[row * width + column], zeros up to `width`, a
/// multiple of the vector width less than that much greater than `columns`.
template <class T, class Arch = simd::Arch>
void pack_columns(Strided<const T> b, Index depth, Index columns, Index width, T* to) {
  constexpr Index lanes = simd::width<T>;
  if (b.column_stride == 1) {
    for (Index row = 0; row < depth; ++row, to += width) {
      const T* const from = b.data + row * b.row_stride;
      Index column = 0;
      for (; column + lanes <= columns; column += lanes)
        simd::store(to + column, simd::load_unaligned(from + column));
      if (column < columns) simd::store(to + column, simd::load_partial(from + column, columns - column));
    }
    return;
  }
  for (Index column = 0; column < width; column += lanes) {
    Index row = 0;
    if (b.row_stride == 1 && column + lanes <= columns)
      for (; row + lanes <= depth; row += lanes) {
        simd::native<T> square[lanes];
        for (Index i = 0; i < lanes; ++i)
          square[i] = simd::to_native(simd::load_unaligned(b.at(row, column + i).data));
        transpose<T>(square);
        for (Index i = 0; i < lanes; ++i)
          simd::store(to + (row + i) * width + column, simd::from_native<T>(square[i]));
      }
    for (; row < depth; ++row)
      for (Index i = column; i < column + lanes; ++i)
        to[row * width + i] = i < columns ? *b.at(row, i).data : T{0};
  }
}

}  // namespace lamina::kernels::detail
