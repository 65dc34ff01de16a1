// What the tests of pictures ask of a canvas.
#pragma once

#include <algorithm>

#include "lamina/io/picture/canvas.hpp"

namespace support {

/// How many pixels within the columns [left, right) and the rows [top, bottom) have this very colour.
inline lamina::Index count(const lamina::io::Canvas& canvas, lamina::io::Colour colour, lamina::Index left,
                           lamina::Index top, lamina::Index right, lamina::Index bottom) {
  lamina::Index pixels = 0;
  for (lamina::Index y = std::max<lamina::Index>(top, 0); y < std::min(bottom, canvas.height()); ++y)
    for (lamina::Index x = std::max<lamina::Index>(left, 0); x < std::min(right, canvas.width()); ++x)
      pixels += canvas.at(x, y) == colour;
  return pixels;
}

inline lamina::Index count(const lamina::io::Canvas& canvas, lamina::io::Colour colour) {
  return count(canvas, colour, 0, 0, canvas.width(), canvas.height());
}

}  // namespace support
