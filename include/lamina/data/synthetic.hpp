// A data set that needs no file: the digits 0 to 9 drawn with a soft pen, each image another hand. It is a
// real task, not a toy: forms vary, strokes are bent, sheared, turned and shifted, and clutter and noise lie
// over them. An image is a function of (seed, index) alone, the same on every compiler and thread count.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/random.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/data/dataset.hpp"
#include "lamina/data/detail/canvas.hpp"
#include "lamina/data/detail/digit_strokes.hpp"
#include "lamina/data/draws.hpp"

namespace lamina::data {

/// What synthetic_digits draws.
struct digit_options {
  Index training = 10'000;  // images to learn from
  Index testing = 2'000;    // images to be judged on, none of them among the former
  Index size = 28;          // pixels per side, at least 16
  Index channels = 1;       // 1: light on dark; 3: coloured strokes on coloured ground, dark or light
  lamina::seed seed{1};
};

namespace detail {
void draw_digit(std::uint8_t* image, std::uint64_t number, const digit_options& options);
}

/// Images [first, first + count) of the endless series that a seed stands for; image i shows the digit i mod
/// 10, so any run of ten has each digit once. Throws lamina::error for a negative count and options outside
/// their ranges.
inline Dataset<> draw_digits(Index first, Index count, const digit_options& options = {}) {
  if (options.size < 16) throw error("synthetic digits: size is at least 16 pixels");
  if (options.channels != 1 && options.channels != 3)
    throw error("synthetic digits: channels is 1 for grey or 3 for colour");
  if (first < 0 || count < 0) throw error("synthetic digits: an index and a count are at least 0");
  Dataset<> set;
  set.images = Tensor<std::uint8_t, dyn, dyn, dyn, dyn>(count, options.channels, options.size, options.size);
  set.classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  set.labels.resize(static_cast<std::size_t>(count));
  constexpr Index piece = 16;  // images drawn between two looks at the pool's queue
  parallel_for((count + piece - 1) / piece, [&](Index p) {
    for (Index i = p * piece; i < std::min(count, (p + 1) * piece); ++i) {
      set.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>((first + i) % 10);
      detail::draw_digit(set.images.data() + i * set.shape().elements(),
                         static_cast<std::uint64_t>(first + i), options);
    }
  });
  return set;
}

/// A training set and a test set of handwritten digits that exist nowhere but in this function, ten classes
/// of equal number. Measured on 10,000 test images with the grey default: softmax regression on the pixels
/// gets 81.9 % after 10,000 training images and 84.4 % after 60,000; a LeNet (5x5 to 8 channels, 5x5 to 16,
/// each with ReLU and 2x2 max pooling, then dense; AdamW, one cycle up to 4e-3, batch 64) gets 98.7 to 98.9 %
/// after 5 epochs of 10,000 images and 98.1 to 98.6 % after 8 epochs of 6,000. In colour at 32 pixels,
/// after 10,000 images, they get 17 % and 98.5 to 99.1 % (8 epochs). A core draws some 40,000 grey images a
/// second.
inline TrainTest<> synthetic_digits(const digit_options& options = {}) {
  constexpr Index testing_begins = Index{1} << 40;  // beyond every training image
  return {draw_digits(0, options.training, options), draw_digits(testing_begins, options.testing, options)};
}

// ----------------------------------------------------------------------------------------------------

namespace detail {

/// How one hand writes: bends the unit box by a few long waves (elastic), then turns, shears, stretches and
/// shifts it.
struct Hand {
  struct Wave {
    Point direction, amplitude;
    double phase;
  };
  std::array<Wave, 3> waves;
  double xx, xy, yx, yy;  // the affine part, to pixels
  Point centre;

  Hand(Draws& draws, double size) {
    for (Wave& wave : waves) {
      const double angle = draws.uniform(0, 2 * std::numbers::pi);
      const double frequency = draws.uniform(2.5, 6.5);
      wave.direction = Point{std::cos(angle), std::sin(angle)} * frequency;
      wave.amplitude = {draws.uniform(-0.055, 0.055), draws.uniform(-0.055, 0.055)};
      wave.phase = draws.uniform(0, 2 * std::numbers::pi);
    }
    const double turn = draws.uniform(-0.25, 0.25), shear = draws.uniform(-0.25, 0.25);
    const double height = size * draws.uniform(0.6, 0.8), width = height * draws.uniform(0.8, 1.2);
    const double cosine = std::cos(turn), sine = std::sin(turn);
    xx = cosine * width;
    xy = (cosine * shear - sine) * height;
    yx = sine * width;
    yy = (sine * shear + cosine) * height;
    const double middle = (size - 1) / 2, room = size * 0.085;
    centre = {middle + draws.uniform(-room, room), middle + draws.uniform(-room, room)};
  }

