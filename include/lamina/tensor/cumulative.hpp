// Running sums and products of a tensor expression along one axis: element k of the result is folded from
// elements 0 … k.
//   cumsum<-1>(x)    y(…, k) = Σ_{i ≤ k} x(…, i)
//   cumprod<0>(x)    y(k, …) = Π_{i ≤ k} x(i, …)
// The result is a tensor of x's extents; of integers (and bool) it has elements of Index, as those of sum.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/expressions/math.hpp"
#include "lamina/tensor/reduce.hpp"

namespace lamina {

namespace detail {

/// Columns that are folded side by side: a row of them is read in one run.
inline constexpr Index scan_columns = 256;

/// Replaces element k of each of `columns` <= scan_columns columns by the fold of elements 0 … k. Floats are
/// folded in double, so that the last element is as accurate as the first.
template <class Fold, class T> void scan(T* elements, Index count, Index stride, Index columns) {
  using Running = std::conditional_t<std::is_same_v<T, float>, double, T>;
  std::array<Running, static_cast<std::size_t>(scan_columns)> running;
  std::fill_n(running.begin(), columns, Fold::template identity<Running>);
  for (Index k = 0; k < count; ++k, elements += stride)
    for (Index column = 0; column < columns; ++column) {
      Running& so_far = running[static_cast<std::size_t>(column)];
      so_far = Fold::combine(so_far, static_cast<Running>(elements[column]));
      elements[column] = static_cast<T>(so_far);
    }
}

/// The elements of x as those of sum, folded along an axis.
template <class Fold, int Axis, class X, class Arch = simd::Arch> auto cumulate(const X& x) {
  constexpr auto scanned = reduced_axes<X::rank>(Axes<Axis>{});
  Tensor result = cast<SumType<typename X::value_type>>(x);
  const auto extents = result.extents().values();
  Index outer = 1, count = 1, inner = 1;
  for (std::size_t axis = 0, past = 0; axis < extents.size(); ++axis) {
    (scanned[axis] ? count : past ? inner : outer) *= extents[axis];
    past |= scanned[axis];
  }
  if (result.empty()) return result;
  const Index tiles = (inner + scan_columns - 1) / scan_columns, units = outer * tiles;
  const Index unit = count * std::min(inner, scan_columns);  // elements
  const Index batch = result.size() < parallel_elements ? units : std::max(Index{1}, piece_elements / unit);
  parallel_for((units + batch - 1) / batch, [&](Index piece) {
    for (Index u = piece * batch; u < std::min((piece + 1) * batch, units); ++u) {
      const Index row = u / tiles, column = u % tiles * scan_columns;
      scan<Fold>(result.data() + row * count * inner + column, count, inner,
                 std::min(scan_columns, inner - column));
    }
  });
  return result;
}

}  // namespace detail

/// Running sums along an axis, counted from the front (0 …) or from the back (-1 …).
template <int Axis, expression X, class Arch = simd::Arch> auto cumsum(const X& x) {
  return detail::cumulate<detail::Sum, Axis>(x);
}

/// Running products along an axis.
template <int Axis, expression X, class Arch = simd::Arch> auto cumprod(const X& x) {
  return detail::cumulate<detail::Product, Axis>(x);
}

}  // namespace lamina
