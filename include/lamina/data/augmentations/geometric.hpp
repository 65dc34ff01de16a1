// Steps that move pixels: random_flip, random_crop, random_affine.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/augmentations/workpiece.hpp"
#include "lamina/data/draws.hpp"

namespace lamina {

/// Mirrors left and right with probability `horizontal`, top and bottom with probability `vertical`.
struct random_flip {
  double horizontal = 0.5;
  double vertical = 0;

  void check() const {
    detail::require_option(detail::is_probability(horizontal) && detail::is_probability(vertical),
                           "random_flip: horizontal and vertical are probabilities, from 0 to 1");
  }

  template <class T> void operator()(Workpiece<T>& image, Draws& draws) const {
    const bool sideways = draws.chance(horizontal), upside_down = draws.chance(vertical);
    const auto [channels, height, width] = image.shape;
    for (Index channel = 0; channel < channels; ++channel) {
      T* const plane = image.plane(channel);
      if (sideways)
        for (Index y = 0; y < height; ++y) std::reverse(plane + y * width, plane + (y + 1) * width);
      if (upside_down)
        for (Index y = 0; y < height / 2; ++y)
          std::swap_ranges(plane + y * width, plane + (y + 1) * width, plane + (height - 1 - y) * width);
    }
  }
};

/// Cuts a window out of the image, which is first extended by `padding` pixels on all sides. For evaluation:
/// the window in the middle. `random_crop{.padding = 4}` is the usual one for CIFAR (He et al. 2015).
struct random_crop {
  Index padding = 0;  // pixels
  Index height = 0;   // of the window; 0: as the image
  Index width = 0;
  Border border = Border::zero;

  /// Throws shape_error when the window is larger than the image with its padding.
  Shape output_shape(Shape input) const {
    const Shape window{input.channels, height ? height : input.height, width ? width : input.width};
    if (padding < 0 || window.height < 1 || window.width < 1 || window.height > input.height + 2 * padding ||
        window.width > input.width + 2 * padding)
      throw shape_error("random_crop: a window of ", to_string(window), " does not lie in an image of ",
                        to_string(input), " padded by ", padding);
    return window;
  }

  template <class T> void operator()(Workpiece<T>& image, Draws& draws) const {
    const Shape window = output_shape(image.shape);
    const Index top = draws.below(image.shape.height + 2 * padding - window.height + 1);
    const Index left = draws.below(image.shape.width + 2 * padding - window.width + 1);
    cut(image, window, top - padding, left - padding);
  }

  template <class T> void evaluate(Workpiece<T>& image) const {
    const Shape window = output_shape(image.shape);
    if (window == image.shape) return;
    cut(image, window, (image.shape.height - window.height) / 2, (image.shape.width - window.width) / 2);
  }

 private:
  template <class T> void cut(Workpiece<T>& image, Shape window, Index top, Index left) const {
    T* to = image.spare;
    for (Index channel = 0; channel < window.channels; ++channel)
      for (Index y = 0; y < window.height; ++y, to += window.width) {
        const Index row = detail::at_border(top + y, image.shape.height, border);
        const T* const from = image.plane(channel) + row * image.shape.width;
        for (Index x = 0; x < window.width; ++x) {
          const Index column = detail::at_border(left + x, image.shape.width, border);
          to[x] = row < 0 || column < 0 ? T{0} : from[column];
        }
      }
    image.shape = window;
    image.swap();
  }
};

/// Turns, shears, scales and shifts the image about its middle, by amounts uniform in these ranges, with
/// bilinear interpolation. `random_affine{.rotation = 15}` only turns.
struct random_affine {
  double rotation = 0;     // degrees, either way
  double translation = 0;  // part of the width and of the height, either way
  double scale_low = 1;    // factors above 0; > 1 enlarges
  double scale_high = 1;
  double shear = 0;  // degrees below 90, either way, along x
  Border border = Border::zero;

  void check() const {
    detail::require_option(
        scale_low > 0 && scale_low <= scale_high && std::isfinite(scale_high),
        "random_affine: scale_low and scale_high are factors above 0, the lower one first");
    detail::require_option(std::abs(shear) < 90, "random_affine: shear is an angle below 90 degrees");
    detail::require_option(std::isfinite(rotation) && std::isfinite(translation),
                           "random_affine: rotation and translation are finite numbers");
  }

  template <class T> void operator()(Workpiece<T>& image, Draws& draws) const {
    constexpr double degree = std::numbers::pi / 180;
    const auto [channels, height, width] = image.shape;
    const double turn = degree * draws.uniform(-rotation, rotation);
    const double slant = std::tan(degree * draws.uniform(-shear, shear));
    const double scale = draws.uniform(scale_low, scale_high);
    const double shift_x = static_cast<double>(width) * draws.uniform(-translation, translation);
    const double shift_y = static_cast<double>(height) * draws.uniform(-translation, translation);
    // Output = scale * turn * slant * input + shift about the middle; pixels are looked up through the
    // inverse: input = unslant * unturn * (output - shift) / scale.
    const double cos_turn = std::cos(turn) / scale, sin_turn = std::sin(turn) / scale;
    const double xx = cos_turn + slant * sin_turn, xy = sin_turn - slant * cos_turn, yx = -sin_turn,
                 yy = cos_turn;
    const double middle_x = static_cast<double>(width - 1) / 2,
                 middle_y = static_cast<double>(height - 1) / 2;
    for (Index y = 0; y < height; ++y)
      for (Index x = 0; x < width; ++x) {
        const double dx = static_cast<double>(x) - middle_x - shift_x,
                     dy = static_cast<double>(y) - middle_y - shift_y;
        interpolate(image, middle_x + xx * dx + xy * dy, middle_y + yx * dx + yy * dy, y * width + x);
      }
    image.swap();
  }

 private:
  /// Writes pixel `to` of `spare` in all channels from the four around (x, y).
  template <class T> void interpolate(Workpiece<T>& image, double x, double y, Index to) const {
    const auto [channels, height, width] = image.shape;
    const double left = std::floor(x), top = std::floor(y);
    const auto right_part = static_cast<T>(x - left), lower_part = static_cast<T>(y - top);
    const Index column = static_cast<Index>(left), row = static_cast<Index>(top);
    const Index columns[] = {detail::at_border(column, width, border),
                             detail::at_border(column + 1, width, border)};
    const Index rows[] = {detail::at_border(row, height, border), detail::at_border(row + 1, height, border)};
    const T across[] = {1 - right_part, right_part}, down[] = {1 - lower_part, lower_part};
    for (Index channel = 0; channel < channels; ++channel) {
      T sum = 0;
      for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 2; ++j)
          if (rows[i] >= 0 && columns[j] >= 0)
            sum += down[i] * across[j] * image.plane(channel)[rows[i] * width + columns[j]];
      image.spare[channel * height * width + to] = sum;
    }
  }
};

}  // namespace lamina
