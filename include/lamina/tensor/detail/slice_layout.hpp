// How x(…) finds its part: every argument becomes positions on an axis, and these an extent and a stride. The
// extents that types know are worked out on types. Public: ../slice.hpp.
#pragma once

#include <array>
#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "lamina/core/error.hpp"
#include "lamina/tensor/extents.hpp"
#include "lamina/tensor/slice.hpp"

namespace lamina::detail {

/// Positions first, first + step, … on an axis.
struct Positions {
  Index first, count, step;
};

/// Index i of an axis, where negative ones count from the end.
constexpr Index position_of(const char* who, Index i, int axis, Index extent) {
  const Index position = i < 0 ? i + extent : i;
  if (position < 0 || position >= extent)
    throw shape_error(who, ": index ", i, " lies outside axis ", axis, " of extent ", extent,
                      "; indices go up to the extent, negative ones count from the end");
  return position;
}

[[noreturn]] inline void refuse_range(const Range& range, int axis, Index extent, const char* rule) {
  const std::string last = range.is_open ? "to_end" : std::to_string(range.last);
  throw shape_error("slice: range(", range.first, ", ", last, ", ", range.step, ") ", rule, " axis ", axis,
                    " of extent ", extent);
}

constexpr Index count_between(Index first, Index last, Index step) {
  return step > 0 ? (last - first + step - 1) / step : (first - last - step - 1) / -step;
}

/// Why a range does not fit an axis; nullptr where it does.
constexpr const char* broken_rule(const Range& range, Index first, Index last, Index extent) {
  const Index lowest = range.step > 0 ? 0 : -1, highest = lowest + extent;
  if (first < lowest || first > highest || last < lowest || last > highest) return "leaves";
  if (range.step > 0 ? last < first : last > first) return "never arrives: its step leads the other way on";
  return nullptr;
}

constexpr Positions positions(const Range& range, int axis, Index extent) {
  const auto from_front = [&](Index position) { return position < 0 ? position + extent : position; };
  const Index open_end = range.step > 0 ? extent : -1;
  const Index first = from_front(range.first), last = range.is_open ? open_end : from_front(range.last);
  if (const char* rule = broken_rule(range, first, last, extent)) refuse_range(range, axis, extent, rule);
  const Index count = count_between(first, last, range.step);
  return {count == 0 ? 0 : first, count, range.step};  // an empty part begins on the axis
}
template <Index First, auto Last, Index Step>
constexpr Positions positions(const StaticRange<First, Last, Step>& range, int axis, Index extent) {
  return positions(range.value, axis, extent);
}
constexpr Positions positions(All, int, Index extent) { return {0, extent, 1}; }
constexpr Positions positions(std::integral auto i, int axis, Index extent) {
  return {position_of("slice", static_cast<Index>(i), axis, extent), 1, 1};
}

/// The range and the extent stand as template arguments in the compiler's message.
template <class R, Index Extent> struct sliced_axis;
template <Index First, auto Last, Index Step, Index Extent>
struct sliced_axis<StaticRange<First, Last, Step>, Extent> {
  static constexpr Range given = StaticRange<First, Last, Step>::value;
  static constexpr bool last_from_end = given.is_open ? Step > 0 : given.last < 0;
  static constexpr Index last = !given.is_open ? given.last : Step > 0 ? 0 : -1;

