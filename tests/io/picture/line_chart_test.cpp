#include "lamina/io/picture/line_chart.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "io/picture/support.hpp"
#include "support/catch.hpp"

using namespace lamina;
using io::Canvas;
using support::count;

namespace {

std::vector<std::string> labels(double low, double high, int most, double least_step = 0) {
  const auto ticks = io::detail::ticks_of({low, high}, most, least_step);
  std::vector<std::string> texts;
  for (const double value : ticks.values) texts.push_back(io::detail::tick_label(value, ticks));
  return texts;
}

}  // namespace

TEST_CASE("ticks are round numbers with as many decimals as they need") {
  using Texts = std::vector<std::string>;
  REQUIRE(labels(0, 2.4, 6) == Texts{"0.0", "0.5", "1.0", "1.5", "2.0"});
  REQUIRE(labels(1, 10, 12) == Texts{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"});
  REQUIRE(labels(0.889, 0.996, 6) == Texts{"0.90", "0.92", "0.94", "0.96", "0.98"});
  REQUIRE(labels(-1, 1, 4) == Texts{"-1.0", "-0.5", "0.0", "0.5", "1.0"});
  REQUIRE(labels(0, 937, 6) == Texts{"0", "200", "400", "600", "800"});
  REQUIRE(labels(1, 3, 12, 1) == Texts{"1", "2", "3"});
  REQUIRE(labels(0, 4e6, 2) == Texts{"0", "2e+06", "4e+06"});
  REQUIRE(labels(0.1, 0.3, 2) == Texts{"0.1", "0.2", "0.3"});
}

TEST_CASE("there are at least two ticks and at most as many as there is room for") {
  for (double length = 1e-9; length < 1e9; length *= 1.7)
    for (const double low : {0.0, -length / 3, 0.77 * length}) {
      const auto ticks = io::detail::ticks_of({low, low + length}, 6).values;
      REQUIRE(ticks.size() >= 2);
      REQUIRE(ticks.size() <= 7);
      REQUIRE(ticks.front() >= low - 1e-6 * length);
      REQUIRE(ticks.back() <= low + length + 1e-6 * length);
    }
}

TEST_CASE("a running mean looks back, and skips what is no number") {
  const double nan = std::nan("");
  const auto means = io::detail::running_mean({2, 4, nan, 9, 1}, 3);
  REQUIRE(means[0] == 2);
  REQUIRE(means[1] == 3);
  REQUIRE(std::isnan(means[2]));
  REQUIRE(means[3] == 6.5);
  REQUIRE(means[4] == 5);
  REQUIRE(io::detail::running_mean({2, 4}, 1) == std::vector<double>{2, 4});
}

TEST_CASE("a curve is drawn where its values are") {
  const io::Chart chart{.curves = {{"", {0, 1, 0.5}}}, .lowest = 0, .highest = 1};
  const Canvas canvas = io::line_chart(chart);
  io::detail::Plot plot;
  io::detail::find_ranges(chart, plot);
  REQUIRE(plot.x.low == 1);
  REQUIRE(plot.x.high == 3);
  // Dots, larger than the line is thick: at the left bottom, at the top, and in the middle of the right side.
  const auto dots_near = [&canvas](Index x, Index y) {
    return count(canvas, io::colours::blue, x - 3, y - 3, x + 4, y + 4) > 15;
  };
  Index bottom = 0, left = canvas.width(), right = 0, top = canvas.height();
  for (Index y = 0; y < canvas.height(); ++y)
    for (Index x = 0; x < canvas.width(); ++x) {
      if (canvas.at(x, y) != io::colours::blue) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  REQUIRE(dots_near(left + 3, bottom - 3));
  REQUIRE(dots_near((left + right) / 2, top + 3));
  REQUIRE(dots_near(right - 3, (top + bottom) / 2));
  REQUIRE(bottom - top > 280);
  REQUIRE(right - left > 500);
}

TEST_CASE("curves have colours of their own, or the ones they are given") {
  const io::Colour given{1, 2, 3};
  const Canvas canvas = io::line_chart(
      {.curves = {{"a", {1, 2}}, {"b", {2, 1}}, {.name = "c", .values = {1.5, 1.6}, .colour = given}}});
  REQUIRE(count(canvas, io::colours::blue) > 300);
  REQUIRE(count(canvas, io::colours::orange) > 300);
  REQUIRE(count(canvas, given) > 300);
  REQUIRE(count(canvas, io::colours::green) == 0);
}

TEST_CASE("values that are no numbers leave a gap") {
  const double nan = std::nan("");
  const io::Chart whole{.curves = {{"", {1, 1, 1, 1, 1}}}}, gap{.curves = {{"", {1, 1, nan, 1, 1}}}};
  const auto blue = [](const io::Chart& chart) { return count(io::line_chart(chart), io::colours::blue); };
  REQUIRE(blue(gap) > blue(whole) * 2 / 5);
  REQUIRE(blue(gap) < blue(whole) * 3 / 5);
}

TEST_CASE("any values make a chart") {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::nan("");
  const std::vector<std::vector<double>> strange{
      {},
      {nan},
      {0},
      {5},
      {-1e-300, 1e-300},
      {1e99, -1e99},
      {infinity, -infinity, 3},
      {1e300, 1},
      {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()},
      std::vector<double>(5000, 0.25)};
  for (const auto& values : strange) {
    const Canvas canvas = io::line_chart({.title = "t", .x_label = "x", .curves = {{"curve", values}}});
    REQUIRE(count(canvas, io::colours::grid) > 400);
    REQUIRE(count(canvas, io::colours::axis) > 400);
  }
  REQUIRE_NOTHROW(
      io::line_chart({.curves = {{"", {1, 2}, nan, infinity}}, .lowest = nan, .highest = -infinity}));
  REQUIRE_NOTHROW(io::line_chart({.curves = {{"", {1, 2}}}, .lowest = 3, .highest = 2}));
  REQUIRE_NOTHROW(io::line_chart({.curves = {{"", {0.3, 0.3}}}, .lowest = 0.3, .highest = 0.1 + 0.2}));
  REQUIRE_NOTHROW(io::line_chart({.curves = {{"", {1, 2}}}, .lowest = 1e16, .highest = 1e16 + 2}));
}

TEST_CASE("an empty chart has axes and no curve; one too small is refused") {
  REQUIRE(count(io::line_chart({}), io::colours::blue) == 0);
  REQUIRE_THROWS_AS(io::line_chart({.width = 100}), shape_error);
}

TEST_CASE("a smoothed curve has its values faintly behind it") {
  std::vector<double> noisy;
  for (int i = 0; i < 200; ++i) noisy.push_back(i % 2);
  const Canvas plain = io::line_chart({.curves = {{"", noisy}}});
  const Canvas smooth = io::line_chart({.curves = {{"", noisy, 1, 1, 20}}});
  REQUIRE(count(smooth, io::colours::blue) < count(plain, io::colours::blue) / 4);
  REQUIRE(count(smooth, io::mix(io::colours::paper, io::colours::blue, 0.25)) > 1000);
}
