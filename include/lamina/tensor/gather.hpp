// gather<axis>(x, indices): the places of an axis that are asked for, in any order and as often as wanted.
//   Tensor vectors = gather<0>(table, words);   // (words…, features) from a table (vocabulary, features)
#pragma once

#include <concepts>
#include <cstddef>
#include <utility>

#include "lamina/tensor/detail/in_memory.hpp"
#include "lamina/tensor/detail/slice_layout.hpp"
#include "lamina/tensor/detail/take_axes.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

namespace detail {

/// The extents of x with those of the indices in place of axis Axis.
template <int Axis, Index... E, Index... I>
constexpr auto gathered_extents(const Extents<E...>& x, const Extents<I...>& indices) {
  constexpr int count = sizeof...(I), rank = sizeof...(E) - 1 + count;
  constexpr auto pick = [](int place, const auto& from, const auto& inner) {
    const bool is_inner = place >= Axis && place < Axis + count;
    const int outer = place < Axis ? place : place - count + 1;
    return is_inner ? inner[static_cast<std::size_t>(place - Axis)] : from[static_cast<std::size_t>(outer)];
  };
  return [&]<int... Place>(std::integer_sequence<int, Place...>) {
    return Extents<pick(Place, Extents<E...>::known, Extents<I...>::known)...>(
        std::array<Index, rank>{pick(Place, x.values(), indices.values())...});
  }(std::make_integer_sequence<int, rank>{});
}

}  // namespace detail

/// A Tensor of the places `indices` of an axis of x, as NumPy's take: its shape is x's with that of the
/// indices in place of the axis. Indices are integers, of which negative ones count from the end; one that
/// lies outside throws shape_error.
template <int Axis, expression X, expression Indices>
  requires std::integral<typename Indices::value_type>
auto gather(const X& x, const Indices& indices) {
  constexpr int axis = detail::axis_from_front<Axis, X::rank>();
  const auto& source = detail::in_memory(x);
  const Tensor wanted = indices;
  auto result = detail::unwritten_of<typename X::value_type>(
      detail::gathered_extents<axis>(x.extents(), wanted.extents()));

  // The result as (axes before, all indices, axes behind): one slice of it for each index.
  auto extents = x.extents().values();
  const Index extent = std::exchange(extents[std::size_t{axis}], wanted.size());
  using Slices = detail::UnknownExtents<X::rank>;
  const detail::ViewOf<typename X::value_type, Slices> slices(result.data(), Slices(extents));
  Index place = 0;
  for (const auto index : wanted) {
    const Index at = detail::position_of("gather", static_cast<Index>(index), axis, extent);
    detail::slice_axis<axis>(slices, place++) = detail::slice_axis<axis>(source, at);
  }
  return result;
}

}  // namespace lamina
