// base^exponent, with the special values of C's pow. It is e^(exponent · log base), where an error of the
// product, which may be 700, is as great a one of the result relative to it: so the product needs ten binary
// digits more than the result has. Float is computed in double; for double the product is a sum of two
// numbers, of which the lower one holds what rounding takes from the higher one.
//
// Largest errors measured (tests/simd/power_test.cpp): 0.5 ulp in float; in double 0.96, and 0.54 where
// |exponent · log base| < 50. So powers that are numbers of the type, as small whole ones of small whole
// numbers, are exact.
#pragma once

#include <limits>
#include <type_traits>
#include <utility>

#include "lamina/simd/detail/math_constants.hpp"
#include "lamina/simd/math.hpp"
#include "lamina/simd/vector.hpp"

namespace lamina::simd {

namespace detail {

/// The number high + low, where |low| is at most about half a unit in the last place of `high`.
template <Number V> struct LongNumber {
  V high, low;
};

/// a + b, exactly, where |a| >= |b| or a is 0.
template <Number V> inline LongNumber<V> exact_sum(V a, V b) {
  const V sum = a + b;
  return {sum, b - (sum - a)};
}

/// a · b; exactly but for the last bit of `low` where the target has no fma.
template <Number V> inline LongNumber<V> exact_product(V a, V b) {
  const V product = a * b;
  if constexpr (has_fma) {
    return {product, simd::fma(a, b, V(-product))};
  } else {
    const auto upper_half = [](V x) {
      return with_bits(x, [](auto bits, auto from_bits) { return from_bits(bits >> 27 << 27); });
    };
    const V c = upper_half(a), d = upper_half(b), e = a - c, f = b - d;
    return {product, ((c * d - product) + c * f + e * d) + e * f};
  }
}

/// log x of doubles, to 2^-65 of it, for finite x > 0.
template <Number V> inline LongNumber<V> long_log(V x) {
  // As in log, but for the series: log(1 + f) = 2 s + s³ (2/3 + s² q(s²)).
  using C = PowerConstants;
  using E = ExpConstants<double>;
  const auto [k, significand] = binary_parts(x);
  const V f = significand - V(1), divisor = significand + V(1);
  const V divisor_low = significand - (divisor - V(1)), inverse = V(1) / divisor;
  const V s = f * inverse;
  const auto almost_f = exact_product(s, divisor);
  const V s_low = (((f - almost_f.high) - almost_f.low) - s * divisor_low) * inverse;

  const auto square = exact_product(s, s);
  const V square_low = simd::fma(V(s + s), s_low, square.low);
  const auto factor = exact_sum(V(C::two_thirds), V(square.high * polynomial<C::log_tail>(square.high)));
  const V factor_low = factor.low + V(C::two_thirds_low);
  const auto product = exact_product(square.high, factor.high);
  const V product_low = simd::fma(square.high, factor_low, simd::fma(square_low, factor.high, product.low));
  const auto term = exact_product(s, product.high);
  const V term_low = simd::fma(s, product_low, simd::fma(s_low, product.high, term.low));

  const auto first = exact_sum(V(k * V(E::ln2_high)), V(s + s)), second = exact_sum(first.high, term.high);
  const V low = simd::fma(k, V(E::ln2_low), V((s_low + s_low) + term_low));
  return exact_sum(second.high, V((first.low + second.low) + low));
}

/// e^(high + low) of doubles.
template <Number V> inline V exp_of_sum(V high, V low) {
  // 1 + r + r²/2 + r³ q(r), where what is added to 1 does not lose what it is rounded to.
  using C = PowerConstants;
  using E = ExpConstants<double>;
  const Exponential<V> e(high);
  const V upper = simd::fma(e.n, V(-E::ln2_high), high), lower = e.n * V(E::ln2_low);
  const V r = upper - lower, r_low = ((upper - r) - lower) + low, half_square = V(0.5) * r * r;
  const auto first = exact_sum(V(1), r), second = exact_sum(first.high, half_square);
  const V rest = simd::fma(V(r * r * r), polynomial<C::exp_tail>(r), V(first.low + second.low));
  return e.times_power(V(second.high + simd::fma(r_low, V(second.high + rest), rest)));
}

template <class T> struct HalfNative {
  typedef T type __attribute__((vector_size(width<T> / 2 * sizeof(T))));
};

/// Half of the floats of a register, from lane First on, as doubles; and two such halves as floats.
template <int First, int... I>
inline Vector<double> half_as_double(native<float> n, std::integer_sequence<int, I...>) {
  return from_native<double>(
      __builtin_convertvector(__builtin_shufflevector(n, n, (First + I)...), native<double>));
}
template <int... I>
inline Vector<float> as_float(native<double> lower, native<double> upper, std::integer_sequence<int, I...>) {
  using Half = typename HalfNative<float>::type;
  return from_native<float>(__builtin_shufflevector(__builtin_convertvector(lower, Half),
                                                    __builtin_convertvector(upper, Half), I...));
}

/// f(a, b) of floats, computed in double.
template <class F> inline float in_double(float a, float b, F f) {
  return static_cast<float>(f(double{a}, double{b}));
}
template <class F> inline Vector<float> in_double(const Vector<float>& a, const Vector<float>& b, F f) {
  constexpr std::make_integer_sequence<int, width<double>> half;
  const native<float> x = to_native(a), y = to_native(b);
  const Vector<double> lower = f(half_as_double<0>(x, half), half_as_double<0>(y, half));
  const Vector<double> upper =
      f(half_as_double<width<double>>(x, half), half_as_double<width<double>>(y, half));
  return as_float(to_native(lower), to_native(upper), std::make_integer_sequence<int, width<float>>{});
}

/// magnitude^exponent, for a magnitude that is not negative. 1^exponent and magnitude^0 are 1, the other be
/// infinite or NaN.
template <Number V> inline V power_of_magnitude(V magnitude, V exponent) {
  if constexpr (std::is_same_v<Element<V>, float>) {
    return in_double(magnitude, exponent, []<Number D>(D x, D y) {
      const D logarithm = simd::log(x);
      return simd::exp(D(select((logarithm == D(0)) | (y == D(0)), D(0), D(y * logarithm))));
    });
  } else {
    using E = ExpConstants<double>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto is_plain = (magnitude > V(0)) & (magnitude < V(infinity));
    const auto logarithm = long_log(V(select(is_plain, magnitude, V(1))));
    // The logarithm of 0 is -infinity; those of infinity and of NaN are what they are of.
    const V of_others = select(magnitude == V(0), V(-infinity), magnitude);
    const V high = select(is_plain, logarithm.high, of_others);
    const auto product = exact_product(exponent, high);
    const V low = simd::fma(exponent, logarithm.low, product.low);
    const V whole = select((high == V(0)) | (exponent == V(0)), V(0), product.high);
    const V limited = simd::min(V(E::highest), simd::max(V(E::lowest), whole));
    return exp_of_sum(limited, V(select(limited == product.high, low, V(0))));
  }
}

}  // namespace detail

/// base^exponent, with C's special values: 1 for an exponent of 0 and for a base of 1; of a negative base NaN
/// unless the exponent is whole, of -infinity and -0 what is right in the limit.
template <Number V> inline V pow(V base, V exponent) {
  constexpr auto infinity = std::numeric_limits<Element<V>>::infinity();
  const V power = detail::power_of_magnitude(V(simd::abs(base)), exponent);
  const V half = exponent * constant<V>(0.5);
  const auto is_whole = simd::floor(exponent) == exponent, is_even = simd::floor(half) == half;
  const V result = select(is_whole & !is_even, V(simd::copysign(power, base)), power);
  return select((base < V(0)) & (base > V(-infinity)) & !is_whole,
                V(std::numeric_limits<Element<V>>::quiet_NaN()), result);
}

}  // namespace lamina::simd
