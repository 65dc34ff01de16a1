// What the tests of pictures ask of a canvas.
#pragma once

#include <algorithm>

#include "lamina/io/picture/canvas.hpp"

namespace support {

/// How many pixels within the columns [left, right) and the rows [top, bottom) have this very colour.
inline lamina::index count(const lamina::io::Canvas& canvas, lamina::io::Colour colour, lamina::index left,
                           lamina::index top, lamina::index right, lamina::index bottom) {
  lamina::index pixels = 0;
  for (lamina::index y = std::max<lamina::index>(top, 0); y < std::min(bottom, canvas.height()); ++y)
    for (lamina::index x = std::max<lamina::index>(left, 0); x < std::min(right, canvas.width()); ++x)
      pixels += canvas.at(x, y) == colour;
  return pixels;
}

inline lamina::index count(const lamina::io::Canvas& canvas, lamina::io::Colour colour) {
  return count(canvas, colour, 0, 0, canvas.width(), canvas.height());
}

}  // namespace support
