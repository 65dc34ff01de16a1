// What training sees of a model: all parameters in one flat run, their gradients in another, and segments
// that say how parts of them are to be treated. `model.parameter_space()` gives one; optimizers, clipping and
// weight averages (train/) take it, and know nothing else of a network.
#pragma once

#include <span>

#include "lamina/core/shape.hpp"

namespace lamina {

/// Elements [begin, end) of the arena that are treated alike. Segments lie in ascending order and do not
/// overlap; what lies between them is padding: zero in the values as in the gradients, and it stays zero.
struct ParameterSegment {
  Index begin = 0;
  Index end = 0;
  bool decays = true;    ///< weight decay applies (by default not to biases and norms)
  bool frozen = false;   ///< never updated
  float rate_scale = 1;  ///< multiplies the learning rate
  int group = 0;         ///< number of the parameter group, 0 where none was named

  constexpr Index size() const { return end - begin; }
};

/// Views of a model's parameters and gradients, equally long. `backward` adds into the gradients; the step of
/// an optimizer uses them up and leaves zeros.
template <class T> struct ParameterSpace {
  std::span<T> values;
  std::span<T> gradients;
  std::span<const ParameterSegment> segments;
};

}  // namespace lamina
