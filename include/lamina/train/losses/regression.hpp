// Losses that compare numbers with numbers: mean over all elements of the batch, as PyTorch's functions of
// the same names with reduction "mean". Predictions are the network's (blocked) maps, targets plain NCHW;
// each call returns the loss and, where a gradient is wanted, writes d loss / d prediction (padding lanes
// zero).
#pragma once

#include <type_traits>

#include "lamina/core/require_option.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/loss_arguments.hpp"
#include "lamina/train/detail/mean_over_elements.hpp"

namespace lamina {

/// Mean of (x - t)².
struct mean_squared_error {
  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> prediction,
                    FeatureMapView<const std::type_identity_t<T>, 1> target,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    return detail::mean_over_elements<T, Arch>("mean_squared_error", prediction, target, gradient, *this);
  }

  /// Of one element: the loss, and its derivative in x.
  template <simd::Number V> V value(V x, V t) const { return (x - t) * (x - t); }
  template <simd::Number V> V slope(V x, V t) const { return simd::constant<V>(2) * (x - t); }
};

/// Mean of |x - t|. The derivative where x = t is 0.
struct l1 {
  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> prediction,
                    FeatureMapView<const std::type_identity_t<T>, 1> target,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    return detail::mean_over_elements<T, Arch>("l1", prediction, target, gradient, *this);
  }

  /// Of one element: the loss, and its derivative in x.
  template <simd::Number V> V value(V x, V t) const { return simd::abs(x - t); }
  template <simd::Number V> V slope(V x, V t) const {
    const V zero = simd::constant<V>(0), one = simd::constant<V>(1);
    return simd::select(x > t, one, simd::select(x < t, -one, zero));
  }
};

/// Mean of ½ d² where |d| = |x - t| is at most delta, and delta (|d| - ½ delta) beyond (Huber 1964).
/// `delta` > 0.
struct huber {
  double delta = 1;

  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> prediction,
                    FeatureMapView<const std::type_identity_t<T>, 1> target,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    detail::require_option(delta > 0, "huber: delta must be positive");
    return detail::mean_over_elements<T, Arch>("huber", prediction, target, gradient, *this);
  }

  /// Of one element: the loss, and its derivative in x. Both branches in one formula: with m = min(|d|,
  /// delta) the loss is m (|d| - m / 2), its derivative d held within ±delta.
  template <simd::Number V> V value(V x, V t) const {
    const V distance = simd::abs(x - t);
    const V near = simd::min(distance, simd::constant<V>(delta));
    return near * (distance - simd::constant<V>(0.5) * near);
  }
  template <simd::Number V> V slope(V x, V t) const {
    return simd::max(simd::constant<V>(-delta), simd::min(simd::constant<V>(delta), x - t));
  }
};

/// Mean of ½ d² / beta where |d| = |x - t| is below beta, and |d| - ½ beta beyond (Girshick 2015). This is
/// huber{beta} / beta. `beta` >= 0; with 0 it is l1.
struct smooth_l1 {
  double beta = 1;

  template <class Element, class Arch = simd::Arch, class T = std::remove_const_t<Element>>
  double operator()(FeatureMapView<Element> prediction,
                    FeatureMapView<const std::type_identity_t<T>, 1> target,
                    FeatureMapView<std::type_identity_t<T>> gradient = {}) const {
    detail::require_option(beta >= 0, "smooth_l1: beta must not be negative");
    if (beta == 0) return l1{}.template operator()<Element, Arch>(prediction, target, gradient);
    return detail::mean_over_elements<T, Arch>("smooth_l1", prediction, target, gradient, *this);
  }

  /// Of one element: the loss, and its derivative in x; beta > 0.
  template <simd::Number V> V value(V x, V t) const {
    return huber{beta}.value(x, t) * simd::constant<V>(1 / beta);
  }
  template <simd::Number V> V slope(V x, V t) const {
    return huber{beta}.slope(x, t) * simd::constant<V>(1 / beta);
  }
};

}  // namespace lamina
