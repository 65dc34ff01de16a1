// The functions that <cmath> names, for formulas and tensor expressions: value and derivative of each. They
// are constrained function templates, not objects, so that `using namespace lamina` beside <cmath> stays
// unambiguous; the objects (for layers, epilogues, map) have names of their own: exponential,
// tanh_activation, absolute…
#pragma once

#include <concepts>
#include <numbers>
#include <string_view>
#include <type_traits>
#include <utility>

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/functions/pointwise_function.hpp"

namespace lamina {

namespace detail {
/// What the functions named as in <cmath> take: everything that a function object takes, but plain numbers.
template <class X, class F>
concept Argument = FormulaArgument<X> || (!simd::Number<std::remove_cvref_t<X>> && Mappable<F, X>);
}  // namespace detail

/// e^x.
struct Exponential : PointwiseFunction<Exponential> {
  static constexpr std::string_view name = "exp";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) {
    const auto y = simd::exp(x.value);
    return x.chain(y, [&] { return y; });
  }
  template <class Y> static Y slope(const Y& y) { return y; }
};
inline constexpr Exponential exponential{};
template <detail::Argument<Exponential> X> auto exp(X&& x) { return exponential(std::forward<X>(x)); }

/// e^x - 1, exact near 0.
struct ExponentialMinusOne : PointwiseFunction<ExponentialMinusOne> {
  static constexpr std::string_view name = "expm1";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) {
    const auto y = simd::expm1(x.value);
    return x.chain(y, [&] { return y + simd::constant<typename X::Number>(1); });
  }
  template <class Y> static Y slope(const Y& y) { return y + 1; }
};
template <detail::Argument<ExponentialMinusOne> X> auto expm1(X&& x) {
  return ExponentialMinusOne{}(std::forward<X>(x));
}

/// The natural logarithm.
struct Logarithm : PointwiseFunction<Logarithm> {
  static constexpr std::string_view name = "log";
  template <class X> static X value(const X& x) {
    return x.chain(simd::log(x.value), [&] { return simd::constant<typename X::Number>(1) / x.value; });
  }
};
inline constexpr Logarithm logarithm{};
template <detail::Argument<Logarithm> X> auto log(X&& x) { return logarithm(std::forward<X>(x)); }

/// log(1 + x), exact near 0.
struct LogarithmOfOnePlus : PointwiseFunction<LogarithmOfOnePlus> {
  static constexpr std::string_view name = "log1p";
  template <class X> static X value(const X& x) {
    const auto one = simd::constant<typename X::Number>(1);
    return x.chain(simd::log1p(x.value), [&] { return one / (one + x.value); });
  }
};
template <detail::Argument<LogarithmOfOnePlus> X> auto log1p(X&& x) {
  return LogarithmOfOnePlus{}(std::forward<X>(x));
}

/// The square root; its derivative at 0 is infinite.
struct SquareRoot : PointwiseFunction<SquareRoot> {
  static constexpr std::string_view name = "sqrt";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) {
    const auto y = simd::sqrt(x.value);
    return x.chain(y, [&] { return simd::constant<typename X::Number>(0.5) / y; });
  }
  template <class Y> static Y slope(const Y& y) { return 0.5 / y; }
};
inline constexpr SquareRoot square_root{};
template <detail::Argument<SquareRoot> X> auto sqrt(X&& x) { return square_root(std::forward<X>(x)); }

/// 1 / sqrt(x), within 1.5 ulp; infinite at 0.
struct ReciprocalSquareRoot : PointwiseFunction<ReciprocalSquareRoot> {
  static constexpr std::string_view name = "rsqrt";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) {
    const auto y = simd::constant<typename X::Number>(1) / simd::sqrt(x.value);
    return x.chain(y, [&] { return simd::constant<typename X::Number>(-0.5) * y * y * y; });
  }
  template <class Y> static Y slope(const Y& y) { return -0.5 * y * y * y; }
};
inline constexpr ReciprocalSquareRoot reciprocal_square_root{};
template <detail::Argument<ReciprocalSquareRoot> X> auto rsqrt(X&& x) {
  return reciprocal_square_root(std::forward<X>(x));
}

