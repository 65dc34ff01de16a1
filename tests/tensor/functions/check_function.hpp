// What every element-wise function must satisfy: its value against a plain reference in double, its
// derivative against central differences of that reference, scalars against vectors, and robustness far out.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "lamina/tensor/functions/pointwise_function.hpp"
#include "support/catch.hpp"

namespace support {

/// Arguments from -8 to 8, denser near 0, and some far out; not closer than 0.01 to a kink.
inline std::vector<double> arguments(const std::vector<double>& kinks) {
  std::vector<double> all{-100, -50, -20, 20, 50, 100};
  for (int i = -200; i <= 200; ++i) all.push_back(0.04 * i + 0.0013);
  for (int i = -50; i <= 50; ++i) all.push_back(0.02 * i + 0.0007);
  std::erase_if(all, [&](double x) {
    return std::any_of(kinks.begin(), kinks.end(), [&](double kink) { return std::abs(x - kink) < 0.01; });
  });
  return all;
}

/// f on one element type: at x, value and derivative are close to those given, and a vector gives a scalar's
/// bits.
template <class T, class F>
void check_at(const F& f, double x, double value, double slope, double tolerance) {
  namespace simd = lamina::simd;
  const T argument = static_cast<T>(x);
  constexpr double rounding = 4 * std::numeric_limits<T>::epsilon();
  CAPTURE(F::name, x, sizeof(T));

  const T y = f(argument);
  require_close(y, value, tolerance);
  const T dy = lamina::derivative(f, argument);
  require_close(dy, slope, tolerance);
  const lamina::Dual<T> both = f(lamina::Dual<T>(argument, 1));
  require_close(both.value, y, rounding);
  require_close(both.derivative, dy, rounding);
  if constexpr (F::derivative_from_output) require_close(F::derivative_of_output(y), slope, tolerance);

  // Another lane holds another number, which must not matter.
  alignas(64) T lanes[simd::width<T>] = {};
  lanes[0] = T(3);
  lanes[1] = argument;
  const auto v = simd::load(static_cast<const T*>(lanes));
  require_close(simd::to_native(f(v))[1], y, rounding);
  require_close(simd::to_native(f.apply(v))[1], y, rounding);
  require_close(simd::to_native(lamina::derivative(f, v))[1], dy, rounding);
}

/// Checks f against `reference`, a function of double, everywhere but at its kinks.
template <class F, class Reference>
void check_function(const F& f, Reference reference, const std::vector<double>& kinks = {},
                    double float_tolerance = 1e-6) {
  static_assert(lamina::pointwise_function<F> && std::is_empty_v<F>);
  const auto slope = [&](double x) {
    const double step = 1e-5;
    return (reference(x + step) - reference(x - step)) / (2 * step);
  };
  for (const double x : arguments(kinks)) {
    check_at<double>(f, x, reference(x), slope(x), 2e-9);
    const double rounded = static_cast<float>(x);
    check_at<float>(f, rounded, reference(rounded), slope(rounded), float_tolerance);
  }

  const float nan = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(std::isnan(f(nan)));
  REQUIRE(std::isnan(f(static_cast<double>(nan))));
}

}  // namespace support

using support::check_function;
