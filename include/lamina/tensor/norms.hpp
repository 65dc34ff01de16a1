// Norms of tensor expressions, over all elements or over given axes, as in reduce.hpp:
//   norm           sqrt(Σ x²)     Euclidean; of a matrix, Frobenius'
//   norm_1         Σ |x|
//   norm_infinity  max |x|
// Of integers they are doubles, of no elements 0, and of elements among which there is a NaN, NaN.
//   x / norm(x, axes<-1>, keep_axes)   // rows of length 1
#pragma once

#include <limits>

#include "lamina/tensor/expressions/map.hpp"
#include "lamina/tensor/reduce.hpp"

namespace lamina {

namespace detail {

/// In real numbers, so that the square of an integer, and the magnitude of the lowest, are what they are.
struct RealSquare {
  template <class A> auto operator()(const A& a) const {
    const auto real = as_real(a);
    return real * real;
  }
};
struct RealMagnitude {
  template <class A> auto operator()(const A& a) const { return simd::abs(as_real(a)); }
};

/// The largest of magnitudes; NaN where one is.
struct LargestMagnitude {
  template <class S> static constexpr S identity = S{0};
  template <class V> static V combine(const V& so_far, const V& next) {
    // Comparisons with a NaN do not hold: of two it is `next` that comes through the first, `so_far` the
    // second.
    return simd::select(!(next <= so_far) && so_far == so_far, next, so_far);
  }
  template <class V> static auto lanes(const V& v) {
    using S = simd::Element<V>;
    return simd::all(v == v) ? simd::reduce_max(v) : std::numeric_limits<S>::quiet_NaN();
  }
};

}  // namespace detail

/// sqrt(Σ x²). The squares must be finite: elements beyond 1.8e19 (float) or 1.3e154 (double) give infinity,
/// and below 1e-19 (1e-154) digits are lost; divide by norm_infinity first where that may be.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto norm(const X& x, Which... which) {
  return detail::root_of(sum(map(detail::RealSquare{}, x), which...));
}

/// Σ |x|.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto norm_1(const X& x, Which... which) {
  return sum(map(detail::RealMagnitude{}, x), which...);
}

/// max |x|.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto norm_infinity(const X& x, Which... which) {
  const auto magnitudes = map(detail::RealMagnitude{}, x);
  return detail::fold<detail::LargestMagnitude, typename decltype(magnitudes)::value_type>(magnitudes,
                                                                                           which...);
}

}  // namespace lamina
