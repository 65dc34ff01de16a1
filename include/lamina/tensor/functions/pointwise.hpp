// pointwise([](auto x) { return x * sigmoid(x); }): an element-wise function, and so a layer, from any
// expression in one variable. Nobody writes its derivative: it comes from running the same expression on dual
// numbers.
#pragma once

#include <string_view>
#include <type_traits>

#include "lamina/tensor/functions/elementary.hpp"
#include "lamina/tensor/functions/pointwise_function.hpp"
#include "lamina/tensor/functions/smooth.hpp"

namespace lamina {

/// The function object of a lambda without captures; what pointwise returns.
template <class Lambda> struct Pointwise : PointwiseFunction<Pointwise<Lambda>> {
  static constexpr std::string_view name = "pointwise";
  template <class X> static X value(const X& x) { return Lambda{}(x); }
};

/// An element-wise function from a generic lambda without captures. Its argument behaves like a number: + - *
/// /, comparisons, && || !, exp log sqrt rsqrt tanh erf sin cos abs pow min max, and every function object of
/// this room. Literals take its precision; its conditional is select(condition, a, b).
template <class Lambda> constexpr Pointwise<Lambda> pointwise(Lambda) {
  static_assert(
      std::is_empty_v<Lambda> && std::is_default_constructible_v<Lambda>,
      "pointwise: the lambda must capture nothing; a net is its type, constants are written into it");
  return {};
}

}  // namespace lamina
