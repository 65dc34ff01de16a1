// evaluate(x, to): computes an expression into memory, all of it fused into one loop. The loop nest of the
// destination and all operands is reduced to as few axes as possible; what is contiguous then runs as one
// stream of vectors, the rest run by run. Large ones are cut into pieces of a fixed number of elements, so
// that results never depend on the number of threads. Where an operand overlaps the destination other than
// element for element (x = flipped view of x), the result goes through a temporary.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>

#include "lamina/core/storage.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/detail/transpose.hpp"
#include "lamina/tensor/expressions/access.hpp"
#include "lamina/tensor/expressions/expression.hpp"

namespace lamina {

/// Whether known extents allow a tensor of extents From to be written to one of extents To.
template <Index... To, Index... From> constexpr bool assignable(Extents<To...>, Extents<From...>) {
  constexpr auto to = Extents<To...>::known;
  constexpr auto from = Extents<From...>::known;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    if (i > to.size()) return false;
    const Index t = to[to.size() - i], f = from[from.size() - i];
    if (f != t && f != 1 && f != dyn && t != dyn) return false;
  }
  return true;
}

/// The two shapes stand as template arguments in the compiler's message.
template <class To, class From> struct assigned_shapes {
  static_assert(assignable(To{}, From{}),
                "tensors: an expression of one shape cannot be assigned to another; "
                "its axes must be those of the destination, or 1 to be repeated");
};

namespace detail {

/// In what vectors X is computed that is written as T.
template <class X, class T>
using EvaluationLane =
    std::conditional_t<std::is_same_v<typename X::lane, AnyLane>, Lane<T>, typename X::lane>;

/// Elements of a piece of work. Waking a thread costs a few microseconds, about what a piece takes.
inline constexpr Index piece_elements = Index{1} << 14;
/// Evaluations below this many elements are not worth a second thread.
inline constexpr Index parallel_elements = 4 * piece_elements;

/// Calls f(first, last) for ranges that make up [0, size), on several threads where that is worth it.
template <class F> void for_each_part(Index size, F f) {
  const bool is_small = size < parallel_elements;
  parallel_for(is_small ? 1 : (size + piece_elements - 1) / piece_elements, [&](Index i) {
    const Index first = i * piece_elements;
    f(first, is_small ? size : std::min(first + piece_elements, size));
  });
}

template <Index... To, Index... From>
void require_assignable(const Extents<To...>& to, const Extents<From...>& from) {
  (void)assigned_shapes<Extents<To...>, Extents<From...>>{};
  if constexpr (assignable(Extents<To...>{}, Extents<From...>{}) &&
                (!Extents<To...>::is_static || !Extents<From...>::is_static)) {
    for (int i = 1; i <= Extents<From...>::rank; ++i) {
      const Index f = from[Extents<From...>::rank - i];
      if (f != 1 && f != to[Extents<To...>::rank - i])
        throw shape_error("tensors: an expression of shape ", to_string(from),
                          " cannot be assigned to one of shape ", to_string(to),
                          "; its axes must be those of the destination, or 1 to be repeated");
    }
  }
}

/// The loops over `to`, which is operand 0; the others are not yet described.
template <int Count, class View> LoopNest<Count> destination_nest(const View& to) {
  LoopNest<Count> nest;
  nest.rank = View::rank;
  for (int axis = 0; axis < View::rank; ++axis)
    nest.extents[static_cast<std::size_t>(axis)] = to.extents()[axis];
  to.describe(nest.operands.data(), View::rank);
  return nest;
}

/// The loops that write x to `to`.
template <class X, class View> auto assignment_nest(const X& x, const View& to) {
  auto nest = destination_nest<1 + X::operands>(to);
  x.describe(nest.operands.data() + 1, View::rank);
  return nest;
}

/// Memory that a destination's description refers to.
template <class T> T* destination(const std::byte* data) {
  return reinterpret_cast<T*>(const_cast<std::byte*>(data));
}

/// `count` elements of a bound expression, in vectors of T. (By value: a reference would have GCC read the
/// expression's pointers and constants from memory in every turn of the loop.)
template <class T, class Bound, class Arch = simd::Arch> void write_run(Bound bound, T* to, Index count) {
  Index i = 0;
  // Two vectors a turn take 0.65 of the time of one where the first cache holds all; four are no better.
#pragma GCC unroll 2
  for (; i + simd::width<T> <= count; i += simd::width<T>) simd::store_unaligned(to + i, as_number(bound(i)));
  if (i < count) simd::store_partial(to + i, as_number(bound(Tail{i, count - i})), count - i);
}

/// Writes `count` elements of an expression, whose operands are contiguous at `at`, to a run of Lane.
template <class Lane, int Count>
using RunWriter = void (*)(const void* x, const typename Walk<Count>::Pointers& at, Lane* to, Index count);
template <class Lane, class X, int Count, bool TrustsTypes = false, class Arch = simd::Arch>
void write_run_of(const void* x, const typename Walk<Count>::Pointers& at, Lane* to, Index count) {
  write_run(static_cast<const X*>(x)->template bind<1>(ContiguousAccess<Lane, Count, TrustsTypes>(at)), to,
            count);
}

/// Elements [first, last) of an expression that `writer` computes in vectors of Lane, written as T. The
/// expression is no part of the type, so all of as many operands share this, and compile faster.
template <class T, class Lane, bool TrustsTypes, int Count, class Arch = simd::Arch>
void write_vectors(const LoopNest<Count>& nest, Index first, Index last, const void* x,
                   RunWriter<Lane, Count> writer) {
  RunPacker<Lane, Count, 1, TrustsTypes> packer(nest);
  const Index stride = nest.run_stride(0);
  if (std::is_same_v<T, Lane> && stride == sizeof(T)) {
    for_each_run(nest, first, last, packer.limit(), [&](const auto& at, Index count) {
      writer(x, packer.pack(at, count), destination<Lane>(at[0]), count);
    });
  } else {  // what is to be converted or strewn goes through a small buffer
    constexpr Index chunk = 64;
    alignas(64) std::array<Lane, chunk> buffer;
    for_each_run(nest, first, last, std::min(packer.limit(), chunk), [&](const auto& at, Index count) {
      writer(x, packer.pack(at, count), buffer.data(), count);
      for (Index i = 0; i < count; ++i)
        *destination<T>(at[0] + i * stride) = static_cast<T>(buffer[static_cast<std::size_t>(i)]);
    });
  }
}

/// Elements [first, last) of x in vectors of Lane (void: one at a time), written as T.
template <class T, class Lane, class X, int Count, class Arch = simd::Arch>
void write(const X& x, const LoopNest<Count>& nest, Index first, Index last) {
  if constexpr (std::is_void_v<Lane>) {
    const Index stride = nest.run_stride(0);
    for_each_run(nest, first, last, last - first, [&](const auto& at, Index count) {
      const auto element = x.template bind<1>(ElementAccess<Count>(nest, at));
      for (Index i = 0; i < count; ++i) *destination<T>(at[0] + i * stride) = static_cast<T>(element(i));
    });
  } else {
    if constexpr (X::constant_in_rows)
      if (nest.has_constant_rows())
        return write_vectors<T, Lane, true>(nest, first, last, &x, write_run_of<Lane, X, Count, true>);
    write_vectors<T, Lane, false>(nest, first, last, &x, write_run_of<Lane, X, Count>);
  }
}

/// Where x and `to` lie in one run each, in the same order, and no operand overlaps `to` but element for
/// element: writes x and returns true. The most frequent case, and one that needs no nest of loops, whose
/// making costs as much as 1000 additions.
template <class Lane, class X, class View> bool write_in_order(const X& x, const View& to) {
  const auto extents = to.extents().values();
  const Index size = to.size();
  typename Walk<1 + X::operands>::Pointers begin;
  if (!to.lies_in_order(extents, begin.data()) || !x.lies_in_order(extents, begin.data() + 1)) return false;
  const Index bytes = size * static_cast<Index>(sizeof(Lane));
  for (const std::byte* operand : begin)
    if (operand != begin[0] && operand < begin[0] + bytes && begin[0] < operand + bytes) return false;
  for_each_part(size, [&](Index first, Index last) {
    auto at = begin;
    for (const std::byte*& pointer : at) pointer += first * static_cast<Index>(sizeof(Lane));
    write_run_of<Lane, X, 1 + X::operands>(&x, at, destination<Lane>(at[0]), last - first);
  });
  return true;
}

/// Writes x, which may read what it writes, by way of memory of its own.
template <class X, class View> void evaluate_apart(const X& x, const View& to) {
  auto temporary = Storage<typename View::value_type>::uninitialized(to.size());
  const View packed(temporary.data(), to.extents());
  evaluate(x, packed);
  evaluate(packed, to);
}

// In produce.hpp. Writes a producer.
template <class X, class View> void evaluate_producer(const X& x, const View& to);
// Writes an expression as one of its producers goes on, and returns true, if one has the shape of `to`.
template <class X, class View> bool evaluate_around_producer(const X& x, const View& to);

}  // namespace detail

