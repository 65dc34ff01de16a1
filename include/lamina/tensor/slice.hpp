// What x(…) takes to give a part of a tensor, one argument per axis; missing ones mean `all`. The part is a
// view: it is read like any tensor, and assigning to it writes x. Nothing is clamped: what lies outside
// throws shape_error.
//   x(all, 0)                        // column 0
//   x(-1, range(2, 5))               // columns 2, 3, 4 of the last row
//   x(range(1, -1), range<0, 8>())   // without the border rows; a range whose count the type knows
//   x(range(-1, to_end, -1))         // backwards
//   x(ellipsis, new_axis)            // an axis of extent 1 behind the others
// Where every axis has an integer, x(…) is an element instead, and its indices count from the front only.
// Next: tensor_view.hpp; how the part is found: detail/slice_layout.hpp.
#pragma once

#include <concepts>
#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

// The tags are enumerators and not objects, so that a variable named `all` shadows nothing.

/// An axis as it is; a static extent stays static.
enum class All { all };
using enum All;

/// An axis of extent 1 that x does not have.
enum class NewAxis { new_axis };
using enum NewAxis;

/// `all` for every axis that the other arguments leave: at most once.
enum class Ellipsis { ellipsis };
using enum Ellipsis;

/// In a range: as far as the axis goes in the direction of the step.
enum class ToEnd { to_end };
using enum ToEnd;

/// Positions on an axis: what range(…) gives.
struct Range {
  Index first = 0;
  Index last = 0;
  Index step = 1;
  bool is_open = false;  ///< goes to the end; `last` has no meaning
};

/// The positions first, first + step, … up to but not including last, of which negative ones count from the
/// end, as in NumPy; a negative step walks backwards. Both lie on the axis, or just behind what the step can
/// reach, and last does not lie before first; anything else throws shape_error when a tensor is sliced.
constexpr Range range(Index first, Index last, Index step = 1) {
  require(step != 0, "range: a step of 0 arrives nowhere; give another");
  return {first, last, step, false};
}
/// range(2, to_end) goes up to the last position, range(2, to_end, -1) down to position 0.
constexpr Range range(Index first, ToEnd, Index step = 1) {
  Range open = range(first, 0, step);
  open.is_open = true;
  return open;
}

/// What range<First, Last, Step>() gives.
template <Index First, auto Last, Index Step> struct StaticRange {
  static constexpr Range value = range(First, Last, Step);
};

/// range(First, Last, Step) with an extent that the type knows, if that of the axis is static or First and
/// Last count from the same end: range<2, 5>(), range<-3, to_end>().
template <Index First, auto Last, Index Step = 1> constexpr StaticRange<First, Last, Step> range() {
  return {};
}

namespace detail {

template <class S> inline constexpr bool is_static_range = false;
template <Index First, auto Last, Index Step>
inline constexpr bool is_static_range<StaticRange<First, Last, Step>> = true;

template <class S, class... Kinds> inline constexpr bool is_one_of = (std::is_same_v<S, Kinds> || ...);

}  // namespace detail

/// An argument of x(…): an integer (which drops the axis), all, range(…), new_axis or ellipsis.
template <class S>
concept slice_argument =
    std::integral<S> || detail::is_one_of<S, All, NewAxis, Ellipsis, Range> || detail::is_static_range<S>;

namespace detail {

/// Whether x(s…) is a slice: with an integer for every axis it is an element.
template <int Rank, class... S>
inline constexpr bool is_slice = sizeof...(S) > 0 && (slice_argument<S> && ...) &&
                                 !(sizeof...(S) == Rank && (std::integral<S> && ...));

}  // namespace detail

}  // namespace lamina
