// Brings part of an image to another size: each output pixel is the mean of the source under a triangle as
// wide as two of the coarser pixels (bilinear interpolation when enlarging, free of aliasing when shrinking;
// PIL's BILINEAR).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lamina/core/shape.hpp"

namespace lamina::data::detail {

/// Part of an axis, in pixels: from `begin`, `length` long.
struct Stretch {
  double begin = 0;
  double length = 0;
};

/// Source pixels and weights that make one output pixel.
struct Taps {
  Index first = 0;
  std::vector<float> weights;  // sum 1
};

inline std::vector<Taps> triangle_taps(Stretch part, Index source, Index output) {
  const double step = part.length / static_cast<double>(output), reach = std::max(1.0, step);
  std::vector<Taps> all(static_cast<std::size_t>(output));
  for (Index o = 0; o < output; ++o) {
    const double centre = part.begin + (static_cast<double>(o) + 0.5) * step;  // pixel i covers [i, i + 1)
    const Index first = std::clamp(static_cast<Index>(std::floor(centre - reach)), Index{0}, source - 1);
    const Index last = std::clamp(static_cast<Index>(std::ceil(centre + reach)), first + 1, source);
    Taps& taps = all[static_cast<std::size_t>(o)];
    taps.first = first;
    double sum = 0;
    for (Index i = first; i < last; ++i) {
      const double weight = std::max(0.0, 1 - std::abs(static_cast<double>(i) + 0.5 - centre) / reach);
      taps.weights.push_back(static_cast<float>(weight));
      sum += weight;
    }
    for (float& weight : taps.weights) weight = static_cast<float>(weight / sum);
  }
  return all;
}

/// Writes the part `rows` x `columns` of a picture of shape (c, h, w), whose pixels lie interleaved, as
/// planes of `height` x `width`.
inline void resample(const std::uint8_t* picture, Shape shape, Stretch rows, Stretch columns,
                     std::uint8_t* planes, Index height, Index width) {
  const auto vertical = triangle_taps(rows, shape.height, height);
  const auto horizontal = triangle_taps(columns, shape.width, width);
  const Index channels = shape.channels, source_row = shape.width * channels;
  const Taps& last = horizontal.back();
  const Index begin = horizontal.front().first * channels;
  const Index end = (last.first + static_cast<Index>(last.weights.size())) * channels;
  std::vector<float> blended(static_cast<std::size_t>(source_row));  // source rows as one, interleaved
  for (Index y = 0; y < height; ++y) {
    std::fill(blended.begin() + begin, blended.begin() + end, 0.0f);
    const Taps& taps = vertical[static_cast<std::size_t>(y)];
    const std::uint8_t* from = picture + taps.first * source_row;
    for (const float weight : taps.weights) {
      for (Index i = begin; i < end; ++i)
        blended[static_cast<std::size_t>(i)] += weight * static_cast<float>(from[i]);
      from += source_row;
    }
    for (Index channel = 0; channel < channels; ++channel)
      for (Index x = 0; x < width; ++x) {
        const Taps& across = horizontal[static_cast<std::size_t>(x)];
        const float* pixel = blended.data() + across.first * channels + channel;
        float sum = 0.5f;  // rounds to nearest
        for (const float weight : across.weights) {
          sum += weight * *pixel;
          pixel += channels;
        }
        planes[(channel * height + y) * width + x] = static_cast<std::uint8_t>(std::clamp(sum, 0.0f, 255.0f));
      }
  }
}

}  // namespace lamina::data::detail
