// Binary cross entropy on logits: every channel is a yes-or-no question of its own (two classes from one
// logit, or several labels that may hold at once). Mean over all elements, as PyTorch's
// binary_cross_entropy_with_logits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/loss_arguments.hpp"
#include "lamina/train/detail/mean_over_elements.hpp"

namespace lamina {

/// Mean of -t log σ(x) - (1 - t) log(1 - σ(x)), computed as max(x, 0) - x t + log(1 + exp(-|x|)), which no
/// logit overflows; its derivative is σ(x) - t. A net that ends in dense<1> learns two classes with it, and
/// `accuracy`, fit's metric, then counts what has the right sign:
///
///   fit(model, training, adamw{}, {.epochs = 10}, binary_cross_entropy{});
struct binary_cross_entropy {
  /// `targets` in [0, 1], plain NCHW, as many as logits. Returns the loss; writes d loss / d logits to
  /// `gradient` unless that is empty (padding lanes zero).
  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> logits, FeatureMapView<const std::type_identity_t<T>, 1> targets,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    return detail::mean_over_elements<T, Arch>("binary_cross_entropy", logits, targets, gradient, *this);
  }

  /// Labels as a classifier's data set has them, one per sample (per pixel of a map). A single logit says
  /// "class 1": labels are 0 or 1. Several logits are one-versus-rest: the label's target is 1, the others'
  /// 0.
  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> logits, std::span<const std::int32_t> labels,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    detail::require_one_label_each("binary_cross_entropy", logits, labels);
    const Index classes = logits.channels, pixels = logits.pixels();
    const auto labelled = detail::with_classes(logits);
    Scratch<T> one_hot(logits.batch * classes * pixels);  // (n, c, h, w)
    std::fill_n(one_hot.data(), logits.batch * classes * pixels, T{0});
    for (Index place = 0; place < logits.batch * pixels; ++place) {
      const std::int32_t label = labels[static_cast<std::size_t>(place)];
      if (label < 0 || label >= labelled.channels)
        detail::throw_bad_label("binary_cross_entropy", labelled, place, label);
      const Index n = place / pixels, pixel = place % pixels;
      if (classes == 1)
        one_hot.data()[place] = static_cast<T>(label);
      else
        one_hot.data()[(n * classes + label) * pixels + pixel] = T{1};
    }
    const FeatureMapView<const T, 1> targets(one_hot.data(), logits.batch, classes, logits.height,
                                             logits.width);
    return this->template operator()<Element, Arch>(logits, targets, gradient);
  }

  /// Of one element: the loss, and its derivative in x.
  template <simd::Number V> V value(V x, V t) const {
    return simd::max(x, simd::constant<V>(0)) - x * t + simd::log1p(simd::exp(-simd::abs(x)));
  }
  template <simd::Number V> V slope(V x, V t) const {
    const V one = simd::constant<V>(1), small = simd::exp(-simd::abs(x));
    return simd::select(x < simd::constant<V>(0), small, one) / (one + small) - t;
  }
};

}  // namespace lamina
