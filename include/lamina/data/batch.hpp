// One batch as training code sees it: images as plain floats and what they should be recognised as. It views
// memory of the Loader that made it, until that loader's next batch.
#pragma once

#include <cstdint>
#include <span>

#include "lamina/core/shape.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina {

/// Some images of a data set, ready for a network.
template <class T = float> struct Batch {
  const T* pixels = nullptr;               // (n, c, h, w), contiguous, 64-byte aligned
  Shape shape;                             // (c, h, w)
  std::span<const std::int32_t> labels{};  // (n)
  std::span<const T> soft_targets{};  // (n, classes), rows sum to 1; empty unless mixup or cutmix made them
  std::span<const Index> samples{};   // (n), which samples of the data set these are

  /// Number of images, n.
  Index size() const { return static_cast<Index>(labels.size()); }
  /// The images as a model takes them.
  FeatureMapView<const T, 1> images() const {
    return {pixels, size(), shape.channels, shape.rows(), shape.columns()};
  }
};

}  // namespace lamina
