// The search for the densities of weighted convolutions (Cammarasana and Patanè, "Optimal density functions
// for weighted convolution in learning models", 2025): every try is a training, and DIRECT-L says which
// densities to try. A density that is learnt, but frozen, can be set when the program runs:
//
//   constexpr auto net = weighted_conv<8, learnt_density<1>> | relu | …;
//   const auto loss_with = [&](std::span<const double> density) {
//     Model<net, input<1, 28, 28>> model{seed{1}};
//     model.parameter("0.density").assign(density);
//     model.set_frozen("0.density", true);
//     fit(model, training, adamw{}, {.epochs = 2});
//     return evaluate(model, validation).loss;
//   };
//   const auto best = minimize(loss_with, density_ranges(3), {.evaluations = 15});
#pragma once

#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/train/dividing_rectangles.hpp"

namespace lamina {

/// Where the authors look for the density of a kernel × kernel convolution, the outermost number first: of
/// 3×3 [0.5, 1.5], 5×5 [0.05, 1] [0.5, 1.5], 7×7 [0.05, 0.5] [0.15, 1] [0.25, 1.5]. Throws error for other
/// kernels.
inline std::vector<SearchInterval> density_ranges(Index kernel) {
  switch (kernel) {
    case 3:
      return {{0.5, 1.5}};
    case 5:
      return {{0.05, 1}, {0.5, 1.5}};
    case 7:
      return {{0.05, 0.5}, {0.15, 1}, {0.25, 1.5}};
    default:
      throw error("density_ranges: there are ranges for kernels of 3, 5 and 7 taps, not ", kernel);
  }
}

}  // namespace lamina
