// A chart of curves - loss or accuracy over epochs or steps - with axes, a light grid and a legend.
//
//   const Canvas loss = io::line_chart({.title = "Loss", .x_label = "epoch",
//                                       .curves = {{"training", training_losses}, {"validation",
//                                       validation_losses}}});
//   io::save_png("curves.png", io::side_by_side(std::vector{loss, accuracy}));
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/io/picture/canvas.hpp"
#include "lamina/io/picture/text.hpp"

namespace lamina::io {

/// A curve of a chart: its values lie at x = first, first + step, first + 2 step…
struct Curve {
  std::string name;
  std::vector<double> values;  ///< one that is not finite (or beyond 1e100) leaves a gap
  double first = 1, step = 1;
  /// Above 1, the mean of that many values up to each is drawn, and the values themselves faintly behind it.
  Index smoothing = 1;
  std::optional<Colour> colour = {};  ///< by default the curves of a chart have different ones
};

/// What a chart shows. Axes run over the values unless an end is given.
struct Chart {
  std::string title = {}, x_label = {};
  std::vector<Curve> curves = {};
  std::optional<double> lowest = {}, highest = {};  ///< ends of the y axis
  Index width = 640, height = 420;                  ///< of the picture, in pixels
};

/// Draws the chart; values beyond the ends of an axis lie on the plot's edge. Throws shape_error for a
/// picture below 240 x 180 pixels.
inline Canvas line_chart(const Chart& chart);

// ------------------------------------------------------------------------------------------------------

namespace detail {

/// A stretch of an axis.
struct Interval {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

  bool empty() const { return !(low <= high); }
  double length() const { return high - low; }
  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  /// `value` mapped so that low becomes `from` and high becomes `to`.
  double map(double value, double from, double to) const {
    return from + (value - low) / length() * (to - from);
  }
};

/// Neither infinite nor not a number, nor so large that a difference of two could overflow.
inline bool drawable(double value) { return std::abs(value) < 1e100; }

/// Numbers of an axis: multiples of 1, 2 or 5 times a power of ten, and their decimals when written.
struct Ticks {
  double step;
  int decimals;
  std::vector<double> values;
};

/// At most `most` + 1 ticks within the interval, `least_step` or more apart.
inline Ticks ticks_of(const Interval& interval, int most, double least_step = 0) {
  const double power = std::pow(10.0, std::floor(std::log10(interval.length() / most)));
  double step = power;
  for (const double factor : {2.0, 5.0, 10.0})
    if (interval.length() / step > most) step = factor * power;
  step = std::max(step, least_step);
  Ticks ticks{step, static_cast<int>(std::clamp(-std::floor(std::log10(step) + 1e-9), 0.0, 12.0)), {}};
  const double tolerance = 1e-9 * interval.length();  // so that a tick at an end is not lost to rounding
  const double first = std::ceil((interval.low - tolerance) / step);
  for (int i = 0; i <= most && (first + i) * step <= interval.high + tolerance; ++i)
    ticks.values.push_back((first + i) * step);
  return ticks;
}

inline std::string tick_label(double value, const Ticks& ticks) {
  char text[64];
  if (std::abs(value) < ticks.step / 2) value = 0;  // and no "-0"
  const bool long_number = std::abs(value) >= 1e6 || ticks.decimals > 6;
  std::snprintf(text, sizeof(text), long_number ? "%.*g" : "%.*f", long_number ? 3 : ticks.decimals, value);
  return text;
}

/// The mean of the last `window` drawable values up to each; what is not drawable stays.
inline std::vector<double> running_mean(const std::vector<double>& values, Index window) {
  std::vector<double> means(values);
  const auto width = static_cast<std::size_t>(window);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!drawable(values[i])) continue;
    double sum = 0, count = 0;
    for (std::size_t j = i + 1 > width ? i + 1 - width : 0; j <= i; ++j) {
      if (!drawable(values[j])) continue;
      sum += values[j];
      ++count;
    }
    means[i] = sum / count;
  }
  return means;
}

/// The plot of a chart: its place in the picture and the axes' ranges.
struct Plot {
  Box box;
  Interval x, y;

  Point at(double across, double up) const {
    return {x.map(across, box.left, box.right), y.map(up, box.bottom, box.top)};
  }
};

/// The ranges of all finite values, widened where there is one value or none.
inline void find_ranges(const Chart& chart, Plot& plot) {
  for (const Curve& curve : chart.curves)
    for (std::size_t i = 0; i < curve.values.size(); ++i)
      if (drawable(curve.values[i])) {
        plot.x.include(curve.first + curve.step * static_cast<double>(i));
        plot.y.include(curve.values[i]);
      }
  const auto widen = [](Interval& range) {
    if (range.empty()) range = {0, 1};
    const double size = std::max(std::abs(range.low), std::abs(range.high));
    if (range.length() <= 1e-6 * size) {
      const double room = size > 0 ? size / 2 : 0.5;
      range = {range.low - room, range.high + room};
    }
  };
  widen(plot.x);
  widen(plot.y);
  const double room = 0.06 * plot.y.length();
  // A loss is best seen above its zero; an accuracy that moves between 90 and 99 % is not.
  const bool from_zero = plot.y.low >= 0 && plot.y.low < 0.25 * plot.y.high;
  plot.y = {from_zero ? 0 : plot.y.low - room, plot.y.high + room};
  if (chart.lowest && drawable(*chart.lowest)) plot.y.low = *chart.lowest;
  if (chart.highest && drawable(*chart.highest)) plot.y.high = *chart.highest;
  const double size = std::max(std::abs(plot.y.low), std::abs(plot.y.high));
  if (!(plot.y.length() > 1e-6 * size)) plot.y.high = plot.y.low + std::max(1.0, size / 2);
}

