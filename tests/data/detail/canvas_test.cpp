#include "lamina/data/detail/canvas.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;
using data::detail::Canvas;
using data::detail::Point;

namespace {

struct Picture {
  std::vector<double> ink = std::vector<double>(20 * 20, -1);
  Canvas canvas{ink.data(), 20};
  Picture() { canvas.clear(); }
  double at(int x, int y) const { return ink[static_cast<std::size_t>(y * 20 + x)]; }
};

double distance_to_segment(Point p, Point a, Point b) {
  double least = 1e9;
  for (int i = 0; i <= 10'000; ++i) {
    const Point on = a + (b - a) * (i / 10'000.0);
    least = std::min(least, std::hypot(p.x - on.x, p.y - on.y));
  }
  return least;
}

}  // namespace

TEST_CASE("a line covers what is within its radius and fades over one pixel") {
  Picture picture;
  const Point from{3.3, 4.1}, to{14.2, 11.7};
  picture.canvas.line(from, to, 1.5, 0.8);
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 20; ++x) {
      const double distance = distance_to_segment({double(x), double(y)}, from, to);
      const double expected = 0.8 * std::min(1.0, std::max(0.0, 2.0 - distance));
      require_close(picture.at(x, y), expected, 1e-5);
    }
}

TEST_CASE("a line without length is a dot; ink does not add up") {
  Picture picture;
  for (int twice = 0; twice < 2; ++twice) picture.canvas.line({5, 5}, {5, 5}, 1, 0.5);
  CHECK(picture.at(5, 5) == 0.5);
  CHECK(picture.at(6, 5) == 0.25);
  CHECK(picture.at(7, 5) == 0);
}

TEST_CASE("what leaves the canvas is cut off") {
  Picture picture;
  picture.canvas.line({-50, 3}, {70, 3}, 0.5, 1);
  picture.canvas.line({-9, -9}, {-5, -9}, 2, 1);
  picture.canvas.blob({25, 25}, 3, 1);
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 20; ++x) require_close(picture.at(x, y), y == 3 ? 1 : 0, 1e-9);
}

TEST_CASE("a blob fades with (1 - (d/r)^2)^2") {
  Picture picture;
  picture.canvas.blob({10, 10}, 4, 0.5);
  CHECK(picture.at(10, 10) == 0.5);
  require_close(picture.at(12, 10), 0.5 * 0.75 * 0.75, 1e-12);
  CHECK(picture.at(14, 10) == 0);
}
