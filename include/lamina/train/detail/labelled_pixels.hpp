// Walks over the pixels of a batch of logits together with their labels: what all metrics do.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lamina/core/shape.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/loss_arguments.hpp"

namespace lamina::detail {

/// The logits of one pixel of a blocked map, one for each class: pixel[c]. Where the map has a single one, x,
/// they are 0 and x: class 1 is the larger where x > 0.
template <class T> struct LogitsOfPixel {
  const T* first;
  Index block_stride;
  bool is_single = false;

  T operator[](Index c) const {
    constexpr Index block = channel_block<T>;
    if (is_single) return c == 0 ? T{0} : *first;
    return first[c / block * block_stride + c % block];
  }
};

/// The first class with the largest logit; `classes`, which is none of them, where a logit is NaN.
template <class T> Index likeliest_class(const LogitsOfPixel<T>& pixel, Index classes) {
  Index best = 0;
  for (Index c = 0; c < classes; ++c) {
    if (pixel[c] != pixel[c]) return classes;
    if (pixel[c] > pixel[best]) best = c;
  }
  return best;
}

/// Calls f(pixel, label) for each pixel whose label is not `ignored`. Throws for labels that are no class,
/// before the first call.
template <class Element, class F>
void for_each_labelled_pixel(const char* who, FeatureMapView<Element> logits,
                             std::span<const std::int32_t> labels, std::optional<std::int32_t> ignored,
                             F&& f) {
  using T = std::remove_const_t<Element>;
  require_one_label_each(who, logits, labels);
  const Index pixels = logits.pixels(), places = logits.batch * pixels;
  const auto labelled = with_classes(logits);
  const auto is_ignored = [&](std::int32_t label) { return ignored && label == *ignored; };
  const auto label_at = [&](Index place) { return labels[static_cast<std::size_t>(place)]; };
  for (Index place = 0; place < places; ++place)
    if (const auto label = label_at(place); !is_ignored(label) && (label < 0 || label >= labelled.channels))
      throw_bad_label(who, labelled, place, label);
  for (Index place = 0; place < places; ++place) {
    if (is_ignored(label_at(place))) continue;
    const T* const first = logits.at_block(place / pixels, 0) + place % pixels * channel_block<T>;
    f(LogitsOfPixel<T>{first, logits.block_stride(), logits.channels == 1},
      static_cast<Index>(label_at(place)));
  }
}

}  // namespace lamina::detail
