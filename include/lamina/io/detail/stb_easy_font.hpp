// stb_easy_font is lettering without a font file: ASCII glyphs of square dots, 12 dots from line to line.
// Enlarged they look like a terminal of 1980, so here the dots are joined by lines instead, which drawn with
// round ends make the letters of a plotter. Included here alone, behind a function that takes any text.
#pragma once

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#if __has_include(<stb_easy_font.h>)
#include <stb_easy_font.h>
#else
#include <stb/stb_easy_font.h>
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io::detail {

/// What the font can show of UTF-8 text: each character that is not printable ASCII becomes one '?'.
inline std::string printable(std::string_view text) {
  std::string shown;
  for (const char letter : text) {
    const bool continues = (static_cast<unsigned char>(letter) & 0xC0) == 0x80;
    if (letter >= ' ' && letter <= '~')
      shown += letter;
    else if (!continues)
      shown += '?';
  }
  return shown;
}

/// The dots of a line of text (of its first 4096 bytes), row by row, each row as wide as the text.
class Dots {
 public:
  explicit Dots(std::string_view text) {
    std::string line = printable(text.substr(0, 4096));
    width_ = stb_easy_font_width(line.data());
    lit_.resize(static_cast<std::size_t>(width_ * rows));
    // A quad is four vertices of x, y, z and colour, 4 bytes each; no glyph has as many as 16 quads.
    constexpr std::size_t quad_bytes = 64, glyph_quads = 16;
    std::vector<char> quads((line.size() + 1) * glyph_quads * quad_bytes);
    const int count =
        stb_easy_font_print(0, 0, line.data(), nullptr, quads.data(), static_cast<int>(quads.size()));
    for (int quad = 0; quad < count; ++quad) {
      const char* bytes = quads.data() + static_cast<std::size_t>(quad) * quad_bytes;
      float first[2], opposite[2];  // x and y of two corners
      std::memcpy(first, bytes, sizeof(first));
      std::memcpy(opposite, bytes + 2 * quad_bytes / 4, sizeof(opposite));
      for (int y = static_cast<int>(first[1]); y < static_cast<int>(opposite[1]); ++y)
        for (int x = static_cast<int>(first[0]); x < static_cast<int>(opposite[0]); ++x)
          if (y < rows && x < width_) lit_[static_cast<std::size_t>(y * width_ + x)] = true;
    }
  }

  static constexpr int rows = 12;
  int width() const { return width_; }
  bool operator()(int x, int y) const {
    return 0 <= x && x < width_ && 0 <= y && y < rows && lit_[static_cast<std::size_t>(y * width_ + x)];
  }

 private:
  int width_ = 0;
  std::vector<bool> lit_;
};

/// Columns up to the last one with a dot; the space after the last letter is not counted.
inline int glyph_width(std::string_view text) {
  const Dots dots(text);
  for (int x = dots.width(); x > 0; --x)
    for (int y = 0; y < Dots::rows; ++y)
      if (dots(x - 1, y)) return x;
  return 0;
}

/// A line between the centres of two dots, or on the spot for a dot alone.
struct GlyphStroke {
  double x0, y0, x1, y1;
};

/// The lines that make a line of text, in dots from its top left corner: neighbours along a row or a column
/// are joined, diagonal ones where no such way leads from one to the other.
inline std::vector<GlyphStroke> glyph_strokes(std::string_view text) {
  const Dots dots(text);
  std::vector<GlyphStroke> strokes;
  for (int y = 0; y < Dots::rows; ++y)
    for (int x = 0; x < dots.width(); ++x) {
      if (!dots(x, y)) continue;
      const auto join = [&](int dx, int dy) {
        strokes.push_back({x + 0.5, y + 0.5, x + dx + 0.5, y + dy + 0.5});
      };
      join(0, 0);
      if (dots(x + 1, y)) join(1, 0);
      if (dots(x, y + 1)) join(0, 1);
      if (dots(x + 1, y + 1) && !dots(x + 1, y) && !dots(x, y + 1)) join(1, 1);
      if (dots(x - 1, y + 1) && !dots(x - 1, y) && !dots(x, y + 1)) join(-1, 1);
    }
  return strokes;
}

}  // namespace lamina::io::detail