/// tanh x = (e^x - e^-x) / (e^x + e^-x), with tanh' = 1 - tanh².
struct HyperbolicTangent : PointwiseFunction<HyperbolicTangent> {
  static constexpr std::string_view name = "tanh";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) {
    const auto y = simd::tanh(x.value);
    return x.chain(y, [&] { return simd::constant<typename X::Number>(1) - y * y; });
  }
  template <class Y> static Y slope(const Y& y) { return 1 - y * y; }
};
/// The layer; in formulas and on tensors write tanh(x).
inline constexpr HyperbolicTangent tanh_activation{};
template <detail::Argument<HyperbolicTangent> X> auto tanh(X&& x) {
  return tanh_activation(std::forward<X>(x));
}

/// The error function 2/sqrt(pi) ∫_0^x exp(-t²) dt.
struct ErrorFunction : PointwiseFunction<ErrorFunction> {
  static constexpr std::string_view name = "erf";
  template <class X> static X value(const X& x) {
    using V = typename X::Number;
    return x.chain(simd::erf(x.value), [&] {
      return simd::constant<V>(2 * std::numbers::inv_sqrtpi) * simd::exp(-x.value * x.value);
    });
  }
};
template <detail::Argument<ErrorFunction> X> auto erf(X&& x) { return ErrorFunction{}(std::forward<X>(x)); }

/// sin x, x in radians.
struct Sine : PointwiseFunction<Sine> {
  static constexpr std::string_view name = "sin";
  template <class X> static X value(const X& x) {
    return x.chain(simd::sin(x.value), [&] { return simd::cos(x.value); });
  }
};
inline constexpr Sine sine{};
template <detail::Argument<Sine> X> auto sin(X&& x) { return sine(std::forward<X>(x)); }

/// cos x, x in radians.
struct Cosine : PointwiseFunction<Cosine> {
  static constexpr std::string_view name = "cos";
  template <class X> static X value(const X& x) {
    return x.chain(simd::cos(x.value), [&] { return -simd::sin(x.value); });
  }
};
inline constexpr Cosine cosine{};
template <detail::Argument<Cosine> X> auto cos(X&& x) { return cosine(std::forward<X>(x)); }

/// |x|, with derivative 0 at 0.
struct Absolute : PointwiseFunction<Absolute> {
  static constexpr std::string_view name = "abs";
  template <class X> static X value(const X& x) {
    using V = typename X::Number;
    const V zero = simd::constant<V>(0);
    return x.chain(simd::abs(x.value), [&] {
      return simd::select(x.value == zero, zero, simd::copysign(simd::constant<V>(1), x.value));
    });
  }
  template <class I> static constexpr I whole(I x) { return x < I{} ? static_cast<I>(-x) : x; }
};
inline constexpr Absolute absolute{};
template <detail::Argument<Absolute> X> auto abs(X&& x) { return absolute(std::forward<X>(x)); }

/// x²: its object is `square`.
struct Square : PointwiseFunction<Square> {
  static constexpr std::string_view name = "square";
  template <class X> static X value(const X& x) { return x * x; }
  template <class I> static constexpr auto whole(I x) { return x * x; }
};
inline constexpr Square square{};

// The three forms of pow name the template and its vector, not just X: so they are more specialised than
// xsimd's pow(const T0&, const T1&), which takes anything and is found through the vector.

/// x^p in a formula, p a number: of a negative x, NaN unless p is whole.
template <template <simd::Number> class X, simd::Number V, std::floating_point P>
  requires FormulaArgument<X<V>>
X<V> pow(const X<V>& x, P p) {
  const auto power = [&](P exponent) { return simd::pow(x.value, simd::constant<V>(double{exponent})); };
  return x.chain(power(p), [&] { return simd::constant<V>(double{p}) * power(p - 1); });
}
/// x^n by multiplication.
template <template <simd::Number> class X, simd::Number V, std::integral N>
  requires FormulaArgument<X<V>>
X<V> pow(const X<V>& x, N n) {
  if (n < 0) return 1 / pow(x, -n);
  X<V> result = 1, factor = x;
  for (; n > 0; n /= 2) {
    if (n % 2 == 1) result = result * factor;
    factor = factor * factor;
  }
  return result;
}
/// b^x and x^y, for a positive base.
template <template <simd::Number> class X, simd::Number V>
  requires FormulaArgument<X<V>>
X<V> pow(const std::type_identity_t<X<V>>& base, const X<V>& exponent) {
  return exp(exponent * log(base));
}

}  // namespace lamina
