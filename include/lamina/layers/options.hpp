// The options that layers take in any order after their first arguments: conv<64, 3, stride<2>, no_bias>.
// Those of windows are in kernels/window_options.hpp, which says how options work; here are those of
// parameters.
#pragma once

#include "lamina/kernels/window_options.hpp"
#include "lamina/net/parameter.hpp"

namespace lamina {

/// Whether the layer adds a learnt number per channel.
struct Bias {
  bool present = true;
};
inline constexpr Bias no_bias{false};

/// How the weights begin, and how the bias: init<initializers::orthogonal>, bias_init<initializers::ones>.
struct WeightInitializer {
  Initializer initializer;
};
template <Initializer How> inline constexpr WeightInitializer init{How};
struct BiasInitializer {
  Initializer initializer;
};
template <Initializer How> inline constexpr BiasInitializer bias_init{How};

}  // namespace lamina
