// Copies between layouts whose runs lie along different axes (NCHW and NHWC, a matrix and its transpose): in
// squares of W × W elements, W the vector's width, that are turned in registers. Run by run, such a copy
// would read one element of each cache line at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "lamina/core/thread_pool.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/expressions/loop_nest.hpp"

namespace lamina::detail {

/// Turns a square of W rows of W elements. Interleaving row i with row i + W / 2, for all i, log2(W) times,
/// brings every element to its place.
template <class T, class Arch = simd::Arch>
void transpose_square(const T* from, Index from_stride, T* to, Index to_stride) {
  constexpr std::size_t width = simd::width<T>;
  std::array<simd::native<T>, width> rows, next;
  for (std::size_t i = 0; i < width; ++i)
    rows[i] = simd::to_native(simd::load_unaligned(from + static_cast<Index>(i) * from_stride));
  for (std::size_t step = 1; step < width; step *= 2) {
    for (std::size_t i = 0; i < width / 2; ++i) {
      next[2 * i] = simd::interleave_low<T>(rows[i], rows[i + width / 2]);
      next[2 * i + 1] = simd::interleave_high<T>(rows[i], rows[i + width / 2]);
    }
    rows = next;
  }
  for (std::size_t i = 0; i < width; ++i)
    simd::store_unaligned(to + static_cast<Index>(i) * to_stride, simd::from_native<T>(rows[i]));
}

/// to[r · to_stride + c] = from[c · from_stride + r] for all r < rows, c < columns.
template <class T, class Arch = simd::Arch>
void transpose_block(const T* from, Index from_stride, T* to, Index to_stride, Index rows, Index columns) {
  constexpr Index width = simd::width<T>;
  const auto one_by_one = [&](Index r_first, Index r_last, Index c_first, Index c_last) {
    for (Index r = r_first; r < r_last; ++r)
      for (Index c = c_first; c < c_last; ++c) to[r * to_stride + c] = from[c * from_stride + r];
  };
  const Index whole_rows = rows / width * width, whole_columns = columns / width * width;
  for (Index c = 0; c < whole_columns; c += width)
    for (Index r = 0; r < whole_rows; r += width)
      transpose_square(from + c * from_stride + r, from_stride, to + r * to_stride + c, to_stride);
  one_by_one(0, whole_rows, whole_columns, columns);
  one_by_one(whole_rows, rows, 0, columns);
}

/// Copies operand 1 of a nest to operand 0 if their runs lie along different axes, both of T; returns whether
/// it did. Work is cut by the problem alone.
template <class T, class Arch = simd::Arch> bool copy_transposed(const LoopNest<2>& nest) {
  constexpr Index step = sizeof(T);
  // A cache line of elements: rows that a line of the source holds are written together.
  constexpr Index rows_at_once = 64 / step;
  const auto& to = nest.operands[0].byte_strides;
  const auto& from = nest.operands[1].byte_strides;
  const auto last = static_cast<std::size_t>(nest.rank - 1);
  if (nest.rank < 2 || to[last] != step || from[last] % step != 0) return false;
  const auto axis =
      static_cast<std::size_t>(std::find(from.begin(), from.begin() + nest.rank - 1, step) - from.begin());
  if (axis == last || to[axis] % step != 0 || from[last] == step) return false;

  const Index rows = nest.extents[axis], columns = nest.extents[last];
  const Index bands = (rows + rows_at_once - 1) / rows_at_once;
  const Index units = nest.size() / (rows * columns) * bands;
  const auto copy_unit = [&](Index unit) {
    const Index band = unit % bands, row = band * rows_at_once;
    const std::byte *source = nest.operands[1].data + row * from[axis],
                    *target = nest.operands[0].data + row * to[axis];
    Index rest = unit / bands;
    for (std::size_t a = last; a-- > 0;) {
      if (a == axis) continue;
      const Index at = rest % nest.extents[a];
      rest /= nest.extents[a];
      source += at * from[a];
      target += at * to[a];
    }
    transpose_block(reinterpret_cast<const T*>(source), from[last] / step,
                    reinterpret_cast<T*>(const_cast<std::byte*>(target)), to[axis] / step,
                    std::min(rows_at_once, rows - row), columns);
  };
  constexpr Index piece_elements = Index{1} << 14;
  const Index each = std::max<Index>(1, piece_elements / (rows_at_once * columns));
  parallel_for((units + each - 1) / each, [&](Index piece) {
    for (Index unit = piece * each; unit < std::min(units, (piece + 1) * each); ++unit) copy_unit(unit);
  });
  return true;
}

}  // namespace lamina::detail
