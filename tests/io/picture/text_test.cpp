#include "lamina/io/picture/text.hpp"

#include <string>

#include "io/picture/support.hpp"
#include "support/catch.hpp"

using namespace lamina;
using io::Canvas;
using io::TextStyle;
using support::count;

namespace {

/// The first and one past the last column with ink.
struct Columns {
  Index first, end;
};

Columns inked(const Canvas& canvas) {
  Columns columns{canvas.width(), 0};
  for (Index x = 0; x < canvas.width(); ++x) {
    if (count(canvas, io::colours::paper, x, 0, x + 1, canvas.height()) == canvas.height()) continue;
    columns.first = std::min(columns.first, x);
    columns.end = x + 1;
  }
  return columns;
}

}  // namespace

TEST_CASE("text is as wide and as high as it says, wherever it is anchored") {
  const std::string text = "HTH";
  for (const double scale : {1.0, 1.5, 2.0, 4.0}) {
    const double width = io::text_width(text, scale);
    for (const auto anchor : {TextStyle::Anchor::left, TextStyle::Anchor::centre, TextStyle::Anchor::right}) {
      Canvas canvas(300, 60);
      io::draw_text(canvas, {150, 10}, text, {.scale = scale, .anchor = anchor, .weight = 1});
      const auto [begin, end] = inked(canvas);
      const double part = anchor == TextStyle::Anchor::left     ? 0
                          : anchor == TextStyle::Anchor::centre ? 0.5
                                                                : 1;
      REQUIRE(std::abs(static_cast<double>(begin) - (150 - part * width)) <= 1.5);
      REQUIRE(std::abs(static_cast<double>(end - begin) - width) <= 2);
      REQUIRE(count(canvas, io::colours::paper, 0, 0, 300, 9) == 300 * 9);
      const auto bottom = static_cast<Index>(11 + io::text_height(scale));
      REQUIRE(count(canvas, io::colours::paper, 0, bottom, 300, 60) == 300 * (60 - bottom));
    }
  }
}

TEST_CASE("text is drawn in its colour") {
  Canvas canvas(60, 40);
  io::draw_text(canvas, {5, 5}, "I", {.scale = 4, .colour = io::colours::wrong});
  REQUIRE(count(canvas, io::colours::wrong) > 20);
}

TEST_CASE("a long text is cut so that it fits") {
  REQUIRE(io::fitted("short", 2, 1000) == "short");
  const std::string cut = io::fitted("a name that is much too long", 2, 100);
  REQUIRE(cut.size() > 4);
  REQUIRE(cut.substr(cut.size() - 2) == "..");
  REQUIRE(io::text_width(cut, 2) <= 100);
  REQUIRE(io::fitted("anything", 2, 0) == "..");
  REQUIRE(io::text_width("", 2) == 0);
}