  /// How many positions there are, as far as the types know.
  static constexpr Index count = [] {
    if constexpr (Extent != dyn) {
      constexpr Index begin = First < 0 ? First + Extent : First, end = last_from_end ? last + Extent : last;
      constexpr bool fits = broken_rule(given, begin, end, Extent) == nullptr;
      static_assert(fits, "slice: the range leaves the axis, or its step leads away from its end");
      return fits ? count_between(begin, end, Step) : 0;
    } else if constexpr ((First < 0) == last_from_end) {
      constexpr bool arrives = Step > 0 ? First <= last : First >= last;
      static_assert(arrives, "slice: the range's step leads away from its end");
      return arrives ? count_between(First, last, Step) : 0;
    } else {
      return dyn;
    }
  }();
};

/// An argument that leaves an axis in the slice.
template <class S>
concept keeps_axis = is_one_of<S, All, Range> || is_static_range<S>;

/// The extent that it has there.
template <keeps_axis S, Index Extent> constexpr Index known_count() {
  if constexpr (std::is_same_v<S, All>)
    return Extent;
  else if constexpr (is_static_range<S>)
    return sliced_axis<S, Extent>::count;
  else
    return dyn;
}

/// The arguments of x(…) for a tensor of Rank axes.
template <int Rank, class... S> struct slice_arguments {
  /// Axes that no argument speaks of.
  static constexpr int left = Rank - (0 + ... + (is_one_of<S, NewAxis, Ellipsis> ? 0 : 1));
  static constexpr int ellipses = (0 + ... + (std::is_same_v<S, Ellipsis> ? 1 : 0));
  static constexpr bool fit = left >= 0 && ellipses <= 1;
  static_assert(left >= 0, "slice: there are more arguments than axes");
  static_assert(ellipses <= 1, "slice: only one ellipsis can stand for the axes that are left");
};

/// The extents that arguments S make of extents `Ahead`, behind those that are Done; Left as above.
template <class Done, class Ahead, int Left, class... S> struct SliceExtents;
template <Index... Done, Index... E, int Left>
struct SliceExtents<Extents<Done...>, Extents<E...>, Left> : std::type_identity<Extents<Done..., E...>> {};
template <Index... Done, Index E, Index... Ahead, int Left, keeps_axis S, class... More>
struct SliceExtents<Extents<Done...>, Extents<E, Ahead...>, Left, S, More...>
    : SliceExtents<Extents<Done..., known_count<S, E>()>, Extents<Ahead...>, Left, More...> {};
template <Index... Done, Index E, Index... Ahead, int Left, std::integral S, class... More>
struct SliceExtents<Extents<Done...>, Extents<E, Ahead...>, Left, S, More...>
    : SliceExtents<Extents<Done...>, Extents<Ahead...>, Left, More...> {};
template <Index... Done, class Ahead, int Left, class... More>
struct SliceExtents<Extents<Done...>, Ahead, Left, NewAxis, More...>
    : SliceExtents<Extents<Done..., 1>, Ahead, Left, More...> {};
template <class Done, class Ahead, class... More>
struct SliceExtents<Done, Ahead, 0, Ellipsis, More...> : SliceExtents<Done, Ahead, 0, More...> {};
template <Index... Done, Index E, Index... Ahead, int Left, class... More>
  requires(Left > 0)
struct SliceExtents<Extents<Done...>, Extents<E, Ahead...>, Left, Ellipsis, More...>
    : SliceExtents<Extents<Done..., E>, Extents<Ahead...>, Left - 1, Ellipsis, More...> {};

/// Where the elements of x(s…) lie in x, whose extents are of type From.
template <class From, class... S> struct SliceLayout {
  using arguments = slice_arguments<From::rank, S...>;
  using extents_type = typename SliceExtents<Extents<>, From, arguments::left, S...>::type;

  std::array<Index, extents_type::rank> extents{}, strides{};
  Index offset = 0;

  constexpr SliceLayout(const From& from, const std::array<Index, From::rank>& steps, S... s) {
    std::size_t axis = 0, place = 0;
    const auto take = [&](auto argument) {
      const int number = static_cast<int>(axis);
      const auto [first, count, step] = positions(argument, number, from[number]);
      offset += first * steps[axis];
      if constexpr (!std::integral<decltype(argument)>) {
        extents[place] = count;
        strides[place++] = step * steps[axis];
      }
      ++axis;
    };
    const auto take_what_is_left = [&] {
      for (int i = 0; i < arguments::left; ++i) take(all);
    };
    const auto visit = [&](auto argument) {
      if constexpr (std::is_same_v<decltype(argument), NewAxis>)
        extents[place++] = 1;
      else if constexpr (std::is_same_v<decltype(argument), Ellipsis>)
        take_what_is_left();
      else
        take(argument);
    };
    (visit(s), ...);
    if constexpr (arguments::ellipses == 0) take_what_is_left();
    if (from.size() == 0) offset = 0;  // there is no memory to point into
  }
};

/// The slice of a tensor that has `argument` for one axis and all for the others; never an element.
template <int Axis, class X, slice_argument S> constexpr auto slice_axis(X& x, S argument) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return x(((void)I, all)..., argument, ellipsis);
  }(std::make_index_sequence<std::size_t{Axis}>{});
}

}  // namespace lamina::detail
