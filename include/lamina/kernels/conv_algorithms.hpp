// The ways to compute a convolution, by name, and which one conv.hpp takes. The first that applies is chosen;
// `reference` applies to everything, for tests to compare with. What is chosen depends on geometry and
// extents, so that it is known when a net is compiled, and `summary` can print it.
#pragma once

#include "lamina/kernels/conv_geometry.hpp"

namespace lamina::kernels {

/// One way: its label says what is convolved, how, and on which register tile (pixels × output vectors).
struct ConvAlgorithm {
  const char* label;
  bool (*applies)(const ConvGeometry& geometry, Shape in);
};

inline constexpr ConvAlgorithm conv_algorithms[] = {
    {"depthwise_rows", [](const ConvGeometry& g, Shape) { return g.depthwise(); }},
    {"grouped_tiles_4x3", [](const ConvGeometry& g, Shape) { return g.groups > 1; }},
    {"pointwise_tiles_4x3", [](const ConvGeometry& g, Shape) { return g.taps() == 1; }},
    {"direct_tiles_4x3", [](const ConvGeometry&, Shape) { return true; }},
    {"reference", [](const ConvGeometry&, Shape) { return true; }},
};

/// The label of the algorithm that runs this geometry on a map shaped `in`.
constexpr const char* chosen_algorithm(const ConvGeometry& geometry, Shape in) {
  for (const ConvAlgorithm& algorithm : conv_algorithms)
    if (algorithm.applies(geometry, in)) return algorithm.label;
  return "reference";
}

}  // namespace lamina::kernels
