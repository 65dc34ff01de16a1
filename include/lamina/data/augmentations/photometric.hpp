// Steps that change values where they are: colour_jitter, cutout, normalize.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <type_traits>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/augmentations/workpiece.hpp"
#include "lamina/data/dataset.hpp"
#include "lamina/data/draws.hpp"

namespace lamina {

/// Changes brightness, contrast, saturation and hue, in this order, each by a factor uniform in [1 - amount,
/// 1 + amount] (hue: an angle), and clamps to [0, 1]; so it goes before `normalize`. Grey images have no
/// saturation and no hue. Brightness scales, contrast scales the distance from the image's mean grey,
/// saturation that from the pixel's own grey (0.299 R + 0.587 G + 0.114 B), hue turns the colours about the
/// axis of greys.
struct colour_jitter {
  double brightness = 0;
  double contrast = 0;
  double saturation = 0;
  double hue = 0;  // part of a full turn, either way, at most 0.5

  void check() const {
    for (const double amount : {brightness, contrast, saturation, hue})
      detail::require_option(amount >= 0 && std::isfinite(amount),
                             "colour_jitter: amounts are finite numbers, at least 0");
    detail::require_option(hue <= 0.5, "colour_jitter: hue is at most 0.5, half a turn");
  }

  template <class T> void operator()(Workpiece<T>& image, Draws& draws) const {
    const auto factor = [&draws](double amount) {
      return static_cast<T>(draws.uniform(std::max(0.0, 1 - amount), 1 + amount));
    };
    const T bright = factor(brightness), contrasting = factor(contrast), saturated = factor(saturation);
    const double angle = 2 * std::numbers::pi * draws.uniform(-hue, hue);
    const Index pixels = image.shape.pixels(), all = image.shape.elements();
    const bool colour = image.shape.channels == 3;
    T* const red = image.pixels;
    T *const green = red + (colour ? pixels : 0), *const blue = green + (colour ? pixels : 0);
    const auto grey = [&](Index i) { return T(0.299) * red[i] + T(0.587) * green[i] + T(0.114) * blue[i]; };

    if (brightness > 0)
      for (Index i = 0; i < all; ++i) red[i] = std::clamp(red[i] * bright, T{0}, T{1});
    if (contrast > 0) {
      double sum = 0;
      for (Index i = 0; i < pixels; ++i) sum += static_cast<double>(grey(i));
      const T mean = static_cast<T>(sum / static_cast<double>(pixels));
      for (Index i = 0; i < all; ++i) red[i] = std::clamp(mean + (red[i] - mean) * contrasting, T{0}, T{1});
    }
    if (!colour || (saturation <= 0 && hue <= 0)) return;
    // A rotation about (1, 1, 1): cos_turn * x + (1 - cos_turn) * mean(x) + sin_turn / sqrt(3) * (the other
    // two's difference).
    const T cos_turn = static_cast<T>(std::cos(angle)),
            sin_turn = static_cast<T>(std::sin(angle) / std::numbers::sqrt3);
    for (Index i = 0; i < pixels; ++i) {
      const T g = grey(i);
      const T r0 = g + (red[i] - g) * saturated, g0 = g + (green[i] - g) * saturated,
              b0 = g + (blue[i] - g) * saturated;
      const T shared = (1 - cos_turn) * (r0 + g0 + b0) / 3;
      red[i] = std::clamp(cos_turn * r0 + shared + sin_turn * (b0 - g0), T{0}, T{1});
      green[i] = std::clamp(cos_turn * g0 + shared + sin_turn * (r0 - b0), T{0}, T{1});
      blue[i] = std::clamp(cos_turn * b0 + shared + sin_turn * (g0 - r0), T{0}, T{1});
    }
  }
};

/// Blanks a square of `size` pixels whose centre lies anywhere in the image, as far as the square lies in it
/// (DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017). After
/// `normalize`, the default value is the mean colour.
struct cutout {
  Index size = 8;
  double probability = 1;
  double value = 0;

