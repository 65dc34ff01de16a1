// The rows of a tensor expression along its last axis, one after another in a buffer that stays in cache: for
// functions that go over a row several times (softmax). The buffer is padded to whole vectors, so that their
// loops need no tails.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/detail/reduction.hpp"

namespace lamina::detail {

/// Rows as they are given to a function, in a buffer: `padded` elements each from an aligned address, of
/// which the last ones are padding. The function may overwrite them. As many short rows as a vector has lanes
/// come at once (fewer at the end), so that what is found for each can be computed side by side; long ones
/// singly.
template <class T, class Arch = simd::Arch> struct Rows {
  static constexpr Index most = simd::width<T>;

  Index first;  // the number of the first row
  Index count;
  T* elements;
  Index padded;

  T* row(Index i) const { return elements + i * padded; }
};

/// One value for each of the rows.
template <class T, class Arch = simd::Arch> struct alignas(64) EachRow {
  std::array<T, std::size_t{Rows<T>::most}> values;

  T& operator[](Index i) { return values[static_cast<std::size_t>(i)]; }
  const T& operator[](Index i) const { return values[static_cast<std::size_t>(i)]; }
};

/// Where a vector of a row begins; the last one is as whole as the others.
constexpr Index index_of(Index i) { return i; }
constexpr Index index_of(const Tail& tail) { return tail.i; }

/// `count` elements of a bound expression, in vectors of T, the last of which is filled up with padding. (One
/// store: a load from what several stores have written would wait for all of them.)
template <class T, class Bound, class Arch = simd::Arch>
void write_padded(Bound bound, T* to, Index count, T padding) {
  Index i = 0;
  for (; i + simd::width<T> <= count; i += simd::width<T>) simd::store(to + i, as_number(bound(i)));
  if (i < count)
    simd::store(to + i, simd::Vector<T>(simd::select(simd::lanes_between<T>(0, count - i),
                                                     as_number(bound(Tail{i, count - i})),
                                                     simd::broadcast<T>(padding))));
}

/// Folds `padded` places of bound(i) for each row i.
template <class Fold, class T, class Bound, class Arch = simd::Arch>
EachRow<T> fold_each_row(const Rows<T>& rows, Bound bound) {
  EachRow<T> result{};
  if (rows.count == rows.most) {  // they are short
    std::array<simd::native<T>, std::size_t{Rows<T>::most}> folds;
    for (Index i = 0; i < rows.most; ++i)
      folds[static_cast<std::size_t>(i)] = simd::to_native(fold_in_lanes<Fold, T>(bound(i), 0, rows.padded));
    simd::store(result.values.data(), fold_lanes_of_each<Fold, T>(folds));
  } else {
    for (Index i = 0; i < rows.count; ++i) result[i] = fold_run<Fold, T>(bound(i), 0, rows.padded);
  }
  return result;
}

/// Calls f(rows) for all rows of x, in any order and on several threads, with the elements as T and padding
/// of the value given. x has at least one axis, and no row is empty.
template <class T, class X, class F, class Arch = simd::Arch>
void for_each_rows(const X& x, T padding, F&& f) {
  using Lane = std::conditional_t<std::is_same_v<typename X::lane, T>, T, void>;
  constexpr Index width = simd::width<T>, longest_short_row = 8 * width;
  const auto nest = operand_nest(x);
  const Index length = nest.run(), rows = nest.size() / length;
  const Index padded = (length + width - 1) / width * width;
  const Index at_once = padded <= longest_short_row ? Rows<T>::most : 1;
  const bool is_small = nest.size() < parallel_elements;
  const Index batch = is_small ? rows : std::max(Index{1}, piece_elements / length);
  const Index buffer_size = at_once * padded;
  Scratch<T> buffers(buffer_size * (is_small ? 1 : threads()));
  parallel_for((rows + batch - 1) / batch, [&](Index piece, int worker) {
    T* const buffer = buffers.data() + worker * buffer_size;
    with_binder<0, Lane>(x, nest, [&](auto&& bind, Index limit) {
      Walk<X::operands> walk(nest, nest.rank - 1);
      walk.seek(piece * batch);
      const auto read_row = [&](T* to) {
        for (Index column = 0; column < length; column += limit) {
          const Index count = std::min(limit, length - column);
          const auto element = bind(walk.at_column(column), count);
          if constexpr (std::is_void_v<Lane>)
            for (Index i = 0; i < count; ++i) to[column + i] = static_cast<T>(element(i));
          else
            write_padded(element, to + column, count, padding);
          if (count == length - column) break;  // limit may be the greatest number there is
        }
        if constexpr (std::is_void_v<Lane>) std::fill(to + length, to + padded, padding);
        walk.next();
      };
      const Index last = std::min((piece + 1) * batch, rows);
      for (Index row = piece * batch; row < last; row += at_once) {
        const Rows<T> group{row, std::min(at_once, last - row), buffer, padded};
        for (Index i = 0; i < group.count; ++i) read_row(group.row(i));
        f(group);
      }
    });
  });
}

}  // namespace lamina::detail
