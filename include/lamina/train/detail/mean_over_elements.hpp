// The loop behind every loss that compares a prediction with a target element by element (mean squared error,
// binary cross entropy …): the mean of rule.value(x, t) over all elements, and its gradient. The prediction
// is blocked, the target plain: one vector of the target is gathered from as many planes as it has lanes.
#pragma once

#include <algorithm>
#include <type_traits>

#include "lamina/core/shape.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/loss_arguments.hpp"
#include "lamina/train/detail/ordered_sum.hpp"

namespace lamina::detail {

/// One loop over pixels [first, last) of a channel block: the sum of the rule's values. `scale` holds the
/// factor of the gradient in lanes that are channels and 0 in padding lanes. `gradient` may be null.
template <class T, class Arch = simd::Arch, class Rule>
double elementwise_run(const T* prediction, const T* target, T* gradient, Index first, Index last,
                       Index plane, Index lanes, double scale, const Rule& rule) {
  using V = simd::Vector<T>;
  constexpr Index block = channel_block<T>;
  constexpr Index vectors_per_sum = 32;  // added in T before they enter the double: the error stays near eps
  alignas(64) T valid[block] = {};
  alignas(64) T targets[block] = {};
  std::fill_n(valid, lanes, T{1});
  const V counts = simd::load(static_cast<const T*>(valid));
  const V slope_scale = counts * simd::constant<V>(scale);
  const auto gather = [&](Index pixel) {
    for (Index lane = 0; lane < lanes; ++lane) targets[lane] = target[lane * plane + pixel];
    return simd::load(static_cast<const T*>(targets));
  };
  double sum = 0;
  for (Index from = first; from < last; from += vectors_per_sum) {
    V partial = simd::constant<V>(0);
    for (Index pixel = from; pixel < std::min(from + vectors_per_sum, last); ++pixel) {
      const V x = lanes == block ? simd::load(prediction + pixel * block)
                                 : simd::load_partial(prediction + pixel * block, lanes);
      const V t = plane == 1 ? simd::load_partial(target, lanes) : gather(pixel);
      partial = simd::fma(rule.value(x, t), counts, partial);
      if (gradient != nullptr) simd::store(gradient + pixel * block, rule.slope(x, t) * slope_scale);
    }
    sum += static_cast<double>(simd::reduce_add(partial));
  }
  return sum;
}

/// Mean of rule.value(prediction, target) over all elements; its gradient, rule.slope / elements, goes to
/// `gradient` unless that is empty. The rule's functions must be finite for finite arguments.
template <class T, class Arch = simd::Arch, class Rule>
double mean_over_elements(const char* who, FeatureMapView<const T> prediction,
                          FeatureMapView<const T, 1> target, FeatureMapView<T> gradient, const Rule& rule) {
  require_same_extents(who, "prediction", prediction, "target", target);
  if (!gradient.empty()) require_same_extents(who, "prediction", prediction, "gradient", gradient);
  constexpr Index block = channel_block<T>;
  constexpr Index grain = 4096;  // vectors in a piece: some ten microseconds
  const Index pixels = prediction.pixels(), blocks = prediction.blocks();
  const Index elements = prediction.batch * prediction.channels * pixels;
  if (elements == 0) return 0;
  const Index vectors = prediction.batch * blocks * pixels;
  const double scale = 1 / static_cast<double>(elements);
  const double sum = ordered_sum(pieces_of(vectors, grain), [&](Index piece) {
    const Index end = std::min((piece + 1) * grain, vectors);
    Index vector = piece * grain, first = vector % pixels;
    Index b = vector / pixels % blocks, n = vector / pixels / blocks;
    double part = 0;
    while (vector < end) {
      const Index last = std::min(pixels, first + end - vector);
      part += elementwise_run<T, Arch>(prediction.at_block(n, b), target.at_block(n, b * block),
                                       gradient.empty() ? nullptr : gradient.at_block(n, b), first, last,
                                       pixels, std::min(block, prediction.channels - b * block), scale, rule);
      vector += last - first;
      first = 0;
      if (++b == blocks) b = 0, ++n;
    }
    return part;
  });
  return sum * scale;
}

}  // namespace lamina::detail
