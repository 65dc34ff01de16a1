// Walks over the pixels of a batch of logits together with their labels: what all metrics do.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lamina/core/shape.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/loss_arguments.hpp"

namespace lamina::detail {

/// The channels of one pixel of a blocked map: pixel[c].
template <class T> struct ChannelsOfPixel {
  const T* first;
  index block_stride;

  T operator[](index c) const {
    constexpr index block = channel_block<T>;
    return first[c / block * block_stride + c % block];
  }
};

/// The first channel with the largest value.
template <class T> index largest_channel(const ChannelsOfPixel<T>& pixel, index channels) {
  index best = 0;
  for (index c = 1; c < channels; ++c)
    if (pixel[c] > pixel[best]) best = c;
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
  const index pixels = logits.pixels(), places = logits.batch * pixels;
  const auto is_ignored = [&](std::int32_t label) { return ignored && label == *ignored; };
  const auto label_at = [&](index place) { return labels[static_cast<std::size_t>(place)]; };
  for (index place = 0; place < places; ++place)
    if (const auto label = label_at(place); !is_ignored(label) && (label < 0 || label >= logits.channels))
      throw_bad_label(who, logits, place, label);
  for (index place = 0; place < places; ++place) {
    if (is_ignored(label_at(place))) continue;
    const T* const first = logits.at_block(place / pixels, 0) + place % pixels * channel_block<T>;
    f(ChannelsOfPixel<T>{first, logits.block_stride()}, static_cast<index>(label_at(place)));
  }
}

}  // namespace lamina::detail
