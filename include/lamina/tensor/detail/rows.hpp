// The rows of a tensor expression along its last axis, one after another in a buffer that stays in cache: for
// functions that go over a row several times (softmax). The buffer is padded to whole vectors, so that their
// loops need no tails.
#pragma once

#include <algorithm>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/detail/reduction.hpp"

namespace lamina::detail {

/// A row as it is given to a function: `padded` elements from an aligned address, of which the last ones are
/// padding. The function may overwrite them.
template <class T> struct Row {
  Index number;
  T* elements;
  Index padded;
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

/// Calls f(row) for every row of x, in any order and on several threads, with the elements as T and padding
/// of the value given. x has at least one axis, and no row is empty.
template <class T, class X, class F, class Arch = simd::Arch>
void for_each_row(const X& x, T padding, F&& f) {
  using Lane = std::conditional_t<std::is_same_v<typename X::lane, T>, T, void>;
  const auto nest = operand_nest(x);
  const Index length = nest.run(), rows = nest.size() / length;
  const Index padded = (length + simd::width<T> - 1) / simd::width<T> * simd::width<T>;
  const bool is_small = nest.size() < parallel_elements;
  const Index batch = is_small ? rows : std::max(Index{1}, piece_elements / length);
  const Index stride =
      (padded * static_cast<Index>(sizeof(T)) + 63) / 64 * 64 / static_cast<Index>(sizeof(T));
  Scratch<T> buffers(stride * (is_small ? 1 : threads()));
  parallel_for((rows + batch - 1) / batch, [&](Index piece, int worker) {
    T* const buffer = buffers.data() + worker * stride;
    with_binder<0, Lane>(x, nest, [&](auto&& bind, Index limit) {
      Walk<X::operands> walk(nest, nest.rank - 1);
      walk.seek(piece * batch);
      for (Index row = piece * batch; row < std::min((piece + 1) * batch, rows); ++row, walk.next()) {
        for (Index column = 0; column < length; column += limit) {
          const Index count = std::min(limit, length - column);
          const auto element = bind(walk.at_column(column), count);
          if constexpr (std::is_void_v<Lane>)
            for (Index i = 0; i < count; ++i) buffer[column + i] = static_cast<T>(element(i));
          else
            write_padded(element, buffer + column, count, padding);
          if (count == length - column) break;  // limit may be the greatest number there is
        }
        if constexpr (std::is_void_v<Lane>) std::fill(buffer + length, buffer + padded, padding);
        f(Row<T>{row, buffer, padded});
      }
    });
  });
}

}  // namespace lamina::detail
