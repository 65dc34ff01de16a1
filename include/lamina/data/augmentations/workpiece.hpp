// What a step of an augmentation works on. A step is any value with
//   template <class T> void operator()(Workpiece<T>& image, Draws& draws) const;
// which changes the image while training, taking every random choice from `draws` (they depend on seed, epoch
// and sample alone). Optional members:
//   template <class T> void evaluate(Workpiece<T>& image) const;
//                                                  what is done to images that are judged, without chance
//   Shape output_shape(Shape input) const;         where the step changes the size (it then has all three
//                                                  members: evaluate must change it, too) or has demands
//   void check() const;                            throws error where its options make no sense
#pragma once

#include <cstddef>
#include <utility>

#include "lamina/core/border.hpp"
#include "lamina/core/require_option.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/draws.hpp"

namespace lamina {

/// An image in the making, (channels, height, width) planes, and as much memory again for steps that cannot
/// work in place: such a step writes to `spare`, sets `shape` and calls `swap`.
template <class T> struct Workpiece {
  T* pixels;
  T* spare;
  Shape shape;

  T* plane(Index channel) const { return pixels + channel * shape.pixels(); }
  void swap() { std::swap(pixels, spare); }
};

namespace detail {

/// Whether a number is a probability; NaN is none.
constexpr bool is_probability(double p) { return p >= 0 && p <= 1; }

/// Which pixel of an axis of `extent` stands for `position`, or -1 for a zero (images have nothing partial).
constexpr Index at_border(Index position, Index extent, Border border) {
  if (position >= 0 && position < extent) return position;
  if (border == Border::zero || border == Border::partial) return -1;
  if (border == Border::circular) return (position % extent + extent) % extent;
  if (border == Border::replicate) return position < 0 ? 0 : extent - 1;
  if (extent == 1) return 0;
  const Index period = 2 * (extent - 1);
  const Index within = ((position % period) + period) % period;
  return within < extent ? within : period - within;
}

}  // namespace detail
}  // namespace lamina
