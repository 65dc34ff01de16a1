// What the arguments after fit's options are: kinds, each recognised by what an argument can do.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "lamina/data/augment.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/callbacks.hpp"
#include "lamina/train/exponential_moving_average.hpp"
#include "lamina/train/schedules.hpp"

namespace lamina::detail {

template <class T> struct IsLoss {
  template <class X>
  static constexpr bool matches =
      requires(const X& loss, FeatureMapView<const T> logits, std::span<const std::int32_t> labels,
               FeatureMapView<T> gradient) { loss(logits, labels, gradient); };
};
/// A loss, but of a prediction and a target of its own extents.
template <class X, class T>
constexpr bool takes_no_labels =
    !IsLoss<T>::template matches<X> &&
    requires(const X& loss, FeatureMapView<const T> prediction, FeatureMapView<const T, 1> target,
             FeatureMapView<T> gradient) { loss(prediction, target, gradient); };
struct IsSchedule {
  template <class X> static constexpr bool matches = schedule::Schedule<X>;
};
struct IsAugmentation {
  template <class X> static constexpr bool matches = augmentation<X>;
};
template <class T> struct IsMetric {
  template <class X>
  static constexpr bool matches =
      requires(X& metric, FeatureMapView<const T> logits, std::span<const std::int32_t> labels) {
        metric.update(logits, labels);
        metric.value();
        metric.reset();
      };
};
struct IsAverage {
  template <class X>
  static constexpr bool matches = std::is_same_v<std::remove_const_t<X>, exponential_moving_average>;
};
struct IsValidation {
  template <class X>
  static constexpr bool matches = requires(const X& validation) { validation.set->images; };
};

/// The argument of the wanted kind, or the default.
template <class Kind, class Default> Default& choose(Default& otherwise) { return otherwise; }
template <class Kind, class Default, class First, class... Rest>
auto& choose(Default& otherwise, First& first, Rest&... rest) {
  if constexpr (Kind::template matches<First>)
    return first;
  else
    return choose<Kind>(otherwise, rest...);
}

template <class X, class T, class ModelType>
constexpr bool is_fit_argument =
    IsLoss<T>::template matches<X> || IsSchedule::template matches<X> ||
    IsAugmentation::template matches<X> || IsMetric<T>::template matches<X> ||
    IsValidation::template matches<X> || IsAverage::template matches<X> || Callback<X, ModelType>;

/// Whether at most one of the arguments is of this kind: fit would not hear of another.
template <class Kind, class... Extra>
constexpr bool at_most_one = (int{Kind::template matches<std::remove_reference_t<Extra>>} + ... + 0) <= 1;

}  // namespace lamina::detail