  void check() const {
    detail::require_option(size >= 0, "cutout: size is at least 0 pixels");
    detail::require_option(detail::is_probability(probability), "cutout: probability lies between 0 and 1");
  }

  template <class T> void operator()(Workpiece<T>& image, Draws& draws) const {
    const auto [channels, height, width] = image.shape;
    const bool cuts = draws.chance(probability);
    const Index top = draws.below(height) - size / 2, left = draws.below(width) - size / 2;
    if (!cuts) return;
    const Index first = std::max<Index>(0, left), last = std::min(width, left + size);
    if (first >= last) return;
    for (Index channel = 0; channel < channels; ++channel)
      for (Index y = std::max<Index>(0, top); y < std::min(height, top + size); ++y)
        std::fill(image.plane(channel) + y * width + first, image.plane(channel) + y * width + last,
                  static_cast<T>(value));
  }
};

/// (x - mean) / deviation, channel by channel, in training and evaluation alike: `normalize{{0.1307},
/// {0.3081}}`.
struct normalize {
  std::vector<double> mean{};
  std::vector<double> deviation{};

  /// Throws shape_error when there is not one mean and one positive deviation for each channel.
  Shape output_shape(Shape input) const {
    const auto channels = static_cast<std::size_t>(input.channels);
    if (mean.size() != channels || deviation.size() != channels)
      throw shape_error("normalize: ", mean.size(), " means and ", deviation.size(),
                        " deviations for images of ", channels, " channels; one of each for a channel");
    for (const double one : deviation)
      if (!(one > 0))
        throw shape_error("normalize: a deviation is ", std::to_string(one), "; it should be positive");
    return input;
  }

  template <class T> void evaluate(Workpiece<T>& image) const {
    for (Index channel = 0; channel < image.shape.channels; ++channel) {
      const T shift = static_cast<T>(mean[static_cast<std::size_t>(channel)]);
      const T factor = static_cast<T>(1 / deviation[static_cast<std::size_t>(channel)]);
      T* const plane = image.plane(channel);
      for (Index i = 0; i < image.shape.pixels(); ++i) plane[i] = (plane[i] - shift) * factor;
    }
  }
  template <class T> void operator()(Workpiece<T>& image, Draws&) const { evaluate(image); }
};

/// The normalize step that gives this set's channels mean 0 and deviation 1. Bytes count as in a batch, x /
/// 255. A channel that is one value everywhere keeps its scale. Throws lamina::error for an empty set.
template <class Pixel> normalize normalization_of(const Dataset<Pixel>& set) {
  if (set.size() == 0) throw error("normalization_of: the data set is empty");
  const double unit = std::is_same_v<Pixel, std::uint8_t> ? 1.0 / 255 : 1.0;
  const Shape shape = set.shape();
  const double count = static_cast<double>(set.size() * shape.pixels());
  normalize step;
  for (Index channel = 0; channel < shape.channels; ++channel) {
    const auto mean_of = [&](auto value) {
      double sum = 0;
      for (Index sample = 0; sample < set.size(); ++sample) {
        const Pixel* plane = set.image(sample) + channel * shape.pixels();
        double part = 0;  // one image's, so that the total does not swallow small ones
        for (Index i = 0; i < shape.pixels(); ++i) part += value(unit * static_cast<double>(plane[i]));
        sum += part;
      }
      return sum / count;
    };
    const double mean = mean_of([](double x) { return x; });
    // The mean is rounded: that of many equal values need not be that value.
    const double some = unit * static_cast<double>(set.image(0)[channel * shape.pixels()]);
    bool varies = false;
    const double variance = mean_of([&](double x) {
      varies |= x != some;
      return (x - mean) * (x - mean);
    });
    step.mean.push_back(mean);
    step.deviation.push_back(varies && variance > 0 ? std::sqrt(variance) : 1);
  }
  return step;
}

}  // namespace lamina
