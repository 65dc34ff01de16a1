// Tensors put together and taken apart along an axis: concat<axis>(a, b, …) along one that they have,
// stack<axis>(a, b, …) along a new one, and split<axis, sizes…>(x), views of the parts. Axes count from the
// front or (negative) from the back.
//   Tensor both = concat<0>(a, b + 1);
//   auto [head, tail] = split<-1, 3, 5>(x);
// (The blocks of nets have a concat and a split too, without an axis: net/algebra.hpp.)
#pragma once

#include <array>
#include <cstddef>
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

}  // namespace detail

/// A Tensor of expressions one after another along an axis; its extent is the sum of theirs, the others must
/// agree: contradictions fail to compile, or throw shape_error. Elements are of the common type.
template <int Axis, expression First, expression... Rest>
auto concat(const First& first, const Rest&... rest) {
  constexpr int axis = detail::axis_from_front<Axis, First::rank>();
  auto result = detail::unwritten_of<detail::CommonValue<First, Rest...>>(
      detail::join_extents<axis>(first.extents(), rest.extents()...));
  Index end = 0;
  const auto append = [&](const auto& part) {
    const Index begin = end;
    end += part.extents()[axis];
    evaluate(part, detail::slice_axis<axis>(result, range(begin, end)));
  };
  append(first);
  (append(rest), ...);
  return result;
}

/// A Tensor of expressions of one shape side by side along a new axis, which is axis Axis of the result (-1:
/// the last). Shapes that differ fail to compile, or throw shape_error. Elements are of the common type.
template <int Axis, expression First, expression... Rest>
auto stack(const First& first, const Rest&... rest) {
  constexpr int axis = detail::axis_from_front<Axis, First::rank + 1>();
  const auto layer = [](const auto& extents) {
    return detail::take_axes<
        detail::axes_with_inserted<std::remove_cvref_t<decltype(extents)>::rank, axis>()>(extents);
  };
  auto result = detail::unwritten_of<detail::CommonValue<First, Rest...>>(
      detail::join_extents<axis>(layer(first.extents()), layer(rest.extents())...));
  Index place = 0;
  const auto append = [&](const auto& part) { evaluate(part, detail::slice_axis<axis>(result, place++)); };
  append(first);
  (append(rest), ...);
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
