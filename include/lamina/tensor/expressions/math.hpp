// Functions of tensor expressions, lazy and element by element. What has a derivative that layers need (abs
// sqrt rsqrt exp expm1 log log1p tanh erf sin cos, square, and every activation) comes from functions/, by
// way of map; here is the rest: min max pow of two operands, floor ceil round sign isnan isinf, clamp,
// where(condition, a, b), cast<T>.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/expressions/arithmetic.hpp"
#include "lamina/tensor/expressions/map.hpp"
#include "lamina/tensor/functions/elementary.hpp"

namespace lamina {

namespace detail {

struct RoundDown {
  template <class A> auto operator()(const A& a) const {
    if constexpr (std::is_integral_v<A>)
      return a;
    else
      return simd::floor(as_number(a));
  }
};
struct RoundUp {
  template <class A> auto operator()(const A& a) const {
    if constexpr (std::is_integral_v<A>)
      return a;
    else
      return simd::ceil(as_number(a));
  }
};
struct RoundToNearest {
  template <class A> auto operator()(const A& a) const {
    if constexpr (std::is_integral_v<A>)
      return a;
    else
      return simd::round(as_number(a));
  }
};

/// x < 0: -1, x > 0: 1, else x itself (a zero keeps its sign, NaN stays NaN).
struct Sign {
  template <class A> constexpr auto operator()(const A& a) const {
    if constexpr (std::is_arithmetic_v<A>)
      return a < A{} ? static_cast<A>(-1) : a > A{} ? static_cast<A>(1) : a;
    else
      return simd::select(a < A(0), A(-1), simd::select(a > A(0), A(1), a));
  }
};

struct IsNan {
  template <class A> constexpr auto operator()(const A& a) const { return !(as_number(a) == as_number(a)); }
};

struct IsInfinite {
  template <class A> constexpr auto operator()(const A& a) const {
    if constexpr (std::is_integral_v<A>) {
      return false;
    } else {
      const auto x = as_number(a);
      using V = std::remove_const_t<decltype(x)>;
      return simd::abs(x) == V(std::numeric_limits<simd::Element<V>>::infinity());
    }
  }
};

struct Minimum {
  template <class A, class B> constexpr auto operator()(const A& a, const B& b) const {
    if constexpr (std::is_arithmetic_v<A>) {
      const auto x = static_cast<std::common_type_t<A, B>>(a), y = static_cast<std::common_type_t<A, B>>(b);
      return x < y ? x : y;
    } else {
      return simd::min(as_number(a), as_number(b));
    }
  }
};
struct Maximum {
  template <class A, class B> constexpr auto operator()(const A& a, const B& b) const {
    if constexpr (std::is_arithmetic_v<A>) {
      const auto x = static_cast<std::common_type_t<A, B>>(a), y = static_cast<std::common_type_t<A, B>>(b);
      return x > y ? x : y;
    } else {
      return simd::max(as_number(a), as_number(b));
    }
  }
};

/// base^exponent of integers, modulo 2^bits; of a negative exponent what 1 / base^-exponent is, but 0 for a
/// base of 0.
template <std::integral Base, std::integral Exponent>
constexpr auto whole_power(Base base, Exponent exponent) {
  using Result = decltype(base * exponent);
  using Wrapping = std::make_unsigned_t<Result>;  // where overflow is defined
  auto left = +exponent;
  if (std::is_signed_v<Exponent> && left < 0 && base != 1 && !(std::is_signed_v<Base> && base + 1 == 0))
    return Result{0};
  Wrapping result = 1, factor = static_cast<Wrapping>(base);
  for (; left != 0; left /= 2, factor *= factor)
    if (left % 2 != 0) result *= factor;
  return static_cast<Result>(result);
}

struct Power {
  template <class A, class B> auto operator()(const A& a, const B& b) const {
    if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
      return whole_power(a, b);
    } else if constexpr (std::is_arithmetic_v<A>) {
      using Real = decltype(a * b);
      return simd::pow(static_cast<Real>(a), static_cast<Real>(b));
    } else {
      return simd::pow(as_number(a), as_number(b));
    }
  }
};

/// The power of a real number to an exponent that is the same for all; squares and cubes by multiplication.
struct FixedPower {
  double exponent;

