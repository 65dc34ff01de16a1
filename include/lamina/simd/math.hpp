// Transcendental functions of vectors and scalars. A scalar goes through the same operations as a lane of a
// vector, so that a result does not depend on where a loop over vectors ends. (But sin and cos: xsimd reduces
// all lanes as the largest wants it, and the last bit may tell. pow: power.hpp.)
//
// Largest errors measured over the whole line (tests/tensor/functions/accuracy_test.cpp), in ulp, float /
// double (SSE2 and AVX2, xsimd 8.1):
//   exp 1.0 / 1.0   expm1 1.6 / 2.2   log 0.8 / 0.8   sigmoid 1.7 / 1.7   tanh 2.0 / 2.1   erf 1.9 / 2.1 ours
//   log1p 0.9 / 0.8   sin 1.8 / 1.5   cos 1.6 / 2.3                                                  xsimd's
// Ours are those that networks take most, and erf. Against xsimd's: its erf is 2.4 / 68 ulp off, its exp 1.5
// and expm1 2.0 in float, and ours take less than half its time in double; its tanh is as near, in twice the
// time; its log and pow do not compile for AVX-512. Eigen 3.4's tanh and logistic take 0.8 and 0.7 of ours,
// its erf in gelu half, for errors of 4.3, 7,700 and 5.5 ulp in float.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <numbers>
#include <type_traits>
#include <utility>

#include "lamina/simd/detail/math_constants.hpp"
#include "lamina/simd/vector.hpp"

namespace lamina::simd {

namespace detail {

/// Applies one of xsimd's functions, to a scalar through a vector.
template <Number V, class F> inline V apply(V x, F function) {
  if constexpr (is_vector<V>)
    return function(x);
  else
    return to_native(function(Vector<V>(x)))[0];
}

/// c[First] + c[First + Step] x + c[First + 2 Step] x² + …, by Horner's rule.
template <const auto& c, std::size_t First, std::size_t Step, Number V> inline V horner(V x) {
  constexpr std::size_t degree = (c.size() - 1 - First) / Step;
  V sum(c[First + degree * Step]);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((sum = simd::fma(sum, x, V(c[First + (degree - 1 - I) * Step]))), ...);
  }(std::make_index_sequence<degree>{});
  return sum;
}

/// c[0] + c[1] x + c[2] x² + … for an array c of constants. Long ones as two in x², of even and of odd
/// powers, which do not wait for each other.
template <const auto& c, Number V> inline V polynomial(V x) {
  if constexpr (c.size() < 8)
    return horner<c, 0, 1>(x);
  else
    return simd::fma(x, horner<c, 1, 2>(x * x), horner<c, 0, 2>(x * x));
}

template <class T> using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
template <class T> constexpr Bits<T> bits_of(T number) { return std::bit_cast<Bits<T>>(number); }

/// Calls f(bits, from_bits): the bits of x as unsigned integers, and the way back.
template <Number V, class F> inline V with_bits(V x, F f) {
  using T = Element<V>;
  if constexpr (is_vector<V>) {
    typedef Bits<T> NativeBits __attribute__((vector_size(sizeof(native<T>))));
    return f((NativeBits)to_native(x), [](NativeBits bits) { return from_native<T>((native<T>)bits); });
  } else {
    return f(bits_of(x), [](Bits<T> bits) { return std::bit_cast<T>(bits); });
  }
}

/// e^x = 2^n (1 + z), n whole and |z| < 0.42.
template <Number V> struct Exponential {
  using T = Element<V>;
  using C = ExpConstants<T>;
  static constexpr int mantissa = std::numeric_limits<T>::digits - 1;
  /// Adding it rounds to a whole number, whose bits then stand lowest.
  static constexpr T rounder = static_cast<T>(3ull << (mantissa - 1));

  V rounded, n, z;  // rounded = n + rounder

  explicit Exponential(V x)
      : rounded(simd::fma(x, constant<V>(std::numbers::log2e), V(rounder))), n(rounded - V(rounder)) {
    // r = x - n ln 2, |r| <= ln 2 / 2, and z = r + r² q(r) with a polynomial q.
    const V r = simd::fma(n, V(-C::ln2_low), simd::fma(n, V(-C::ln2_high), x));
    z = simd::fma(r * r, polynomial<C::tail>(r), r);
  }

  static constexpr auto one = bits_of(T{1});

  /// 2^(n - Less), if that is a normal number.
  template <int Less> V power() const {
    return with_bits(rounded, [](auto bits, auto from_bits) {
      return from_bits((bits << mantissa) + (one - (decltype(one){Less} << mantissa)));
    });
  }
  /// y · 2^n. In two factors, for 2^n alone may be infinite or subnormal where the product is neither.
  V times_power(V y) const {
    return with_bits(rounded, [&](auto bits, auto from_bits) {
      const auto half = bits >> 1;
      return y * from_bits((half << mantissa) + one) * from_bits(((bits - half) << mantissa) + one);
    });
  }
};

/// The exponent and the significand of x = 2^exponent · significand, a number from the root of 1/2 to that of
/// 2; for finite x > 0.
template <Number V> struct BinaryParts {
  V exponent, significand;
};
template <Number V> inline BinaryParts<V> binary_parts(V x) {
  using T = Element<V>;
  using C = LogConstants<T>;
  constexpr int mantissa = std::numeric_limits<T>::digits - 1;
  constexpr auto least = bits_of(C::root_of_half), to_one = bits_of(T{1}) - least;
  constexpr auto fraction = bits_of(std::numeric_limits<T>::min()) - 1;
  // What is too small to be normal is made so; and 2^mantissa + n has the bits of n lowest.
  const auto is_subnormal = x < V(std::numeric_limits<T>::min());
  const V normal = select(is_subnormal, V(x * V(C::lift)), x);
  const V exponent = with_bits(normal, [&](auto bits, auto from_bits) {
    return from_bits(((bits + to_one) >> mantissa) | bits_of(C::above_fractions));
  });
  return {exponent - select(is_subnormal, V(C::above_fractions + C::bias + C::lifted),
                            V(C::above_fractions + C::bias)),
          with_bits(normal, [&](auto bits, auto from_bits) {
            return from_bits(((bits + to_one) & fraction) + least);
          })};
}

}  // namespace detail

