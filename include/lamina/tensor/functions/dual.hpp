// Dual numbers: forward-mode differentiation. Dual{x, 1} run through a formula comes out as {f(x), f'(x)},
// with one rule per operation below and per function in elementary.hpp. Over SIMD vectors it differentiates a
// whole vector of elements at once; over doubles it is the textbook dual number.
#pragma once

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/functions/formula.hpp"

namespace lamina {

/// A value and its derivative with respect to the formula's variable. V is a float, a double, or a
/// simd::Vector.
template <simd::Number V> struct Dual {
  using Number = V;
  using Mask = simd::Mask<V>;

  V value;
  V derivative;

  Dual(V v, V d) : value(v), derivative(d) {}
  /// A constant.
  template <detail::Literal L> Dual(L x) : Dual(of(x), of(0)) {}

  /// f(x), given y = f(value) and slope() = f'(value).
  template <class Slope> Dual chain(V y, Slope&& slope) const { return {y, slope() * derivative}; }
  static Dual blend(const Mask& mask, const Dual& a, const Dual& b) {
    return {simd::select(mask, a.value, b.value), simd::select(mask, a.derivative, b.derivative)};
  }

  friend Dual operator+(const Dual& a) { return a; }
  friend Dual operator-(const Dual& a) { return {-a.value, -a.derivative}; }
  friend Dual operator+(const Dual& a, const Dual& b) {
    return {a.value + b.value, a.derivative + b.derivative};
  }
  friend Dual operator-(const Dual& a, const Dual& b) {
    return {a.value - b.value, a.derivative - b.derivative};
  }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, simd::fma(a.derivative, b.value, a.value * b.derivative)};
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const V quotient = a.value / b.value;
    return {quotient, simd::fma(-quotient, b.derivative, a.derivative) / b.value};
  }

  // With literals apart, for a literal's derivative is not even multiplied by.
  template <detail::Literal L> friend Dual operator+(const Dual& a, L b) {
    return {a.value + of(b), a.derivative};
  }
  template <detail::Literal L> friend Dual operator+(L a, const Dual& b) {
    return {of(a) + b.value, b.derivative};
  }
  template <detail::Literal L> friend Dual operator-(const Dual& a, L b) {
    return {a.value - of(b), a.derivative};
  }
  template <detail::Literal L> friend Dual operator-(L a, const Dual& b) {
    return {of(a) - b.value, -b.derivative};
  }
  template <detail::Literal L> friend Dual operator*(const Dual& a, L b) {
    return {a.value * of(b), a.derivative * of(b)};
  }
  template <detail::Literal L> friend Dual operator*(L a, const Dual& b) {
    return {of(a) * b.value, of(a) * b.derivative};
  }
  template <detail::Literal L> friend Dual operator/(const Dual& a, L b) {
    return {a.value / of(b), a.derivative / of(b)};
  }
  template <detail::Literal L> friend Dual operator/(L a, const Dual& b) {
    const V quotient = of(a) / b.value;
    return {quotient, -quotient * b.derivative / b.value};
  }

  /// At a tie the derivative is b's: max(x, 0) has derivative 0 at 0.
  friend Dual max(const Dual& a, const Dual& b) {
    return {simd::max(b.value, a.value), simd::select(a.value > b.value, a.derivative, b.derivative)};
  }
  friend Dual min(const Dual& a, const Dual& b) {
    return {simd::min(b.value, a.value), simd::select(a.value < b.value, a.derivative, b.derivative)};
  }

  friend Condition<Dual> operator<(const Dual& a, const Dual& b) { return {a.value < b.value}; }
  friend Condition<Dual> operator>(const Dual& a, const Dual& b) { return {a.value > b.value}; }
  friend Condition<Dual> operator<=(const Dual& a, const Dual& b) { return {a.value <= b.value}; }
  friend Condition<Dual> operator>=(const Dual& a, const Dual& b) { return {a.value >= b.value}; }
  friend Condition<Dual> operator==(const Dual& a, const Dual& b) { return {a.value == b.value}; }
  friend Condition<Dual> operator!=(const Dual& a, const Dual& b) {
    return {simd::not_equal(a.value, b.value)};
  }

 private:
  template <detail::Literal L> static V of(L x) { return simd::constant<V>(static_cast<double>(x)); }
};

namespace detail {
template <class V> inline constexpr bool is_formula_argument<Dual<V>> = true;
}  // namespace detail

}  // namespace lamina
