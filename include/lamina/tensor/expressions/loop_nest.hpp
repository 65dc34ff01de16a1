// The loops behind every evaluation: extents, and for each operand a pointer and a stride per axis (0 where
// the operand is broadcast). Axes that lie behind each other for all operands are merged, so that what is
// contiguous becomes one long run, however many axes it is written with. Nothing here depends on the
// expression's type, so it is compiled once. Next: evaluate.hpp (assignment), ../reduce.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "lamina/tensor/extents.hpp"

namespace lamina::detail {

/// One tensor in memory as a nest of loops sees it. Strides are in bytes, so that it needs no element type.
/// (Nothing is set beforehand, here and in LoopNest: to clear a nest takes as long as 500 additions.)
struct Operand {
  const std::byte* data;
  Index element_bytes;
  std::array<Index, max_rank> byte_strides;
  bool constant_in_rows;  // by its type: the last extent is known to be 1
};

/// Describes the elements at `data` within a nest of `rank` loops: axes line up at the last one, those of
/// extent 1 and those absent get stride 0.
template <class T, std::size_t Rank>
void describe_operand(const T* data, const std::array<Index, Rank>& extents,
                      const std::array<Index, Rank>& strides, int rank, Operand& operand,
                      bool constant_in_rows = false) {
  operand.data = reinterpret_cast<const std::byte*>(data);
  operand.element_bytes = sizeof(T);
  operand.constant_in_rows = constant_in_rows;
  const auto absent = static_cast<std::size_t>(rank) - Rank;
  for (std::size_t axis = 0; axis < absent; ++axis) operand.byte_strides[axis] = 0;
  for (std::size_t axis = 0; axis < Rank; ++axis)
    operand.byte_strides[absent + axis] =
        extents[axis] == 1 ? 0 : strides[axis] * static_cast<Index>(sizeof(T));
}

/// Loops over `rank` axes, outermost first, with `Count` operands.
template <int Count> struct LoopNest {
  int rank;
  std::array<Index, max_rank> extents;
  std::array<Operand, static_cast<std::size_t>(Count)> operands;

  Index size() const {
    Index product = 1;
    for (int axis = 0; axis < rank; ++axis) product *= extents[static_cast<std::size_t>(axis)];
    return product;
  }
  /// Length and byte strides of the innermost loop.
  Index run() const { return rank == 0 ? 1 : extents[static_cast<std::size_t>(rank - 1)]; }
  Index run_stride(int operand) const {
    const Operand& o = operands[static_cast<std::size_t>(operand)];
    return rank == 0 ? 0 : o.byte_strides[static_cast<std::size_t>(rank - 1)];
  }
  /// Whether the run of every operand from `first` on is contiguous. With `trusts_types`, those that are
  /// constant in rows by their type do not count.
  bool is_contiguous(int first, bool trusts_types = false) const {
    for (int k = first; k < Count; ++k) {
      const Operand& operand = operands[static_cast<std::size_t>(k)];
      if (trusts_types && operand.constant_in_rows) continue;
      if (run_stride(k) != operand.element_bytes) return false;
    }
    return true;
  }
  /// Whether the operands that are constant in rows by their type are so in the runs of this nest. (They are
  /// not where the destination's last extent is 1 too: the run is then along another axis.)
  bool has_constant_rows() const {
    for (int k = 0; k < Count; ++k)
      if (operands[static_cast<std::size_t>(k)].constant_in_rows && run_stride(k) != 0) return false;
    return true;
  }
};

/// Drops axes of extent 1 and merges neighbours that are one run for all operands. Where `kinds` are given (a
/// label per axis, kept in step), only axes of one kind are merged.
inline void merge_axes(int& rank, Index* extents, Operand* operands, int count, bool* kinds = nullptr) {
  int kept = 0;
  for (int axis = 0; axis < rank; ++axis) {
    if (extents[axis] == 1) continue;
    const auto from = static_cast<std::size_t>(axis);
    const bool is_run = kept > 0 && (!kinds || kinds[kept - 1] == kinds[axis]) &&
                        std::all_of(operands, operands + count, [&](const Operand& operand) {
                          return operand.byte_strides[static_cast<std::size_t>(kept - 1)] ==
                                 operand.byte_strides[from] * extents[axis];
                        });
    const int to = is_run ? kept - 1 : kept++;
    extents[to] = is_run ? extents[to] * extents[axis] : extents[axis];
    if (kinds) kinds[to] = kinds[axis];
    for (int k = 0; k < count; ++k)
      operands[k].byte_strides[static_cast<std::size_t>(to)] = operands[k].byte_strides[from];
  }
  rank = kept;
}
template <int Count> void merge_axes(LoopNest<Count>& nest, bool* kinds = nullptr) {
  merge_axes(nest.rank, nest.extents.data(), nest.operands.data(), Count, kinds);
}

/// The bytes that an operand's elements lie between.
struct MemoryRange {
  std::uintptr_t first, last;