/// Writes the elements of x to the view `to`, repeating axes of x that are absent or of extent 1. Float to
/// integer conversions must be asked for (cast<int>). Throws shape_error where dynamic extents do not fit.
template <class View, expression X, class Arch = simd::Arch> void evaluate(const X& x, const View& to) {
  using T = typename View::value_type;
  using Lane = detail::EvaluationLane<X, T>;
  static_assert(!std::is_integral_v<T> || std::is_integral_v<typename X::value_type>,
                "tensors: assigning real numbers to integers drops their fraction; say so with cast<...>(x)");
  detail::require_assignable(to.extents(), x.extents());
  if (to.size() == 0) return;
  if constexpr (detail::producer<X>) {
    detail::evaluate_producer(x, to);
  } else {
    if constexpr (detail::contains_producer<X>)
      if (detail::evaluate_around_producer(x, to)) return;
    if constexpr (std::is_same_v<Lane, T>)
      if (detail::write_in_order<Lane>(x, to)) return;
    auto nest = detail::assignment_nest(x, to);
    merge_axes(nest);
    if (reads_what_it_writes(nest)) return detail::evaluate_apart(x, to);
    if constexpr (std::is_same_v<Lane, T> && requires { x.strides(); })  // a view: nothing but a copy
      if (detail::copy_transposed<T>(nest)) return;
    detail::for_each_part(nest.size(),
                          [&](Index first, Index last) { detail::write<T, Lane>(x, nest, first, last); });
  }
}

}  // namespace lamina
