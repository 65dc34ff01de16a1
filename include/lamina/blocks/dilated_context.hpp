// The multi-scale context module (Yu and Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions",
// 2016): 3×3 convolutions whose dilation doubles, which see 67 × 67 pixels and lose no resolution.
#pragma once

#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

namespace detail {

/// The distance between the taps of a layer of the module: 1, 1, 2, 4, …, 1, 1.
constexpr Index context_dilation(std::size_t layer, std::size_t layers) {
  return layer == 0 || layer + 2 >= layers ? 1 : Index{1} << (layer - 1);
}

/// Layers 0, 1, … of the module on C channels; layer l has Width[l] · C. Where widths grow, what is not
/// identity begins as noise: identical channels would stay identical.
template <Index C, std::size_t... Layer, Index... Width>
constexpr auto context_layers(std::index_sequence<Layer...>, std::integer_sequence<Index, Width...>) {
  constexpr std::size_t layers = sizeof...(Layer);
  constexpr double noise = ((Width != 1) || ...) ? 0.01 : 0;
  constexpr auto layer = []<std::size_t L, Index W>() {
    constexpr auto start = init<initializers::grouped_identity(C, noise / W)>;
    constexpr Index distance = context_dilation(L, layers);
    if constexpr (L + 1 == layers)
      return conv<W * C, 1, start>;
    else
      return conv<W * C, 3, dilation<distance>, start> | relu;
  };
  return sequence(layer.template operator()<Layer, Width>()...);
}

}  // namespace detail

/// The module with a width for each layer, in multiples of the input's channels C: 3×3 convolutions with
/// dilations 1, 1, 2, 4, … and 1, then a 1×1 one, rectifiers between them. Weights begin as the identity
/// (initializers::grouped_identity; where any width is not 1, with noise of deviation 0.01 / width, the
/// reference code's), biases as zeros: but for the noise, non-negative maps pass unchanged at first, if the
/// last width is 1. (Begun at random it does not learn, says the paper.) Every layer pads by its own
/// dilation; the released nets pad once, by 33, and differ at the borders.
template <Index... Width>
inline constexpr auto dilated_context_of = with_input([](auto in) {
  static_assert(sizeof...(Width) >= 3 && ((Width >= 1) && ...),
                "dilated_context_of: give a positive width for each of at least three layers");
  return detail::context_layers<in.channels>(std::make_index_sequence<sizeof...(Width)>{},
                                             std::integer_sequence<Index, Width...>{});
});

/// The basic module: (C, H, W) to the same, in eight layers of C channels; 64 C² + 8 C parameters.
inline constexpr auto dilated_context = dilated_context_of<1, 1, 1, 1, 1, 1, 1, 1>;

/// The large module, which grows to 32 C channels. (C, H, W) to the same.
inline constexpr auto dilated_context_large = dilated_context_of<2, 2, 4, 8, 16, 32, 32, 1>;

/// The basic module with two layers more, of dilations 32 and 64: it sees 259 × 259 pixels.
inline constexpr auto dilated_context_ten = dilated_context_of<1, 1, 1, 1, 1, 1, 1, 1, 1, 1>;

}  // namespace lamina
