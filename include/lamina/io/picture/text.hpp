// Text on a canvas, in stb_easy_font's letters drawn with smooth lines: ASCII, at any size.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lamina/core/sentence.hpp"
#include "lamina/io/detail/stb_easy_font.hpp"
#include "lamina/io/picture/canvas.hpp"

namespace lamina::io {

/// How text looks and where its anchor point lies: the top of the letters, and their left end, middle or
/// right end.
struct TextStyle {
  enum class Anchor { left, centre, right };

  double scale = 2;  ///< pixels from dot to dot of the font; capitals are 7 dots high
  Colour colour = colours::ink;
  Anchor anchor = Anchor::left;
  double weight = 0.85;  ///< thickness of the lines, relative to the scale
};

/// Titles of pictures.
inline constexpr TextStyle title_style{.weight = 1.1};

/// Height of capitals and digits, in pixels.
constexpr double text_height(double scale) { return 7 * scale; }

/// Width of a line of text, in pixels.
inline double text_width(std::string_view text, double scale) { return scale * detail::glyph_width(text); }

/// Draws a line of text at its anchor point. Characters that are not printable ASCII show as '?'.
inline void draw_text(Canvas& canvas, Point anchor, std::string_view text, const TextStyle& style = {}) {
  const double scale = style.scale, width = text_width(text, scale);
  double left = anchor.x;
  if (style.anchor == TextStyle::Anchor::centre) left -= width / 2;
  if (style.anchor == TextStyle::Anchor::right) left -= width;
  std::vector<Segment> segments;
  for (const auto& [x0, y0, x1, y1] : detail::glyph_strokes(text))
    segments.push_back(
        {{left + scale * x0, anchor.y + scale * y0}, {left + scale * x1, anchor.y + scale * y1}});
  canvas.lines(segments, style.weight * scale, style.colour);
}

/// `text`, or as much of its beginning as fits into `width` pixels, with ".." after it.
inline std::string fitted(std::string_view text, double scale, double width) {
  if (text_width(text, scale) <= width) return std::string(text);
  std::string cut(text);
  while (!cut.empty() && text_width(sentence(cut, ".."), scale) > width) cut.pop_back();
  return sentence(cut, "..");
}

}  // namespace lamina::io
