// Tensors put together and taken apart along an axis: concat<axis>(a, b, …) along one that they have,
// stack<axis>(a, b, …) along a new one, and split<axis, sizes…>(x), views of the parts. Axes count from the
// front or (negative) from the back.
//   Tensor both = concat<0>(a, b + 1);
//   Tensor all = stack<0>(images);              // a std::vector of tensors
//   auto [head, tail] = split<-1, 3, 5>(x);
// (The blocks of nets have a concat and a split too, without an axis: net/algebra.hpp.)
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

#include "lamina/tensor/detail/in_memory.hpp"
#include "lamina/tensor/detail/slice_layout.hpp"
#include "lamina/tensor/detail/take_axes.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// The two shapes stand as template arguments in the compiler's message.
template <int Axis, class Left, class Right> struct joined_shapes {
  static constexpr bool same_rank = Left::rank == Right::rank;
  static constexpr bool fit = [] {
    if constexpr (same_rank)
      for (std::size_t axis = 0; axis < Left::known.size(); ++axis) {
        const Index a = Left::known[axis], b = Right::known[axis];
        if (axis != Axis && a != b && a != dyn && b != dyn) return false;
      }
    return same_rank;
  }();
  static_assert(fit, "concat, stack: shapes must agree except for the axis along which tensors are joined");
};

namespace detail {

/// What two extents become: their sum on the joined axis, else whichever is known.
constexpr Index joined_extent(bool is_joined, Index a, Index b) {
  if (is_joined) return a == dyn || b == dyn ? dyn : a + b;
  return a == dyn ? b : a;
}

/// The extents of tensors joined along an axis.
template <int Axis, class First> constexpr First join_extents(const First& first) { return first; }
template <int Axis, Index... A, class Second, class... Rest>
constexpr auto join_extents(const Extents<A...>& first, const Second& second, const Rest&... rest) {
  if constexpr (joined_shapes<Axis, Extents<A...>, Second>::fit) {
    for (int axis = 0; axis < first.rank; ++axis)
      if (axis != Axis && first[axis] != second[axis])
        throw shape_error("concat, stack: shapes ", to_string(first), " and ", to_string(second),
                          " must agree except for axis ", Axis, ", along which tensors are joined");
    return [&]<int... I>(std::integer_sequence<int, I...>) {
      using Joined = Extents<joined_extent(I == Axis, A, Second::known[std::size_t{I}])...>;
      const Joined joined({joined_extent(I == Axis, first[I], second[I])...});
      return join_extents<Axis>(joined, rest...);
    }(std::make_integer_sequence<int, sizeof...(A)>{});
  } else {
    return first;
  }
}

template <expression... X> using CommonValue = std::common_type_t<typename X::value_type...>;

/// The extents, of which that of an axis is known only at run time.
template <int Axis, Index... E> constexpr auto with_open_axis(const Extents<E...>& extents) {
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return Extents<(I == Axis ? dyn : E)...>(extents.values());
  }(std::make_integer_sequence<int, sizeof...(E)>{});
}

/// The extents of all parts joined along an axis, where those of each are extents_of(part).
template <int Axis, class Parts, class ExtentsOf>
auto join_extents_of(const Parts& parts, const ExtentsOf& extents_of) {
  require(std::size(parts) > 0, "concat, stack: there is nothing to join; give at least one tensor");
  const auto* part = std::data(parts);
  auto joined = with_open_axis<Axis>(extents_of(*part));
  for (const auto* const end = part + std::size(parts); ++part != end;)
    joined = decltype(joined)(join_extents<Axis>(joined, extents_of(*part)).values());
  return joined;
}

/// Writes the parts that it is called with one after another along an axis, or each to a place on it.
template <int Axis, class Result> auto appending(Result& result) {
  return [&result, end = Index{0}](const auto& part) mutable {
    const Index begin = end;
    end += part.extents()[Axis];
    evaluate(part, slice_axis<Axis>(result, range(begin, end)));
  };
}
template <int Axis, class Result> auto stacking(Result& result) {
  return [&result, place = Index{0}](const auto& part) mutable {
    evaluate(part, slice_axis<Axis>(result, place++));
  };
}

/// The extents with one more axis, of extent 1.
template <int Axis, Index... E> constexpr auto as_layer(const Extents<E...>& extents) {
  return take_axes<axes_with_inserted<sizeof...(E), Axis>()>(extents);
}

}  // namespace detail