  bool meets(const MemoryRange& other) const { return first < other.last && other.first < last; }
};
inline MemoryRange memory_of(int rank, const Index* extents, const Operand& operand) {
  auto first = reinterpret_cast<std::uintptr_t>(operand.data), last = first;
  for (int axis = 0; axis < rank; ++axis) {
    const Index reach = (extents[axis] - 1) * operand.byte_strides[static_cast<std::size_t>(axis)];
    (reach < 0 ? first : last) += static_cast<std::uintptr_t>(reach);
  }
  return {first, last + static_cast<std::uintptr_t>(operand.element_bytes)};
}

/// Whether writing operand 0 could change what a later step reads from another operand: they share memory,
/// but not element for element.
inline bool reads_what_it_writes(int rank, const Index* extents, const Operand* operands, int count) {
  const MemoryRange written = memory_of(rank, extents, operands[0]);
  for (int k = 1; k < count; ++k) {
    const bool is_same = operands[k].data == operands[0].data &&
                         operands[k].element_bytes == operands[0].element_bytes &&
                         std::equal(operands[k].byte_strides.begin(), operands[k].byte_strides.begin() + rank,
                                    operands[0].byte_strides.begin());
    if (!is_same && memory_of(rank, extents, operands[k]).meets(written)) return true;
  }
  return false;
}
template <int Count> bool reads_what_it_writes(const LoopNest<Count>& nest) {
  return reads_what_it_writes(nest.rank, nest.extents.data(), nest.operands.data(), Count);
}

/// A place in a nest: row `row` of the loops [0, axes) outside, as one pointer per operand.
template <int Count> class Walk {
 public:
  using Pointers = std::array<const std::byte*, static_cast<std::size_t>(Count)>;

  /// Walks over the first `axes` loops of the nest, which must outlive the walk.
  Walk(const LoopNest<Count>& nest, int axes) : nest_(nest), axes_(axes) {}

  /// Goes to a row, counted in row-major order. To the next one it costs nothing.
  void seek(Index row) {
    if (row == row_) return;
    row_ = row;
    for (int k = 0; k < Count; ++k) pointers_[at(k)] = nest_.operands[at(k)].data;
    position_ = {};
    for (int axis = axes_ - 1; axis >= 0 && row != 0; --axis) {  // mostly row 0: no divisions
      position_[at(axis)] = row % nest_.extents[at(axis)];
      row /= nest_.extents[at(axis)];
      step(axis, position_[at(axis)]);
    }
  }

  /// Goes to the next row; after the last one the place is unspecified.
  void next() {
    ++row_;
    step_from(axes_ - 1);
  }

  /// Goes `rows` rows on, at most rows_in_line().
  void skip(Index rows) {
    row_ += rows;
    if (axes_ == 0) return;
    const int axis = axes_ - 1;
    step(axis, rows);
    position_[at(axis)] += rows;
    if (position_[at(axis)] < nest_.extents[at(axis)]) return;
    step(axis, -position_[at(axis)]);
    position_[at(axis)] = 0;
    step_from(axis - 1);
  }

  const Pointers& row() const { return pointers_; }

  /// The pointers of this row and those after it, `Rows` in all, behind which it goes.
  template <int Rows> std::array<Pointers, std::size_t{Rows}> take() {
    std::array<Pointers, std::size_t{Rows}> rows;
    if (Rows <= rows_in_line()) {
      Pointers pointers = pointers_;
      for (const auto strides = line_strides(); Pointers & row : rows) {
        row = pointers;
        for (int k = 0; k < Count; ++k) pointers[at(k)] += strides[at(k)];
      }
      skip(Rows);
    } else {
      for (Pointers& row : rows) {
        row = pointers_;
        next();
      }
    }
    return rows;
  }

  /// How many rows from this one on lie along one axis, and the distances in bytes between them.
  Index rows_in_line() const {
    return axes_ == 0 ? 1 : nest_.extents[at(axes_ - 1)] - position_[at(axes_ - 1)];
  }
  std::array<Index, static_cast<std::size_t>(Count)> line_strides() const {
    std::array<Index, static_cast<std::size_t>(Count)> strides{};
    if (axes_ > 0)
      for (int k = 0; k < Count; ++k) strides[at(k)] = nest_.operands[at(k)].byte_strides[at(axes_ - 1)];
    return strides;
  }

  /// The pointers `column` steps into the row's innermost loop.
  Pointers at_column(Index column) const {
    Pointers pointers = pointers_;
    for (int k = 0; k < Count; ++k) pointers[at(k)] += column * nest_.run_stride(k);
    return pointers;
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  /// One step along an axis; at its end along the next one outside.
  void step_from(int axis) {
    for (; axis >= 0; --axis) {
      step(axis, 1);
      if (++position_[at(axis)] < nest_.extents[at(axis)]) return;
      step(axis, -position_[at(axis)]);
      position_[at(axis)] = 0;
    }
  }
  void step(int axis, Index steps) {
    for (int k = 0; k < Count; ++k) pointers_[at(k)] += steps * nest_.operands[at(k)].byte_strides[at(axis)];
  }

  const LoopNest<Count>& nest_;
  int axes_;
  Index row_ = -1;
  std::array<Index, max_rank> position_;
  Pointers pointers_;
};

/// Calls body(pointers, count) for the runs that make up elements [first, last) of the nest, in order; no run
/// is longer than `limit`.
template <int Count, class Body>
void for_each_run(const LoopNest<Count>& nest, Index first, Index last, Index limit, Body&& body) {
  const Index length = nest.run();
  Walk<Count> walk(nest, nest.rank - 1);
  const Index row = first < length ? 0 : first / length;
  walk.seek(row);
  Index column = first - row * length;
  while (first < last) {
    const Index count = std::min({last - first, length - column, limit});
    body(walk.at_column(column), count);
    first += count;
    column += count;
    if (column < length) continue;
    column = 0;
    walk.next();
  }
}

}  // namespace lamina::detail
