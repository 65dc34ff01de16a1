// Squeeze-and-excitation (Hu, Shen, Albanie, Sun and Wu, "Squeeze-and-Excitation Networks", 2018):
//   x · σ(W2 · relu(W1 · mean(x) + b1) + b2)
// a gate per channel from the means of all channels, through a bottleneck of C / Reduction.
#pragma once

#include <algorithm>

#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// (C, H, W) to the same. 2 C² / r + C / r + C parameters with r = Reduction; where r does not divide C, the
/// bottleneck is rounded down, and is never less than 1.
template <int Reduction = 16>
inline constexpr auto squeeze_excite = with_input([](auto in) {
  constexpr Index hidden = std::max<Index>(in.channels / Reduction, 1);
  return gate(global_avg_pool | dense<hidden> | relu | dense<in.channels> | sigmoid);
});

}  // namespace lamina