/// Tensors, views or expressions of one type in a row: a std::vector of them, a std::array, a std::span.
template <class Parts>
concept expressions_in_a_row = !expression<Parts> && requires(const Parts& parts) {
  { *std::data(parts) } -> expression;
  std::size(parts);
};

/// A Tensor of expressions one after another along an axis; its extent is the sum of theirs, the others must
/// agree: contradictions fail to compile, or throw shape_error. Elements are of the common type.
template <int Axis, expression First, expression... Rest>
auto concat(const First& first, const Rest&... rest) {
  constexpr int axis = detail::axis_from_front<Axis, First::rank>();
  auto result = detail::unwritten_of<detail::CommonValue<First, Rest...>>(
      detail::join_extents<axis>(first.extents(), rest.extents()...));
  auto append = detail::appending<axis>(result);
  append(first);
  (append(rest), ...);
  return result;
}
/// Of as many as there are: concat<0>(std::vector{a, b}). Throws shape_error where there are none.
template <int Axis, expressions_in_a_row Parts> auto concat(const Parts& parts) {
  using Part = std::remove_cvref_t<decltype(*std::data(parts))>;
  constexpr int axis = detail::axis_from_front<Axis, Part::rank>();
  auto result = detail::unwritten_of<typename Part::value_type>(
      detail::join_extents_of<axis>(parts, [](const Part& part) { return part.extents(); }));
  auto append = detail::appending<axis>(result);
  for (const Part& part : parts) append(part);
  return result;
}

/// A Tensor of expressions of one shape side by side along a new axis, which is axis Axis of the result (-1:
/// the last). Shapes that differ fail to compile, or throw shape_error. Elements are of the common type.
template <int Axis, expression First, expression... Rest>
auto stack(const First& first, const Rest&... rest) {
  constexpr int axis = detail::axis_from_front<Axis, First::rank + 1>();
  auto result = detail::unwritten_of<detail::CommonValue<First, Rest...>>(detail::join_extents<axis>(
      detail::as_layer<axis>(first.extents()), detail::as_layer<axis>(rest.extents())...));
  auto append = detail::stacking<axis>(result);
  append(first);
  (append(rest), ...);
  return result;
}
/// Of as many as there are, likewise.
template <int Axis, expressions_in_a_row Parts> auto stack(const Parts& parts) {
  using Part = std::remove_cvref_t<decltype(*std::data(parts))>;
  constexpr int axis = detail::axis_from_front<Axis, Part::rank + 1>();
  auto result = detail::unwritten_of<typename Part::value_type>(detail::join_extents_of<axis>(
      parts, [](const Part& part) { return detail::as_layer<axis>(part.extents()); }));
  auto append = detail::stacking<axis>(result);
  for (const Part& part : parts) append(part);
  return result;
}

/// The sizes of the parts into which an axis of the extent given is split.
template <Index Extent, Index... Sizes> struct split_sizes {
  static_assert(((Sizes >= 0) && ...) && (Extent == dyn || Extent == (Sizes + ...)),
                "split: the sizes must sum to the extent of the axis");
};

/// Views of the first Sizes[0] places along an axis, of the next Sizes[1], …, as a std::array; their extent
/// there is static where all sizes are equal. Sizes that do not sum to the extent of the axis fail to
/// compile, or throw shape_error. Of a temporary tensor or an expression the parts are Tensors.
template <int Axis, Index... Sizes, expression X>
  requires(sizeof...(Sizes) > 0)
constexpr auto split(X&& x) {
  return detail::rearranged(std::forward<X>(x), []<class T, Index... E>(const TensorView<T, E...>& view) {
    constexpr int axis = detail::axis_from_front<Axis, sizeof...(E)>();
    constexpr std::array<Index, sizeof...(Sizes)> sizes{Sizes...};
    (void)split_sizes<Extents<E...>::known[axis], Sizes...>{};
    if (view.extent(axis) != (Sizes + ...))
      throw shape_error("split: sizes ", to_string(sizes), " do not sum to axis ", axis, " of extent ",
                        view.extent(axis));
    constexpr bool are_equal = ((Sizes == sizes[0]) && ...);
    using Part = decltype(detail::slice_axis<axis>(
        view, std::conditional_t<are_equal, StaticRange<0, sizes[0], 1>, Range>{}));
    Index end = 0;
    const auto next = [&](Index size) {
      end += size;
      return Part(detail::slice_axis<axis>(view, range(end - size, end)));
    };
    return std::array{next(Sizes)...};  // in this order, since in braces
  });
}

}  // namespace lamina
