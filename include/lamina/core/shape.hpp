// What one sample of a feature map measures: (channels, height, width), as papers and PyTorch name it.
// An axis that is absent has extent 0, so a vector of ten logits is shape<10>, a sequence shape<16, 100>
// and an image shape<3, 32, 32>; an extent known only at run time is `dyn`. Shape is a structural value: it
// travels as a template argument between layers, which is what puts it into the compiler's messages.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "lamina/core/sentence.hpp"

namespace lamina {

/// Signed extents, counts and offsets, in elements unless a name says bytes.
using Index = std::ptrdiff_t;

/// Marks an extent that is known at run time.
inline constexpr Index dyn = -1;

/// Extents of one sample. Channels come first; height and width are 0 where the axis is absent.
struct Shape {
  Index channels = 0;
  Index height = 0;
  Index width = 0;

  constexpr bool operator==(const Shape&) const = default;

  /// 1 for a vector (C), 2 for a sequence (C, W), 3 for a map (C, H, W).
  constexpr int rank() const { return width == 0 ? 1 : height == 0 ? 2 : 3; }
  constexpr bool is_static() const { return channels != dyn && height != dyn && width != dyn; }
  /// Rows and columns as a kernel loops over them: an absent axis is looped over once.
  constexpr Index rows() const { return height == 0 ? 1 : height; }
  constexpr Index columns() const { return width == 0 ? 1 : width; }
  constexpr Index pixels() const { return rows() * columns(); }
  constexpr Index elements() const { return channels * pixels(); }
};

/// shape<10>, shape<16, 100> or shape<3, 32, 32>.
template <Index Channels, Index... Spatial>
  requires(sizeof...(Spatial) <= 2)
inline constexpr Shape shape = [] {
  constexpr Index spatial[] = {Spatial..., 0, 0};
  if constexpr (sizeof...(Spatial) == 1) return Shape{Channels, 0, spatial[0]};
  return Shape{Channels, spatial[0], spatial[1]};
}();

/// "3x32x32", "10", "3x?x?": as error texts and summaries print a shape.
inline std::string to_string(const Shape& shape) {
  const auto extent = [](Index e) { return e == dyn ? std::string("?") : std::to_string(e); };
  std::string text = extent(shape.channels);
  if (shape.rank() == 3) text += sentence("x", extent(shape.height));
  if (shape.rank() >= 2) text += sentence("x", extent(shape.width));
  return text;
}

inline std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << to_string(shape); }

}  // namespace lamina
