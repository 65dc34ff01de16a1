// A small raster to draw pictures on: RGB, 8 bits a channel, the origin at the top left, x to the right and y
// down, in pixels. Shapes have real coordinates - pixel (x, y) is the square [x, x+1) × [y, y+1) - and are
// blended by the part of a pixel that they cover, so that edges and lines are smooth. What leaves the canvas
// is cut off.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::io {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};

/// The colours of lamina's pictures. Those of curves keep apart for colour-blind eyes too (Okabe and Ito,
/// 2008).
namespace colours {
inline constexpr Colour paper{255, 255, 255}, ink{38, 44, 52}, faint_ink{112, 120, 130}, grid{228, 231, 235},
    axis{150, 157, 166}, blue{0, 114, 178}, orange{213, 94, 0}, green{0, 140, 100}, purple{160, 80, 150},
    yellow{200, 140, 0}, sky{86, 180, 233}, right{0, 140, 80}, wrong{208, 36, 44};
}

/// `amount` 0 gives `from`, 1 gives `to`.
constexpr Colour mix(Colour from, Colour to, double amount) {
  const auto channel = [amount](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(a + (b - a) * amount + 0.5);
  };
  return {channel(from.red, to.red), channel(from.green, to.green), channel(from.blue, to.blue)};
}

struct Point {
  double x = 0, y = 0;
};

/// A straight piece of a line; from a point to itself it is a dot.
struct Segment {
  Point from, to;
};

/// Left, top, right and bottom edge.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

class Canvas {
 public:
  /// Throws shape_error for a width or height below 1.
  Canvas(Index width, Index height, Colour background = colours::paper);

  Index width() const { return width_; }
  Index height() const { return height_; }
  /// The bytes, row by row, three to a pixel.
  std::span<const std::uint8_t> bytes() const { return bytes_; }

  Colour at(Index x, Index y) const;
  void set(Index x, Index y, Colour colour);
  /// Mixes `colour` into a pixel; outside the canvas it does nothing.
  void blend(Index x, Index y, Colour colour, double amount);

  void fill(const Box& box, Colour colour, double opacity = 1);
  /// A frame around `box`, `thickness` pixels outwards.
  void frame(const Box& box, double thickness, Colour colour);
  void disc(Point centre, double radius, Colour colour);
  /// Straight lines with round ends, drawn as one shape: where they meet or cross they are no darker.
  void lines(std::span<const Segment> segments, double thickness, Colour colour, double opacity = 1);
  /// The line that joins the points.
  void polyline(std::span<const Point> points, double thickness, Colour colour, double opacity = 1);
  /// A picture with its top left corner at (x, y), each pixel enlarged to a square.
  void paste(const Canvas& picture, Index x, Index y, Index enlargement = 1);

 private:
  bool contains(Index x, Index y) const { return 0 <= x && x < width_ && 0 <= y && y < height_; }
  std::size_t offset(Index x, Index y) const { return static_cast<std::size_t>(3 * (y * width_ + x)); }

  Index width_, height_;
  std::vector<std::uint8_t> bytes_;
};

/// The picture of a plain image (c, h, w): one channel is shown grey, three are red, green, blue. Bytes are
/// taken as they are, floating-point numbers are brightness from 0 to 1 (beyond which they are clipped).
/// Throws shape_error for other channel counts, and when the pixels are not as many as the shape says.
template <class Pixel> Canvas picture_of(std::span<const Pixel> pixels, const Shape& shape);

/// Pictures in a row, top edges aligned, `gap` pixels between them.
inline Canvas side_by_side(std::span<const Canvas> pictures, Index gap = 24);

// ------------------------------------------------------------------------------------------------------

namespace detail {

/// The first and one past the last pixel that an interval touches.
struct PixelRange {
  Index first, end;
};

/// The pixels of [low, high) within [0, size); none for an end that is not a number.
inline PixelRange pixels_of(double low, double high, Index size) {
  const auto limit = static_cast<double>(size);
  const auto within = [limit](double x) { return x > 0 ? std::min(x, limit) : 0.0; };
  return {static_cast<Index>(std::floor(within(low))), static_cast<Index>(std::ceil(within(high)))};
}

constexpr PixelRange join(PixelRange a, PixelRange b) {
  return {std::min(a.first, b.first), std::max(a.end, b.end)};
}

/// How much of pixel [i, i+1) lies in [low, high).
inline double overlap(Index i, double low, double high) {
  const double pixel = static_cast<double>(i);
  return std::max(0.0, std::min(high, pixel + 1) - std::max(low, pixel));
}

inline double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const double along = length == 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0);
  return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

template <class Pixel> std::uint8_t brightness(Pixel value) {
  if constexpr (std::is_same_v<Pixel, std::uint8_t>)
    return value;
  else  // not a number becomes black
    return static_cast<std::uint8_t>(value > 0 ? std::min(value, Pixel(1)) * Pixel(255) + Pixel(0.5)
                                               : Pixel(0));
}

}  // namespace detail

inline Canvas::Canvas(Index width, Index height, Colour background) : width_(width), height_(height) {
  require(width >= 1 && height >= 1, "Canvas: width and height must be at least 1");
  bytes_.resize(static_cast<std::size_t>(3 * width * height));
  for (Index y = 0; y < height; ++y)
    for (Index x = 0; x < width; ++x) set(x, y, background);
}

