#include "lamina/io/detail/stb_easy_font.hpp"

#include <string>

#include "support/catch.hpp"

namespace lamina::test::font_tested {

using namespace lamina::io::detail;

TEST_CASE("the dots of a letter are those of the font") {
  const Dots dots("T");
  std::string rows;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < glyph_width("T"); ++x) rows += dots(x, y) ? '#' : '.';
    rows += '\n';
  }
  REQUIRE(rows ==
          "#####\n"
          "..#..\n"
          "..#..\n"
          "..#..\n"
          "..#..\n"
          "..#..\n"
          "..#..\n"
          ".....\n");
}

TEST_CASE("a letter's strokes join its dots") {
  const auto strokes = glyph_strokes("T");  // 11 dots, 10 joints
  int alone = 0, across = 0, down = 0, diagonal = 0;
  for (const auto& [x0, y0, x1, y1] : strokes) {
    alone += x0 == x1 && y0 == y1;
    across += x0 != x1 && y0 == y1;
    down += x0 == x1 && y0 != y1;
    diagonal += x0 != x1 && y0 != y1;
  }
  REQUIRE(alone == 11);
  REQUIRE(across == 4);
  REQUIRE(down == 6);
  REQUIRE(diagonal == 0);
}

TEST_CASE("any bytes can be shown, one '?' for each character that the font lacks") {
  REQUIRE(printable("abc ~") == "abc ~");
  REQUIRE(printable("caf\u00e9 \u2713\t\x7f") == "caf? ???");
  REQUIRE(glyph_width("\u2713") == glyph_width("?"));
  std::string every;
  for (int byte = 1; byte < 256; ++byte) every += static_cast<char>(byte);
  REQUIRE(glyph_strokes(every).size() > 1000);
  REQUIRE(glyph_width(" ") == 0);
  REQUIRE(glyph_strokes("").empty());
  REQUIRE(glyph_width("") == 0);
}

TEST_CASE("no letter is cut off") {
  for (char letter = '!'; letter <= '~'; ++letter) {
    const std::string text(1, letter);
    const auto once = glyph_strokes(text).size();
    CAPTURE(text);
    REQUIRE(once > 0);
    REQUIRE(glyph_strokes(text + " " + text + " " + text).size() == 3 * once);
  }
}

}  // namespace lamina::test::font_tested
