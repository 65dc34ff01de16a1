// The filters that a convolution has learnt, as a grid of enlarged squares. Each filter is scaled by its own
// largest weight. Filters over three channels are shown in colour, mid grey being zero; any others channel by
// channel, from blue (negative) over white (zero) to red (positive).
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/io/picture/canvas.hpp"
#include "lamina/io/picture/contact_sheet.hpp"

namespace lamina::io {

/// How the grid is laid out.
struct filter_grid_options {
  std::string title = {};
  Index columns = 0;      ///< 0 chooses: 8, or 16 for more than 64 squares
  Index least_side = 64;  ///< a filter is enlarged, by a whole factor, to about this
};

/// The picture of weights (o, i, h, w), in the order PyTorch writes them: o filters over images of Shape
/// {i, h, w}. Throws shape_error when there is no filter or the weights are not that many.
template <class T>
Canvas filter_grid(std::span<const T> weights, Index filters, const Shape& shape,
                   const filter_grid_options& options = {});

// ------------------------------------------------------------------------------------------------------

namespace detail {

/// -1 blue, 0 white, 1 red: the ends and the middle of ColorBrewer's RdBu.
constexpr Colour diverging(double value) {
  constexpr Colour negative{33, 102, 172}, zero{247, 247, 247}, positive{178, 24, 43};
  return value < 0 ? mix(zero, negative, -value) : mix(zero, positive, value);
}

/// The squares of one filter: one in colour for three channels, else one for each channel.
template <class T> std::vector<Canvas> filter_pictures(std::span<const T> weights, const Shape& shape) {
  double largest = 0;
  for (const T weight : weights)
    if (std::isfinite(weight)) largest = std::max(largest, std::abs(static_cast<double>(weight)));
  const auto scaled = [&](Index channel, Index pixel) {  // within [-1, 1]; not a number counts as zero
    const auto weight =
        static_cast<double>(weights[static_cast<std::size_t>(channel * shape.pixels() + pixel)]);
    return largest > 0 && !std::isnan(weight) ? std::clamp(weight / largest, -1.0, 1.0) : 0.0;
  };
  const auto level = [](double value) { return static_cast<std::uint8_t>(127.5 + 127.5 * value); };
  const bool in_colour = shape.channels == 3;

  std::vector<Canvas> pictures;
  for (Index channel = 0; channel < (in_colour ? 1 : shape.channels); ++channel) {
    Canvas picture(shape.columns(), shape.rows());
    for (Index y = 0; y < shape.rows(); ++y)
      for (Index x = 0; x < shape.columns(); ++x) {
        const Index pixel = y * shape.columns() + x;
        picture.set(x, y,
                    in_colour
                        ? Colour{level(scaled(0, pixel)), level(scaled(1, pixel)), level(scaled(2, pixel))}
                        : diverging(scaled(channel, pixel)));
      }
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

}  // namespace detail

template <class T>
Canvas filter_grid(std::span<const T> weights, Index filters, const Shape& shape,
                   const filter_grid_options& options) {
  if (filters < 1 || shape.elements() < 1 || static_cast<Index>(weights.size()) != filters * shape.elements())
    throw shape_error("filter_grid: ", filters, " filters of ", to_string(shape), " do not have ",
                      weights.size(), " weights");
  std::vector<SheetImage> squares;
  const auto size = static_cast<std::size_t>(shape.elements());
  for (std::size_t filter = 0; filter < static_cast<std::size_t>(filters); ++filter)
    for (Canvas& square : detail::filter_pictures(weights.subspan(filter * size, size), shape))
      squares.push_back({std::move(square)});
  const Index columns = options.columns > 0 ? options.columns : squares.size() > 64 ? 16 : 8;
  return contact_sheet(squares, {options.title, columns, options.least_side, 10});
}

}  // namespace lamina::io
