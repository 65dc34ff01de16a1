// The options that layers take in any order after their first arguments: conv<64, 3, stride<2>, no_bias>.
// Each option is a value of its own type; a layer's options struct has one `set` for every type it knows.
#pragma once

#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/net/parameter.hpp"

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

/// The step between windows: stride<2>, or stride<vertical, horizontal>.
struct Stride {
  Index vertical = 1, horizontal = 1;
};
template <Index Vertical, Index Horizontal = Vertical> inline constexpr Stride stride{Vertical, Horizontal};

/// The distance between a kernel's taps: dilation<2>, or dilation<vertical, horizontal>.
struct Dilation {
  Index vertical = 1, horizontal = 1;
};
template <Index Vertical, Index Horizontal = Vertical>
inline constexpr Dilation dilation{Vertical, Horizontal};

/// What surrounds the map. `same`: (k − 1) · dilation / 2 on both sides. `same_upper`: as TensorFlow's SAME,
/// output extent ⌈in / stride⌉, the odd one at the bottom and right. `valid`: nothing. pad<…>: as stated.
struct Padding {
  enum class Rule { same, same_upper, fixed };
  Rule rule = Rule::fixed;
  Index top = 0, left = 0, bottom = 0, right = 0;
};
inline constexpr Padding same{Padding::Rule::same};
inline constexpr Padding same_upper{Padding::Rule::same_upper};
inline constexpr Padding valid{Padding::Rule::fixed};

namespace detail {
template <Index... Sides> constexpr Padding fixed_padding() {
  static_assert(sizeof...(Sides) == 1 || sizeof...(Sides) == 2 || sizeof...(Sides) == 4,
                "pad: give pad<all>, pad<vertical, horizontal> or pad<top, left, bottom, right>");
  constexpr Index side[] = {Sides..., 0, 0, 0};
  if constexpr (sizeof...(Sides) == 1) return {Padding::Rule::fixed, side[0], side[0], side[0], side[0]};
  if constexpr (sizeof...(Sides) == 2) return {Padding::Rule::fixed, side[0], side[1], side[0], side[1]};
  return {Padding::Rule::fixed, side[0], side[1], side[2], side[3]};
}
}  // namespace detail
template <Index... Sides> inline constexpr Padding pad = detail::fixed_padding<Sides...>();

/// Input and output channels fall into this many groups that do not see each other.
struct Groups {
  Index count = 1;
};
template <Index Count> inline constexpr Groups groups{Count};

/// Whether the layer adds a learnt number per channel.
struct Bias {
  bool present = true;
};
inline constexpr Bias no_bias{false};

/// What padding holds: zero (the default), reflect, replicate, circular or partial.
template <Border B> inline constexpr Border border = B;

/// How the weights begin, and how the bias: init<initializers::orthogonal>, bias_init<initializers::ones>.
struct WeightInitializer {
  Initializer initializer;
};
template <Initializer How> inline constexpr WeightInitializer init{How};
struct BiasInitializer {
  Initializer initializer;
};
template <Initializer How> inline constexpr BiasInitializer bias_init{How};

namespace detail {

template <class A, class... Rest> constexpr bool distinct_types() {
  if constexpr (sizeof...(Rest) == 0)
    return true;
  else
    return (!std::is_same_v<A, Rest> && ...) && distinct_types<Rest...>();
}

/// `options` with each Option set. Layer is only there to be named in the message.
template <class Layer, class Options, auto... Option> constexpr Options with_options(Options options) {
  if constexpr (sizeof...(Option) > 0) {
    static_assert(distinct_types<std::remove_const_t<decltype(Option)>...>(),
                  "options: one kind is given twice; give each (stride, padding, …) at most once");
    constexpr bool all_known = (requires(Options o) { o.set(Option); } && ...);
    static_assert(all_known, "options: this layer has no such option; its header lists those it takes");
    if constexpr (all_known) (options.set(Option), ...);
  }
  return options;
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
