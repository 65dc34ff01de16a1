// Cross entropy on logits, the loss of a classifier: softmax and log likelihood in one, so that no logit
// overflows. Per sample for vectors, per pixel for maps (segmentation). Definitions, weights and label
// smoothing (Szegedy et al. 2016) are those of PyTorch's cross_entropy with reduction "mean".
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "lamina/core/require_option.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/loss_arguments.hpp"
#include "lamina/train/detail/ordered_sum.hpp"
#include "lamina/train/detail/softmax_loss.hpp"

namespace lamina {

/// -Σ_c q_c log softmax(x)_c for each pixel, where q is the target distribution.
///
/// With labels, q_c = w_c ((1 - s) [c = label] + s / C) and the sum is divided by the sum of the labels'
/// weights; with soft targets t, q_c = w_c ((1 - s) t_c + s / C) and the sum is divided by the number of
/// pixels. Here s is `label_smoothing`, C the number of classes and w `class_weights`. A logit of -∞ takes
/// its class out of the choice: where q_c is 0, loss and gradient are those without that class.
struct cross_entropy {
  double label_smoothing = 0;                                ///< s, in [0, 1]
  std::vector<double> class_weights = {};                    ///< one per class, >= 0; empty: all 1
  std::optional<std::int32_t> ignored_label = std::nullopt;  ///< pixels with this label count for nothing

  /// `labels`: one per sample, or per pixel (n, h, w) where logits are maps. Returns the loss; writes
  /// d loss / d logits to `gradient` unless that is empty (padding lanes zero; it may be the logits' memory).
  /// Where all weights vanish, as in an empty batch, loss and gradient are 0. Throws error naming the sample
  /// whose label is out of range.
  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> logits, std::span<const std::int32_t> labels,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    check(logits, gradient);
    detail::require_one_label_each("cross_entropy", logits, labels);
    const Index classes = logits.channels;
    for (Index place = 0; place < logits.batch * logits.pixels(); ++place) {
      const std::int32_t label = labels[static_cast<std::size_t>(place)];
      if (ignored_label && label == *ignored_label) continue;
      if (label < 0 || label >= classes) detail::throw_bad_label("cross_entropy", logits, place, label);
    }
    const double weight = total_weight(labels), scale = weight > 0 ? 1 / weight : 0;

    Scratch<T> smooth(logits.blocks() * channel_block<T>);  // s w_c / C, zero in padding lanes
    std::fill_n(smooth.data(), logits.blocks() * channel_block<T>, T{0});
    double smooth_sum = 0;
    for (Index c = 0; c < classes; ++c) {
      const double share = label_smoothing * weight_of(c) / static_cast<double>(classes);
      smooth.data()[c] = static_cast<T>(share);
      smooth_sum += share;
    }
    const auto pixel_loss = [&](const detail::SoftmaxPixel<T, Arch>& pixel, Index place, Index) {
      const std::int32_t label = labels[static_cast<std::size_t>(place)];
      if (ignored_label && label == *ignored_label) return pixel.ignore();
      const double hot = (1 - label_smoothing) * weight_of(label);
      return pixel.loss(smooth.data(), smooth_sum, label, hot, scale);
    };
    return scale * detail::sum_over_pixels<T, Arch>(logits, gradient, pixel_loss);
  }

  /// `targets`: a distribution over the classes for each pixel, plain NCHW, as many as logits (mixup, cutmix,
  /// distillation). Returns the loss and writes `gradient` as above.
  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> logits, FeatureMapView<const std::type_identity_t<T>, 1> targets,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    check(logits, gradient);
    detail::require_same_extents("cross_entropy", "logits", logits, "targets", targets);
    const Index classes = logits.channels, padded = logits.blocks() * channel_block<T>;
    const Index pixels = logits.pixels();
    if (logits.batch * pixels == 0) return 0;
    const double scale = 1 / static_cast<double>(logits.batch * pixels);
    Scratch<T> distributions(threads() * padded);  // one row for each worker
    std::fill_n(distributions.data(), threads() * padded, T{0});
    const auto pixel_loss = [&](const detail::SoftmaxPixel<T, Arch>& pixel, Index place, Index worker) {
      const T* const target = targets.at_block(place / pixels, 0) + place % pixels;
      T* const distribution = distributions.data() + worker * padded;
      double sum = 0;
      for (Index c = 0; c < classes; ++c) {
        const double share = weight_of(c) * ((1 - label_smoothing) * static_cast<double>(target[c * pixels]) +
                                             label_smoothing / static_cast<double>(classes));
        distribution[c] = static_cast<T>(share);
        sum += share;
      }
      return pixel.loss(distribution, sum, 0, 0, scale);
    };
    return scale * detail::sum_over_pixels<T, Arch>(logits, gradient, pixel_loss);
  }

  /// The same for vectors, with the targets of a batch in one run: (n, classes), row-major.
  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> logits, std::span<const std::type_identity_t<T>> targets,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    if (static_cast<Index>(targets.size()) != logits.batch * logits.channels * logits.pixels())
      throw shape_error("cross_entropy: ", targets.size(), " soft targets for logits of ",
                        detail::extents_of(logits), "; there must be one for each logit");
    const FeatureMapView<const T, 1> map(targets.data(), logits.batch, logits.channels, logits.height,
                                         logits.width);
    return this->template operator()<Element, Arch>(logits, map, gradient);
  }

  /// The weights of these labels together, those ignored left out: what their loss is divided by, and what it
  /// counts for in a mean over batches.
  double total_weight(std::span<const std::int32_t> labels) const {
    double sum = 0;
    for (const std::int32_t label : labels)
      if (!ignored_label || label != *ignored_label) sum += weight_of(label);
    return sum;
  }

 private:
  double weight_of(Index label) const {
    return class_weights.empty() ? 1 : class_weights[static_cast<std::size_t>(label)];
  }

  template <class Element>
  void check(FeatureMapView<Element> logits, FeatureMapView<std::remove_const_t<Element>> gradient) const {
    detail::require_option(label_smoothing >= 0 && label_smoothing <= 1,
                           "cross_entropy: label_smoothing must lie in [0, 1]");
    detail::require_option(
        std::all_of(class_weights.begin(), class_weights.end(), [](double weight) { return weight >= 0; }),
        "cross_entropy: class_weights must not be negative");
    if (!class_weights.empty() && static_cast<Index>(class_weights.size()) != logits.channels)
      throw shape_error("cross_entropy: ", class_weights.size(), " class weights for ", logits.channels,
                        " classes; there must be one for each class");
    if (!gradient.empty())
      detail::require_same_extents("cross_entropy", "logits", logits, "gradient", gradient);
  }
};

}  // namespace lamina