/// e^x. Results down to the smallest subnormal number; 0 below, infinity above, NaN for NaN.
template <Number V> inline V exp(V x) {
  // From `least` on both factors of 2^n have the bits of 0. Above it the processor takes three times as long
  // for a product too small to be normal; -infinity, the padding of a softmax, must not.
  using C = detail::ExpConstants<Element<V>>;
  const detail::Exponential e(simd::min(V(C::highest), simd::max(V(C::least), x)));
  return e.times_power(V(1) + e.z);
}

/// e^x - 1, accurate near 0.
template <Number V> inline V expm1(V x) {
  // (2^n - 1) + 2^n z: the first term is exact wherever the 1 counts. The greatest 2^n is infinite where the
  // result is not; there half of all is doubled.
  using C = detail::ExpConstants<Element<V>>;
  detail::Exponential e(simd::min(V(C::highest), simd::max(V(C::lowest_normal), x)));
  const V rounded = e.rounded;
  e.rounded = simd::min(V(e.rounder + C::highest_power), rounded);
  const V power = e.template power<0>();
  return simd::fma(power, e.z, power - V(1)) * (V(1) + (rounded - e.rounded));
}

/// 1 / (1 + e^-x), the logistic function. Results down to the smallest subnormal number; 0 below.
template <Number V> inline V sigmoid(V x) {
  // 1 + e^-x = (1 + 2^n) + 2^n z, here times `unit`, so that it is finite where its reciprocal is not 0. What
  // 1 + 2^n loses to rounding, an error that would be alone in reaching 2 ulp, goes into the second term.
  using T = Element<V>;
  using C = detail::ExpConstants<T>;
  constexpr T unit = static_cast<T>(0x1p-64), one_to_the_last_bit = -40;  // 1 + e^-40 is 1
  const detail::Exponential e(simd::min(V(-C::lowest), simd::max(V(one_to_the_last_bit), -x)));
  const V power = e.template power<64>(), first = power + V(unit);
  return V(unit) / (first + simd::fma(power, e.z, (power - first) + V(unit)));
}

/// The hyperbolic tangent; 1 and -1 at the infinities.
template <Number V> inline V tanh(V x) {
  // (e^-2|x| - 1) / (e^-2|x| + 1): of the exponents' two signs this one rounds the denominator, which is then
  // just below 2 where x is small, half as much.
  constexpr Element<V> limit = sizeof(Element<V>) == 4 ? 10 : 20;  // tanh is 1 to the last bit
  const detail::Exponential e(simd::min(V(limit), simd::abs(x)) * V(-2));
  const V power = e.template power<0>();
  return simd::copysign(V(simd::fma(power, e.z, power - V(1)) / simd::fma(power, e.z, power + V(1))), x);
}

/// The error function 2/sqrt(pi) ∫_0^x exp(-t²) dt.
template <Number V> inline V erf(V x) {
  // 1 - exp(-(t + t p(t))) of t = |x|, with a polynomial p.
  using C = detail::ErfConstants<Element<V>>;
  const V t = simd::min(V(C::limit), simd::abs(x));
  const detail::Exponential e(simd::fma(-t, detail::polynomial<C::tail>(t), -t));
  const V power = e.template power<0>();
  return simd::copysign(simd::fma(-power, e.z, V(1) - power), x);
}

/// The natural logarithm; of a negative number NaN, of 0 -infinity.
template <Number V> inline V log(V x) {
  // With x = 2^k (1 + f), s = f / (2 + f) and h = f² / 2, log(1 + f) is f - h + s (h + r), where r = s² q(s²)
  // with a polynomial q.
  using T = Element<V>;
  using C = detail::LogConstants<T>;
  using E = detail::ExpConstants<T>;
  const auto [k, significand] = detail::binary_parts(x);
  const V f = significand - V(1), s = f / (f + V(2)), h = V(static_cast<T>(0.5)) * f * f;
  const V r = s * s * detail::polynomial<C::tail>(V(s * s));
  const V result = simd::fma(k, V(E::ln2_high), f - (h - simd::fma(k, V(E::ln2_low), s * (h + r))));
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const V of_no_number = select(x == V(0), V(-infinity), V(std::numeric_limits<T>::quiet_NaN()));
  return select(x > V(0), select(x < V(infinity), result, x), of_no_number);
}

/// log(1 + x), accurate near 0.
template <Number V> inline V log1p(V x) {
  return detail::apply(x, [](auto v) { return xsimd::log1p(v); });
}

/// sin x and cos x, x in radians.
template <Number V> inline V sin(V x) {
  return detail::apply(x, [](auto v) { return xsimd::sin(v); });
}
template <Number V> inline V cos(V x) {
  return detail::apply(x, [](auto v) { return xsimd::cos(v); });
}

}  // namespace lamina::simd
