// A parameter space of its own for tests of optimizers: values, gradients and segments.
#pragma once

#include <cmath>
#include <vector>

#include "lamina/core/storage.hpp"
#include "lamina/net/parameter_space.hpp"

namespace lamina::test {

template <class T> struct ToySpace {
  explicit ToySpace(Index size, std::vector<ParameterSegment> parts = {})
      : values(size), gradients(size), segments(std::move(parts)) {
    if (segments.empty()) segments.push_back({.begin = 0, .end = size});
  }

  ParameterSpace<T> space() { return {values.span(), gradients.span(), segments}; }

  /// scale · sin(step · i + phase) in the values or the gradients.
  static void fill(Storage<T>& storage, double scale, double step, double phase) {
    for (Index i = 0; i < storage.size(); ++i)
      storage[i] = static_cast<T>(scale * std::sin(step * static_cast<double>(i) + phase));
  }

  Storage<T> values, gradients;
  std::vector<ParameterSegment> segments;
};

}  // namespace lamina::test