  Point operator()(Point p) const {
    Point bent = p;
    for (const Wave& wave : waves)
      bent = bent + wave.amplitude * std::sin(wave.direction.x * p.x + wave.direction.y * p.y + wave.phase);
    return {centre.x + xx * bent.x + xy * bent.y, centre.y + yx * bent.x + yy * bent.y};
  }
};

/// A point of the Catmull-Rom curve that runs from b (t = 0) to c (t = 1).
constexpr Point between(Point a, Point b, Point c, Point d, double t) {
  const Point linear = (c - a) * t;
  const Point square = (a * 2 - b * 5 + c * 4 - d) * (t * t);
  const Point cube = (b * 3 - a - c * 3 + d) * (t * t * t);
  return b + (linear + square + cube) * 0.5;
}

inline void write_digit(Canvas& canvas, Index digit, Draws& draws) {
  const double size = static_cast<double>(canvas.size);
  const auto forms = forms_of(digit);
  const Glyph form = forms[static_cast<std::size_t>(draws.below(static_cast<Index>(forms.size())))];
  const Hand hand(draws, size);
  const double radius = size / 28 * draws.uniform(0.7, 1.5), strength = draws.uniform(0.75, 1.0);
  constexpr std::size_t most_points = 16;
  std::array<Point, most_points> points;
  for (std::size_t begin = 0; begin < form.size();) {
    std::size_t count = 0;
    for (; begin + count < form.size() && form[begin + count] != lift; ++count)
      points[count] = form[begin + count] + Point{draws.normal(), draws.normal()} * 0.022;
    constexpr int pieces = 5;
    for (std::size_t i = 0; i + 1 < count; ++i) {
      const Point &a = points[i == 0 ? 0 : i - 1], &b = points[i], &c = points[i + 1];
      const Point& d = points[i + 2 < count ? i + 2 : i + 1];
      Point from = hand(b);
      for (int piece = 1; piece <= pieces; ++piece) {
        const Point to = hand(between(a, b, c, d, static_cast<double>(piece) / pieces));
        canvas.line(from, to, radius, strength);
        from = to;
      }
    }
    begin += count + 1;
  }
}

/// What lies over and beside the digit: stray pieces of strokes and faint spots. Every draw is a statement of
/// its own: compilers differ in the order in which they evaluate arguments.
inline void scatter_clutter(Canvas& canvas, Draws& draws) {
  const double size = static_cast<double>(canvas.size), unit = size / 28;
  for (Index piece = draws.below(4); piece > 0; --piece) {
    const Point from{draws.uniform(0, size), draws.uniform(0, size)};
    const double angle = draws.uniform(0, 2 * std::numbers::pi), length = unit * draws.uniform(2, 6);
    const double radius = unit * draws.uniform(0.3, 0.9), strength = draws.uniform(0.3, 0.7);
    canvas.line(from, from + Point{std::cos(angle), std::sin(angle)} * length, radius, strength);
  }
  for (Index spot = draws.below(4); spot > 0; --spot) {
    const Point centre{draws.uniform(0, size), draws.uniform(0, size)};
    const double radius = unit * draws.uniform(2, 6), strength = draws.uniform(0.2, 0.45);
    canvas.blob(centre, radius, strength);
  }
}

/// Four nearly normal numbers (mean 0, deviation 1) from one block: each the sum of a word's four bytes.
/// Whole numbers until the last step, and a tenth of the cost of logarithms and cosines.
inline std::array<double, 4> noise(const Random& random, std::uint64_t block) {
  constexpr double mean = 4 * 127.5, deviation = 147.8;  // of the sum of four uniform bytes
  std::array<double, 4> values;
  const auto words = random.block(block);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t w = words[i];
    values[i] =
        (static_cast<double>((w & 255) + (w >> 8 & 255) + (w >> 16 & 255) + (w >> 24)) - mean) / deviation;
  }
  return values;
}

inline std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 1.0) * 255 + 0.5);
}

/// One colour plane's values: the ground, which may run from dark to light, the digit's ink and the
/// clutter's.
struct Plane {
  double ground, slope_x, slope_y, pen, stray;
};

/// Light on dark when there is one channel. With more, ground and pen differ by at least 0.4 in brightness,
/// either way round, and each channel is tinted.
inline std::array<Plane, 4> mix_colours(Index channels, Draws& draws) {
  std::array<Plane, 4> planes;
  if (channels == 1) {
    planes[0] = {draws.uniform(0, 0.15), 0, 0, 1, 1};
    return planes;
  }
  const double ground = draws.uniform(0.1, 0.9);
  const double pen = ground < 0.5 ? draws.uniform(ground + 0.4, 1) : draws.uniform(0, ground - 0.4);
  const double stray = ground + (pen - ground) * draws.uniform(0.3, 0.7);
  for (Plane& plane : planes)
    plane = {ground + draws.uniform(-0.15, 0.15), draws.uniform(-0.1, 0.1), draws.uniform(-0.1, 0.1),
             pen + draws.uniform(-0.15, 0.15), stray + draws.uniform(-0.15, 0.15)};
  return planes;
}

/// Draws image `number` of a seed into (channels, size, size) bytes.
inline void draw_digit(std::uint8_t* image, std::uint64_t number, const digit_options& options) {
  const Random random = Random(options.seed).stream(number);
  Draws draws(random.stream(0));
  const Index size = options.size, pixels = size * size;
  const Scratch<double> memory(2 * pixels);
  Canvas digit{memory.data(), size}, clutter{memory.data() + pixels, size};
  digit.clear();
  clutter.clear();
  write_digit(digit, static_cast<Index>(number % 10), draws);
  scatter_clutter(clutter, draws);
  const double grain = draws.uniform(0.02, 0.08), middle = static_cast<double>(size - 1) / 2;
  const std::array<Plane, 4> planes = mix_colours(options.channels, draws);
  for (Index channel = 0; channel < options.channels; ++channel) {
    const Plane& plane = planes[static_cast<std::size_t>(channel)];
    const Random grains = random.stream(1 + static_cast<std::uint64_t>(channel));
    std::array<double, 4> four{};
    for (Index i = 0; i < pixels; ++i) {
      if (i % 4 == 0) four = noise(grains, static_cast<std::uint64_t>(i / 4));
      const double x = static_cast<double>(i % size) / middle - 1,
                   y = static_cast<double>(i / size) / middle - 1;
      double value = plane.ground + plane.slope_x * x + plane.slope_y * y;
      value += (plane.stray - value) * clutter.ink[i];
      value += (plane.pen - value) * digit.ink[i];
      image[channel * pixels + i] = to_byte(value + grain * four[static_cast<std::size_t>(i % 4)]);
    }
  }
}

}  // namespace detail
}  // namespace lamina::data
