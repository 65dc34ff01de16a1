#include "lamina/io/picture/canvas.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;
using io::Canvas;
using io::Colour;
using io::Point;

namespace {

constexpr Colour black{0, 0, 0}, white{255, 255, 255}, red{255, 0, 0};

/// How dark the canvas is, in black pixels on white.
double darkness(const Canvas& canvas) {
  double sum = 0;
  for (Index y = 0; y < canvas.height(); ++y)
    for (Index x = 0; x < canvas.width(); ++x) sum += (255.0 - canvas.at(x, y).green) / 255.0;
  return sum;
}

}  // namespace

TEST_CASE("a canvas begins as its background, bytes in rows of RGB") {
  Canvas canvas(3, 2, {1, 2, 3});
  canvas.set(1, 1, {7, 8, 9});
  REQUIRE(canvas.bytes().size() == 18);
  REQUIRE(canvas.bytes()[0] == 1);
  REQUIRE(canvas.bytes()[5] == 3);
  REQUIRE(canvas.bytes()[12] == 7);
  REQUIRE(canvas.at(1, 1) == Colour{7, 8, 9});
  REQUIRE_THROWS_AS(Canvas(0, 2), shape_error);
}

TEST_CASE("colours are mixed in equal steps") {
  REQUIRE(io::mix(black, white, 0) == black);
  REQUIRE(io::mix(black, white, 1) == white);
  REQUIRE(io::mix(white, black, 0.5) == Colour{128, 128, 128});
  REQUIRE(io::mix({10, 20, 30}, {20, 10, 30}, 0.3) == Colour{13, 17, 30});
}

TEST_CASE("a box covers pixels by the part of them that is in it") {
  Canvas canvas(6, 4);
  canvas.fill({1.5, 1, 4, 2.25}, black);
  REQUIRE(canvas.at(0, 1) == white);
  REQUIRE(canvas.at(1, 1) == Colour{128, 128, 128});
  REQUIRE(canvas.at(2, 1) == black);
  REQUIRE(canvas.at(3, 1) == black);
  REQUIRE(canvas.at(4, 1) == white);
  REQUIRE(canvas.at(2, 2) == Colour{191, 191, 191});
  REQUIRE(canvas.at(2, 3) == white);
}

TEST_CASE("a frame lies around its box, not in it") {
  Canvas canvas(10, 10);
  canvas.frame({3, 3, 7, 7}, 2, red);
  for (Index y = 0; y < 10; ++y)
    for (Index x = 0; x < 10; ++x) {
      const bool inside = 3 <= x && x < 7 && 3 <= y && y < 7;
      const bool outside = x < 1 || x >= 9 || y < 1 || y >= 9;
      REQUIRE(canvas.at(x, y) == (inside || outside ? white : red));
    }
}

TEST_CASE("a line is as thick as asked, at any slope, with smooth edges") {
  for (const double angle : {0.0, 0.3, 0.785398, 1.2}) {
    Canvas canvas(100, 100);
    const Point line[] = {{20, 10}, {20 + 80 * std::cos(angle) * 0.9, 10 + 80 * std::sin(angle) * 0.9}};
    canvas.polyline(line, 4, black);
    const double pi = 3.14159265358979;
    require_close(darkness(canvas), 72 * 4 + pi * 4, 0.02);  // the line, and a half disc at either end
  }
  Canvas canvas(20, 20);
  const Point level[] = {{5, 10}, {15, 10}};
  canvas.polyline(level, 3, black);
  REQUIRE(canvas.at(10, 8) == Colour{128, 128, 128});
  REQUIRE(canvas.at(10, 9) == black);
  REQUIRE(canvas.at(10, 10) == black);
  REQUIRE(canvas.at(10, 11) == Colour{128, 128, 128});
  REQUIRE(canvas.at(10, 12) == white);
}

TEST_CASE("where a half-transparent line meets itself it is no darker") {
  Canvas canvas(30, 30);
  const Point bow[] = {{5, 5}, {25, 25}, {25, 5}, {5, 25}};
  canvas.polyline(bow, 4, black, 0.5);
  REQUIRE(canvas.at(15, 15) == Colour{128, 128, 128});
  REQUIRE(canvas.at(24, 24) == Colour{128, 128, 128});
}

TEST_CASE("a disc has its area") {
  Canvas canvas(40, 40);
  canvas.disc({20.3, 19.7}, 10, black);
  require_close(darkness(canvas), 314.159, 0.01);
  REQUIRE(canvas.at(20, 20) == black);
}

TEST_CASE("what leaves the canvas is cut off, and nonsense draws nothing") {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::nan("");
  Canvas canvas(10, 10);
  canvas.fill({-infinity, 8, infinity, infinity}, black);
  REQUIRE(darkness(canvas) == 20);
  canvas.fill({nan, nan, nan, nan}, black);
  canvas.disc({1e30, -1e30}, 5, black);
  canvas.disc({nan, 2}, 5, black);
  const Point lost[] = {{-50, -50}, {-20, 100}};
  canvas.polyline(lost, 3, black);
  canvas.polyline({}, 3, black);
  canvas.blend(-1, 3, black, 1);
  canvas.blend(3, 10, black, 1);
  canvas.paste(Canvas(5, 5, black), 20, -20);
  REQUIRE(darkness(canvas) == 20);
}

TEST_CASE("a picture is pasted enlarged, and cut at the edge") {
  Canvas small(2, 1);
  small.set(0, 0, black);
  small.set(1, 0, red);
  Canvas canvas(7, 5);
  canvas.paste(small, 2, 1, 3);
  REQUIRE(canvas.at(1, 1) == white);
  REQUIRE(canvas.at(2, 1) == black);
  REQUIRE(canvas.at(4, 3) == black);
  REQUIRE(canvas.at(5, 1) == red);
  REQUIRE(canvas.at(6, 3) == red);
  REQUIRE(canvas.at(4, 4) == white);
}

TEST_CASE("plain images become pictures") {
  const std::vector<std::uint8_t> grey{0, 10, 20, 30, 40, 255};
  const Canvas a = io::picture_of<std::uint8_t>(grey, {1, 2, 3});
  REQUIRE(a.width() == 3);
  REQUIRE(a.height() == 2);
  REQUIRE(a.at(1, 0) == Colour{10, 10, 10});
  REQUIRE(a.at(2, 1) == white);

  const std::vector<float> colour{0.0F, 1.0F, 0.5F, 2.0F, -1.0F, std::nanf("")};  // r, r, g, g, b, b
  const Canvas b = io::picture_of<float>(colour, {3, 1, 2});
  REQUIRE(b.at(0, 0) == Colour{0, 128, 0});
  REQUIRE(b.at(1, 0) == Colour{255, 255, 0});

  REQUIRE_THROWS_WITH(io::picture_of<float>(colour, {2, 1, 3}), containing("1 channel or 3, not 2"));
  REQUIRE_THROWS_WITH(io::picture_of<float>(colour, {3, 1, 3}), containing("3x1x3 has 9 values, not 6"));
}

TEST_CASE("pictures stand side by side") {
  const std::vector<Canvas> pictures{Canvas(3, 2, black), Canvas(2, 4, red)};
  const Canvas row = io::side_by_side(pictures, 5);
  REQUIRE(row.width() == 10);
  REQUIRE(row.height() == 4);
  REQUIRE(row.at(2, 1) == black);
  REQUIRE(row.at(2, 2) == white);
  REQUIRE(row.at(7, 3) == white);
  REQUIRE(row.at(8, 3) == red);
  REQUIRE_THROWS_AS(io::side_by_side({}), shape_error);
}