  template <class A> auto operator()(const A& a) const {
    const auto x = as_real(a);
    using V = std::remove_const_t<decltype(x)>;
    if (exponent == 2) return V(x * x);
    if (exponent == 3) return V(x * x * x);
    return simd::pow(x, simd::constant<V>(exponent));
  }
};

struct Where {
  template <class C, class A, class B>
  constexpr auto operator()(const C& condition, const A& a, const B& b) const {
    if constexpr (std::is_arithmetic_v<C>) {
      using Common = std::common_type_t<A, B>;
      return as_mask(condition) ? static_cast<Common>(a) : static_cast<Common>(b);
    } else {
      return simd::select(as_mask(condition), as_number(a), as_number(b));
    }
  }
};

template <class To> struct Cast {
  template <class A>
    requires std::is_arithmetic_v<A>
  constexpr To operator()(const A& a) const {
    return static_cast<To>(a);
  }
  template <class A>
    requires(!std::is_arithmetic_v<A> &&
             std::is_same_v<decltype(as_number(std::declval<A>())), simd::Vector<To>>)
  auto operator()(const A& a) const {
    return as_number(a);
  }
};

}  // namespace detail

/// Largest integer not above x.
template <expression X> constexpr auto floor(X&& x) { return map(detail::RoundDown{}, std::forward<X>(x)); }

/// Smallest integer not below x.
template <expression X> constexpr auto ceil(X&& x) { return map(detail::RoundUp{}, std::forward<X>(x)); }

/// Nearest integer; of two equally near ones the even one.
template <expression X> constexpr auto round(X&& x) {
  return map(detail::RoundToNearest{}, std::forward<X>(x));
}

/// -1, 0 or 1; a zero keeps its sign and NaN stays.
template <expression X> constexpr auto sign(X&& x) { return map(detail::Sign{}, std::forward<X>(x)); }

/// Where x is not a number.
template <expression X> constexpr auto isnan(X&& x) { return map(detail::IsNan{}, std::forward<X>(x)); }

/// Where x is infinity or -infinity.
template <expression X> constexpr auto isinf(X&& x) { return map(detail::IsInfinite{}, std::forward<X>(x)); }

/// Smaller and larger of each pair of elements. Where the first is NaN the second is given.
template <class Left, class Right>
  requires operands<Left, Right>
constexpr auto min(Left&& a, Right&& b) {
  return map(detail::Minimum{}, std::forward<Left>(a), std::forward<Right>(b));
}
template <class Left, class Right>
  requires operands<Left, Right>
constexpr auto max(Left&& a, Right&& b) {
  return map(detail::Maximum{}, std::forward<Left>(a), std::forward<Right>(b));
}

// Of two alike, so that these win over those of <algorithm> beside `using namespace std`.
template <expression X> constexpr auto min(const X& a, const X& b) { return map(detail::Minimum{}, a, b); }
template <expression X> constexpr auto max(const X& a, const X& b) { return map(detail::Maximum{}, a, b); }

/// x limited to [low, high]; where low > high it is high. NaN stays.
template <expression X, operand Low, operand High> constexpr auto clamp(X&& x, Low&& low, High&& high) {
  return min(std::forward<High>(high), max(std::forward<Low>(low), std::forward<X>(x)));
}

/// base to the power of exponent, of which one may be a number. Of integers an integer, which wraps around
/// where it does not fit; where the exponent is negative, the whole part: 0 unless the base is 1 or -1. Of
/// real numbers as std::pow, within 1 ulp.
template <class Base, class Exponent>
  requires operands<Base, Exponent>
constexpr auto pow(Base&& base, Exponent&& exponent) {
  using Value = typename detail::OperandValue<Base>::type;
  if constexpr (!expression<Exponent> &&
                !(std::integral<Value> && std::integral<std::remove_cvref_t<Exponent>>))
    return map(detail::FixedPower{static_cast<double>(exponent)}, std::forward<Base>(base));
  else
    return map(detail::Power{}, std::forward<Base>(base), std::forward<Exponent>(exponent));
}

/// a where the condition holds, b elsewhere; both are evaluated everywhere.
template <operand Condition, operand A, operand B>
  requires(expression<Condition> || expression<A> || expression<B>)
constexpr auto where(Condition&& condition, A&& a, B&& b) {
  return map(detail::Where{}, std::forward<Condition>(condition), std::forward<A>(a), std::forward<B>(b));
}

/// Elements converted to another type, as static_cast does: real numbers lose their fraction.
template <class To, expression X> constexpr auto cast(X&& x) {
  return map(detail::Cast<To>{}, std::forward<X>(x));
}

}  // namespace lamina
