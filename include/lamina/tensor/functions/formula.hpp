// What the formula of an element-wise function is written in. Variable wraps a scalar or a SIMD vector so
// thinly that `x * sigmoid(x) + 0.5` costs what the bare arithmetic costs; its literals take its own
// precision (0.5 * x stays float), and its conditional is select(x > 0, a, b), because a vector takes both
// branches. The same formula over Dual (dual.hpp) also gives the derivative.
#pragma once

#include <concepts>
#include <type_traits>

#include "lamina/simd/simd.hpp"

namespace lamina {

namespace detail {
template <class L>
concept Literal = std::is_arithmetic_v<L>;
}  // namespace detail

/// What comparing gives: true or false in every lane. Combine with && || !, use with select.
template <class X> struct Condition {
  using Mask = typename X::Mask;

  Mask mask;

  /// a where the condition holds, b elsewhere. Both are evaluated; what is not taken leaves no trace.
  friend X select(const Condition& condition, const X& a, const X& b) {
    return X::blend(condition.mask, a, b);
  }

  friend Condition operator&&(const Condition& a, const Condition& b) { return {Mask(a.mask & b.mask)}; }
  friend Condition operator||(const Condition& a, const Condition& b) { return {Mask(a.mask | b.mask)}; }
  friend Condition operator!(const Condition& a) { return {!a.mask}; }

  /// Lanes differ, so `if` and `?:` cannot branch on them: write select(condition, a, b).
  explicit operator bool() const = delete;
};

/// The variable of a formula: V is a float, a double, or a simd::Vector of them.
template <simd::Number V> struct Variable {
  using Number = V;
  using Mask = simd::Mask<V>;

  V value;

  explicit Variable(V x) : value(x) {}
  template <detail::Literal L> Variable(L x) : value(simd::constant<V>(static_cast<double>(x))) {}

  /// f(x), given y = f(value). (For a Dual, slope() gives f'(value) and is called; here it is not.)
  template <class Slope> Variable chain(V y, Slope&&) const { return Variable(y); }
  static Variable blend(const Mask& mask, const Variable& a, const Variable& b) {
    return Variable(simd::select(mask, a.value, b.value));
  }

  friend Variable operator+(const Variable& a) { return a; }
  friend Variable operator-(const Variable& a) { return Variable(-a.value); }
  friend Variable operator+(const Variable& a, const Variable& b) { return Variable(a.value + b.value); }
  friend Variable operator-(const Variable& a, const Variable& b) { return Variable(a.value - b.value); }
  friend Variable operator*(const Variable& a, const Variable& b) { return Variable(a.value * b.value); }
  friend Variable operator/(const Variable& a, const Variable& b) { return Variable(a.value / b.value); }

  /// Where x is NaN, max(x, c) and min(x, c) are NaN for a constant c (on x86 and NEON).
  friend Variable max(const Variable& a, const Variable& b) { return Variable(simd::max(b.value, a.value)); }
  friend Variable min(const Variable& a, const Variable& b) { return Variable(simd::min(b.value, a.value)); }

  friend Condition<Variable> operator<(const Variable& a, const Variable& b) { return {a.value < b.value}; }
  friend Condition<Variable> operator>(const Variable& a, const Variable& b) { return {a.value > b.value}; }
  friend Condition<Variable> operator<=(const Variable& a, const Variable& b) { return {a.value <= b.value}; }
  friend Condition<Variable> operator>=(const Variable& a, const Variable& b) { return {a.value >= b.value}; }
  friend Condition<Variable> operator==(const Variable& a, const Variable& b) { return {a.value == b.value}; }
  friend Condition<Variable> operator!=(const Variable& a, const Variable& b) {
    return {simd::not_equal(a.value, b.value)};
  }
};

namespace detail {
template <class X> inline constexpr bool is_formula_argument = false;
template <class V> inline constexpr bool is_formula_argument<Variable<V>> = true;
}  // namespace detail

/// A Variable, or a Dual: what a formula takes and gives.
template <class X>
concept FormulaArgument = detail::is_formula_argument<std::remove_cvref_t<X>>;

// For formulas written in steps. (They take templates of a type, not any type X: clang would try them for the
// numbers and pointers of templates that see this namespace, and find that operators of those cannot be.)
template <template <class> class X, class V>
  requires FormulaArgument<X<V>>
X<V>& operator+=(X<V>& a, const std::type_identity_t<X<V>>& b) {
  return a = a + b;
}
template <template <class> class X, class V>
  requires FormulaArgument<X<V>>
X<V>& operator-=(X<V>& a, const std::type_identity_t<X<V>>& b) {
  return a = a - b;
}
template <template <class> class X, class V>
  requires FormulaArgument<X<V>>
X<V>& operator*=(X<V>& a, const std::type_identity_t<X<V>>& b) {
  return a = a * b;
}
template <template <class> class X, class V>
  requires FormulaArgument<X<V>>
X<V>& operator/=(X<V>& a, const std::type_identity_t<X<V>>& b) {
  return a = a / b;
}

}  // namespace lamina
