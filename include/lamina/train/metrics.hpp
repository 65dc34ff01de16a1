// How good a classifier is: counts over batches of logits and labels, per sample or, where logits are maps,
// per pixel. A metric has `update(logits, labels)`, `value()`, `reset()` and `name()`; `fit` and `evaluate`
// take any type that has them. See also confusion_matrix.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "lamina/core/sentence.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/labelled_pixels.hpp"

namespace lamina {

/// The share of labels that are among the k largest logits. Of equal logits the first counts as larger; a NaN
/// counts as largest, and a label whose own logit is NaN is not found, so a net that went astray scores 0. A
/// single logit x, as binary_cross_entropy takes it, stands for two classes with the logits 0 and x: labels
/// are 0 and 1, and label 1 is the larger where x > 0.
struct top_k {
  Index k = 5;
  std::optional<std::int32_t> ignored_label = std::nullopt;  ///< pixels with this label are not counted
  Index correct = 0;
  Index seen = 0;

  std::string name() const { return k == 1 ? "accuracy" : sentence("top-", k, " accuracy"); }
  /// In [0, 1]; 0 before the first label.
  double value() const { return seen == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(seen); }
  void reset() { correct = seen = 0; }

  /// `labels`: one for each sample, or each pixel (n, h, w). Throws error where one is out of range.
  template <class Element> void update(FeatureMapView<Element> logits, std::span<const std::int32_t> labels) {
    const Index classes = detail::with_classes(logits).channels;
    detail::for_each_labelled_pixel("top_k", logits, labels, ignored_label,
                                    [&](const auto& pixel, Index label) {
                                      ++seen;
                                      const auto own = pixel[label];
                                      Index larger = 0;
                                      for (Index c = 0; c < label; ++c) larger += !(pixel[c] < own);
                                      for (Index c = label + 1; c < classes; ++c)
                                        larger += !(pixel[c] <= own);
                                      correct += own == own && larger < k;
                                    });
  }
};

/// The share of labels that are the largest logit, or the sign of a single one: top_k with k = 1.
struct accuracy {
  std::optional<std::int32_t> ignored_label = std::nullopt;  ///< pixels with this label are not counted
  Index correct = 0;
  Index seen = 0;

  static std::string name() { return "accuracy"; }
  /// In [0, 1]; 0 before the first label.
  double value() const { return seen == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(seen); }
  void reset() { correct = seen = 0; }

  /// `labels`: one for each sample, or each pixel (n, h, w). Throws error where one is out of range.
  template <class Element> void update(FeatureMapView<Element> logits, std::span<const std::int32_t> labels) {
    top_k counted{1, ignored_label};
    counted.update(logits, labels);
    correct += counted.correct;
    seen += counted.seen;
  }
};

/// Mean of what was added, each with its weight (the loss of batches, weighted by their sizes).
struct RunningMean {
  double sum = 0;
  double weight = 0;

  void add(double value, double its_weight = 1) {
    sum += value * its_weight;
    weight += its_weight;
  }
  /// 0 before the first addition.
  double value() const { return weight == 0 ? 0 : sum / weight; }
  void reset() { sum = weight = 0; }
};

}  // namespace lamina