inline Colour Canvas::at(Index x, Index y) const {
  const std::uint8_t* pixel = bytes_.data() + offset(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}

inline void Canvas::set(Index x, Index y, Colour colour) {
  std::uint8_t* pixel = bytes_.data() + offset(x, y);
  pixel[0] = colour.red;
  pixel[1] = colour.green;
  pixel[2] = colour.blue;
}

inline void Canvas::blend(Index x, Index y, Colour colour, double amount) {
  if (contains(x, y) && amount > 0) set(x, y, mix(at(x, y), colour, std::min(amount, 1.0)));
}

inline void Canvas::fill(const Box& box, Colour colour, double opacity) {
  const auto rows = detail::pixels_of(box.top, box.bottom, height_);
  const auto columns = detail::pixels_of(box.left, box.right, width_);
  for (Index y = rows.first; y < rows.end; ++y)
    for (Index x = columns.first; x < columns.end; ++x)
      blend(x, y, colour,
            opacity * detail::overlap(x, box.left, box.right) * detail::overlap(y, box.top, box.bottom));
}

inline void Canvas::frame(const Box& box, double thickness, Colour colour) {
  const Box outer{box.left - thickness, box.top - thickness, box.right + thickness, box.bottom + thickness};
  fill({outer.left, outer.top, outer.right, box.top}, colour);
  fill({outer.left, box.bottom, outer.right, outer.bottom}, colour);
  fill({outer.left, box.top, box.left, box.bottom}, colour);
  fill({box.right, box.top, outer.right, box.bottom}, colour);
}

inline void Canvas::disc(Point centre, double radius, Colour colour) {
  const Segment dot{centre, centre};
  lines(std::span(&dot, 1), 2 * radius, colour);
}

inline void Canvas::lines(std::span<const Segment> segments, double thickness, Colour colour,
                          double opacity) {
  const double reach = thickness / 2 + 0.5;  // a pixel whose centre is this far away is not touched
  const auto extent = [reach](double a, double b, Index size) {
    return detail::pixels_of(std::min(a, b) - reach, std::max(a, b) + reach, size);
  };
  detail::PixelRange rows{height_, 0}, columns{width_, 0};  // of all the segments
  for (const auto& [a, b] : segments) {
    rows = detail::join(rows, extent(a.y, b.y, height_));
    columns = detail::join(columns, extent(a.x, b.x, width_));
  }
  if (rows.end <= rows.first || columns.end <= columns.first) return;

  const Index stride = columns.end - columns.first;
  std::vector<float> coverage(static_cast<std::size_t>((rows.end - rows.first) * stride));
  const auto covered = [&](Index x, Index y) -> float& {
    return coverage[static_cast<std::size_t>((y - rows.first) * stride + x - columns.first)];
  };
  for (const auto& [a, b] : segments) {
    const auto near_rows = extent(a.y, b.y, height_), near_columns = extent(a.x, b.x, width_);
    for (Index y = near_rows.first; y < near_rows.end; ++y)
      for (Index x = near_columns.first; x < near_columns.end; ++x) {
        const Point centre{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5};
        const double here = std::min(1.0, reach - detail::distance(centre, a, b));
        covered(x, y) = std::max(covered(x, y), static_cast<float>(here));
      }
  }
  for (Index y = rows.first; y < rows.end; ++y)
    for (Index x = columns.first; x < columns.end; ++x) blend(x, y, colour, opacity * covered(x, y));
}

inline void Canvas::polyline(std::span<const Point> points, double thickness, Colour colour, double opacity) {
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (points.size() == 1 || i + 1 < points.size())
      segments.push_back({points[i], points[std::min(i + 1, points.size() - 1)]});
  lines(segments, thickness, colour, opacity);
}

inline void Canvas::paste(const Canvas& picture, Index x, Index y, Index enlargement) {
  for (Index row = 0; row < picture.height_ * enlargement; ++row)
    for (Index column = 0; column < picture.width_ * enlargement; ++column)
      if (contains(x + column, y + row))
        set(x + column, y + row, picture.at(column / enlargement, row / enlargement));
}

template <class Pixel> Canvas picture_of(std::span<const Pixel> pixels, const Shape& shape) {
  if (shape.channels != 1 && shape.channels != 3)
    throw shape_error("picture_of: an image has 1 channel or 3, not ", shape.channels);
  if (static_cast<Index>(pixels.size()) != shape.elements())
    throw shape_error("picture_of: an image ", to_string(shape), " has ", shape.elements(), " values, not ",
                      pixels.size());
  Canvas picture(shape.columns(), shape.rows());
  const Index plane = shape.pixels(), green = shape.channels == 3 ? plane : 0, blue = 2 * green;
  for (Index y = 0; y < picture.height(); ++y)
    for (Index x = 0; x < picture.width(); ++x) {
      const Pixel* pixel = pixels.data() + y * shape.columns() + x;
      picture.set(
          x, y,
          {detail::brightness(pixel[0]), detail::brightness(pixel[green]), detail::brightness(pixel[blue])});
    }
  return picture;
}

inline Canvas side_by_side(std::span<const Canvas> pictures, Index gap) {
  require(!pictures.empty(), "side_by_side: there must be a picture");
  Index width = -gap, height = 0;
  for (const Canvas& picture : pictures) {
    width += gap + picture.width();
    height = std::max(height, picture.height());
  }
  Canvas row(width, height);
  Index x = 0;
  for (const Canvas& picture : pictures) {
    row.paste(picture, x, 0);
    x += picture.width() + gap;
  }
  return row;
}

}  // namespace lamina::io