/// Whether all values lie at whole numbers, epochs or steps, between which a tick would mean nothing.
inline bool counts_whole(const Chart& chart) {
  return std::all_of(chart.curves.begin(), chart.curves.end(), [](const Curve& curve) {
    return curve.first == std::floor(curve.first) && curve.step == std::floor(curve.step);
  });
}

/// One curve: its lines, cut at gaps, and a dot at every value when these are few.
inline void draw_curve(Canvas& canvas, const Plot& plot, const Curve& curve,
                       const std::vector<double>& values, double thickness, Colour colour, double opacity) {
  constexpr std::size_t few = 30;
  std::vector<Point> run;
  const auto draw_run = [&] {
    canvas.polyline(run, thickness, colour, opacity);
    if (values.size() <= few)
      for (const Point& point : run) canvas.disc(point, thickness * 1.5, colour);
    run.clear();
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (drawable(values[i]))
      run.push_back(plot.at(curve.first + curve.step * static_cast<double>(i),
                            std::clamp(values[i], plot.y.low, plot.y.high)));
    else
      draw_run();
  }
  draw_run();
}

}  // namespace detail

inline Canvas line_chart(const Chart& chart) {
  constexpr double label_scale = 1.5, margin = 24;
  constexpr std::array palette{colours::blue,   colours::orange, colours::green,
                               colours::purple, colours::yellow, colours::sky};
  require(chart.width >= 240 && chart.height >= 180, "line_chart: a chart has at least 240 x 180 pixels");
  Canvas canvas(chart.width, chart.height);
  const double width = static_cast<double>(chart.width), height = static_cast<double>(chart.height);
  detail::Plot plot;
  detail::find_ranges(chart, plot);

  // The grid's numbers come first: the widest of them says where the plot begins.
  const auto y_ticks = detail::ticks_of(plot.y, 6);
  double label_width = 0;
  for (const double value : y_ticks.values)
    label_width = std::max(label_width, text_width(detail::tick_label(value, y_ticks), label_scale));
  plot.box = {margin + label_width + 10, margin + 64, width - margin - 8,
              height - margin - (chart.x_label.empty() ? 20 : 44)};
  const double x_label_room = text_width(detail::tick_label(plot.x.high, {1, 0, {}}), label_scale) + 28;
  const auto most_x_ticks = static_cast<int>(std::clamp(plot.box.width() / x_label_room, 2.0, 12.0));
  const auto x_ticks = detail::ticks_of(plot.x, most_x_ticks, detail::counts_whole(chart) ? 1 : 0);

  for (const double value : y_ticks.values) {
    const double y = std::round(plot.at(plot.x.low, value).y);
    canvas.fill({plot.box.left, y, plot.box.right, y + 1}, colours::grid);
    draw_text(canvas, {plot.box.left - 10, y - text_height(label_scale) / 2},
              detail::tick_label(value, y_ticks),
              {.scale = label_scale, .colour = colours::faint_ink, .anchor = TextStyle::Anchor::right});
  }
  for (const double value : x_ticks.values) {
    const double x = std::round(plot.at(value, plot.y.low).x);
    canvas.fill({x, plot.box.bottom, x + 1, plot.box.bottom + 5}, colours::axis);
    draw_text(canvas, {x, plot.box.bottom + 11}, detail::tick_label(value, x_ticks),
              {.scale = label_scale, .colour = colours::faint_ink, .anchor = TextStyle::Anchor::centre});
  }
  canvas.fill({plot.box.left, plot.box.bottom, plot.box.right, plot.box.bottom + 1}, colours::axis);
  draw_text(canvas, {(plot.box.left + plot.box.right) / 2, plot.box.bottom + 34}, chart.x_label,
            {.scale = label_scale, .colour = colours::faint_ink, .anchor = TextStyle::Anchor::centre});
  draw_text(canvas, {margin, margin - 4}, chart.title, title_style);

  double legend = margin;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const Curve& curve = chart.curves[i];
    const Colour colour = curve.colour.value_or(palette[i % palette.size()]);
    if (curve.smoothing > 1) detail::draw_curve(canvas, plot, curve, curve.values, 1.2, colour, 0.25);
    detail::draw_curve(canvas, plot, curve,
                       detail::running_mean(curve.values, std::max<Index>(curve.smoothing, 1)), 2.4, colour,
                       1);
    if (curve.name.empty()) continue;
    const double y = margin + 30;
    const Point swatch[] = {{legend + 1, y + 5}, {legend + 21, y + 5}};
    canvas.polyline(swatch, 3, colour);
    const std::string name = fitted(curve.name, label_scale, width - legend - 30);
    draw_text(canvas, {legend + 30, y}, name, {.scale = label_scale});
    legend += 30 + text_width(name, label_scale) + 26;
  }
  return canvas;
}

}  // namespace lamina::io
