// What is said about windows that slide over maps, sequences and volumes: kernel, stride, dilation, padding,
// border, groups. Each option is a value of its own type, so that layers (conv<64, 3, stride<2>, groups<4>>)
// and functions of tensors (conv2d<stride<2>>(x, w), conv2d(x, w, stride<2>)) take them in any order; an
// options struct has one `set` for every type it knows.
#pragma once

#include <type_traits>

#include "lamina/core/border.hpp"
#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

/// Extents of a window. kernel<3> is 3 × 3 on maps and 3 on sequences; kernel<1, 7> is one row of
/// seven.
struct Kernel {
  Index vertical = 1, horizontal = 1;
  constexpr Kernel(Index v, Index h) : vertical(v), horizontal(h) {}
  constexpr Kernel(int side) : vertical(side), horizontal(side) {}
  constexpr bool operator==(const Kernel&) const = default;
};
template <Index Vertical, Index Horizontal = Vertical> inline constexpr Kernel kernel{Vertical, Horizontal};

/// The step between windows: stride<all>, stride<vertical, horizontal> or, of volumes, stride<depth,
/// vertical, horizontal>. Sequences have the horizontal one.
struct Stride {
  Index vertical = 1, horizontal = 1;
  Index depth = 1;
  int numbers = 1;  ///< that were given
};

/// The distance between a kernel's taps, as Stride: dilation<2>, dilation<vertical, horizontal>, …
struct Dilation {
  Index vertical = 1, horizontal = 1;
  Index depth = 1;
  int numbers = 1;
};

/// What surrounds the map. `same`: (k − 1) · dilation / 2 on both sides. `same_upper`: as TensorFlow's SAME,
/// output extent ⌈in / stride⌉, the odd one at the bottom and right (and back). `valid`: nothing. pad<…>: as
/// stated.
struct Padding {
  enum class Rule { same, same_upper, fixed };
  Rule rule = Rule::fixed;
  Index top = 0, left = 0, bottom = 0, right = 0;
  Index front = 0, back = 0;
  int numbers = 1;
};
inline constexpr Padding same{Padding::Rule::same};
inline constexpr Padding same_upper{Padding::Rule::same_upper};
inline constexpr Padding valid{Padding::Rule::fixed};

/// What a strided transposed convolution adds to its output's extents, at the bottom and right (and back), as
/// Stride: output_padding<1>, …
struct OutputPadding {
  Index vertical = 0, horizontal = 0;
  Index depth = 0;
  int numbers = 1;
};

namespace detail {

/// Stands for the extent of a map that is known at run time only, where it is checked that a window fits.
inline constexpr Index unbounded = Index{1} << 40;

/// An option of the axes: one number for all, two for rows and columns, three with the depth before them.
template <class Option, Index... Numbers> constexpr Option option_of_axes() {
  static_assert(sizeof...(Numbers) >= 1 && sizeof...(Numbers) <= 3,
                "options: give one number for all axes, <vertical, horizontal> or <depth, vertical, "
                "horizontal>");
  constexpr Index number[] = {Numbers..., 0, 0};
  constexpr int count = sizeof...(Numbers);
  if constexpr (count == 1) return {number[0], number[0], number[0], count};
  if constexpr (count == 2) return {number[0], number[1], Option{}.depth, count};
  return {number[1], number[2], number[0], count};
}

/// Whether an option that was given so many numbers says something of windows of so many axes, and nothing of
/// others: a depth is for volumes, which two numbers say nothing of. (Of two, sequences take the second.)
template <class Option> constexpr bool fits_axes(const Option& option, int axes) {
  const bool has_depth = option.numbers == 3 || option.numbers == 6;
  return option.numbers == 1 || has_depth == (axes == 3);
}

template <Index... Sides> constexpr Padding fixed_padding() {
  constexpr int count = sizeof...(Sides);
  static_assert((count >= 1 && count <= 4) || count == 6,
                "pad: give pad<all>, pad<vertical, horizontal>, pad<depth, vertical, horizontal>, "
                "pad<top, left, bottom, right> or pad<front, top, left, back, bottom, right>");
  constexpr Index side[] = {Sides..., 0, 0, 0, 0, 0};
  constexpr auto fixed = Padding::Rule::fixed;
  if constexpr (count == 1) return {fixed, side[0], side[0], side[0], side[0], side[0], side[0], count};
  if constexpr (count == 2) return {fixed, side[0], side[1], side[0], side[1], 0, 0, count};
  if constexpr (count == 3) return {fixed, side[1], side[2], side[1], side[2], side[0], side[0], count};
  if constexpr (count == 6) return {fixed, side[1], side[2], side[4], side[5], side[0], side[3], count};
  return {fixed, side[0], side[1], side[2], side[3], 0, 0, count};
}

}  // namespace detail

template <Index... Steps> inline constexpr Stride stride = detail::option_of_axes<Stride, Steps...>();
template <Index... Steps> inline constexpr Dilation dilation = detail::option_of_axes<Dilation, Steps...>();
template <Index... Sides> inline constexpr Padding pad = detail::fixed_padding<Sides...>();
template <Index... Extra>
inline constexpr OutputPadding output_padding = detail::option_of_axes<OutputPadding, Extra...>();

/// Input and output channels fall into this many groups that do not see each other.
struct Groups {
  Index count = 1;
};
template <Index Count> inline constexpr Groups groups{Count};

/// What padding holds: zero (the default), reflect, replicate, circular or partial.
template <Border B> inline constexpr Border border = B;

namespace detail {

template <class A, class... Rest> constexpr bool distinct_types() {
  if constexpr (sizeof...(Rest) == 0)
    return true;
  else
    return (!std::is_same_v<A, Rest> && ...) && distinct_types<Rest...>();
}

/// `options` with each option set. Layer is only there to be named in the message.
template <class Layer, class Options, class... Option>
constexpr Options set_options(Options options, const Option&... option) {
  if constexpr (sizeof...(Option) > 0) {
    static_assert(distinct_types<Option...>(),
                  "options: one kind is given twice; give each (stride, padding, …) at most once");
    constexpr bool all_known = (requires(Options o) { o.set(option); } && ...);
    static_assert(all_known, "options: this layer has no such option; its header lists those it takes");
    if constexpr (all_known) (options.set(option), ...);
  }
  return options;
}

/// The same with options that are template arguments.
template <class Layer, class Options, auto... Option> constexpr Options with_options(Options options) {
  return set_options<Layer>(options, Option...);
}

/// Padding on one axis for an extent, which only `same_upper` looks at.
struct AxisPadding {
  Index before = 0, after = 0;
};
constexpr AxisPadding axis_padding(Padding::Rule rule, Index before, Index after, Index extent,
                                   Index kernel_extent, Index step, Index tap_distance) {
  const Index reach = (kernel_extent - 1) * tap_distance;
  if (rule == Padding::Rule::same) return {reach / 2, reach / 2};
  if (rule == Padding::Rule::same_upper) {
    if (extent == dyn) return {};
    const Index outputs = (extent + step - 1) / step;
    const Index total = (outputs - 1) * step + reach + 1 - extent;
    return total <= 0 ? AxisPadding{} : AxisPadding{total / 2, total - total / 2};
  }
  return {before, after};
}

}  // namespace detail

}  // namespace lamina
