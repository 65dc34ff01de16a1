// A small grey picture onto which strokes and spots are drawn; what the synthetic digits are made with.
#pragma once

#include <algorithm>
#include <cmath>

#include "lamina/core/shape.hpp"

namespace lamina::data::detail {

/// A place in the plane, x to the right and y downwards.
struct Point {
  double x = 0;
  double y = 0;

  constexpr Point operator+(Point other) const { return {x + other.x, y + other.y}; }
  constexpr Point operator-(Point other) const { return {x - other.x, y - other.y}; }
  constexpr Point operator*(double factor) const { return {x * factor, y * factor}; }
  constexpr bool operator==(const Point&) const = default;
};

/// A square picture being drawn: how much ink lies on each pixel, 0 to 1.
struct Canvas {
  double* ink;
  Index size;

  void clear() { std::fill_n(ink, size * size, 0.0); }

  /// A straight piece of a stroke: full ink within `radius` of the line, fading to none over one pixel.
  void line(Point from, Point to, double radius, double strength) {
    const Point along = to - from;
    const double squared_length = along.x * along.x + along.y * along.y;
    const double reach = radius + 0.5;
    const auto [top, bottom] = rows(std::min(from.y, to.y) - reach, std::max(from.y, to.y) + reach);
    const auto [left, right] = rows(std::min(from.x, to.x) - reach, std::max(from.x, to.x) + reach);
    for (Index y = top; y < bottom; ++y)
      for (Index x = left; x < right; ++x) {
        const Point here = Point{static_cast<double>(x), static_cast<double>(y)} - from;
        const double projected = here.x * along.x + here.y * along.y;
        const double part = squared_length > 0 ? std::clamp(projected / squared_length, 0.0, 1.0) : 0.0;
        const Point off = here - along * part;
        const double cover = std::clamp(reach - std::sqrt(off.x * off.x + off.y * off.y), 0.0, 1.0);
        double& pixel = ink[y * size + x];
        pixel = std::max(pixel, strength * cover);
      }
  }

  /// A round spot that fades with (1 - (d / radius)^2)^2.
  void blob(Point centre, double radius, double strength) {
    const auto [top, bottom] = rows(centre.y - radius, centre.y + radius);
    const auto [left, right] = rows(centre.x - radius, centre.x + radius);
    for (Index y = top; y < bottom; ++y)
      for (Index x = left; x < right; ++x) {
        const Point off = Point{static_cast<double>(x), static_cast<double>(y)} - centre;
        const double inside = std::max(0.0, 1 - (off.x * off.x + off.y * off.y) / (radius * radius));
        double& pixel = ink[y * size + x];
        pixel = std::max(pixel, strength * inside * inside);
      }
  }

 private:
  struct Rows {
    Index first, last;
  };
  /// Pixels whose centres lie in [low, high], cut to the canvas.
  Rows rows(double low, double high) const {
    const double end = static_cast<double>(size);
    return {static_cast<Index>(std::clamp(std::ceil(low), 0.0, end)),
            static_cast<Index>(std::clamp(std::floor(high) + 1, 0.0, end))};
  }
};

}  // namespace lamina::data::detail
