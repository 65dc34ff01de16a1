// What tests of blocks count.
#pragma once

#include "lamina/core/shape.hpp"

namespace lamina::test {

/// Parameters of a convolution without bias and the batch norm after it: weights, and scale and shift of the
/// norm.
constexpr Index unit(Index in, Index out, Index taps) { return in * out * taps + 2 * out; }

}  // namespace lamina::test
