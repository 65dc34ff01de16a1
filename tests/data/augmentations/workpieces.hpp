// An image of numbers for the tests of steps: channel c, row y, column x holds 100 c + 10 y + x.
#pragma once

#include <algorithm>
#include <vector>

#include "lamina/data/augmentations/workpiece.hpp"

namespace support {

template <class T = double> struct NumberedImage {
  std::vector<T> first, second;
  lamina::Workpiece<T> work;

  explicit NumberedImage(lamina::Shape shape, T scale = 1)
      : first(4 * static_cast<std::size_t>(shape.elements()) + 64, T{-1}),
        second(first),
        work{first.data(), second.data(), shape} {
    for (lamina::Index c = 0; c < shape.channels; ++c)
      for (lamina::Index y = 0; y < shape.height; ++y)
        for (lamina::Index x = 0; x < shape.width; ++x)
          *(work.plane(c) + y * shape.width + x) = scale * static_cast<T>(100 * c + 10 * y + x);
  }
  NumberedImage(const NumberedImage&) = delete;

  T operator()(lamina::Index c, lamina::Index y, lamina::Index x) const {
    return work.plane(c)[y * work.shape.width + x];
  }
  std::vector<T> pixels() const { return {work.pixels, work.pixels + work.shape.elements()}; }
};

inline lamina::Draws draws(std::uint64_t stream) {
  return lamina::Draws(lamina::Random(lamina::seed{1}, stream));
}

}  // namespace support
