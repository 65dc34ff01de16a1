// Whether any or all elements of a tensor expression hold, over all elements or over given axes, as in
// reduce.hpp. Masks are taken as they are, numbers hold where they are not 0 (so NaN holds):
//   if (any_of(isnan(loss))) …
//   Tensor<bool, dyn> rows = all_of(x > 0, axes<-1>);
#pragma once

#include <type_traits>

#include "lamina/tensor/expressions/arithmetic.hpp"
#include "lamina/tensor/reduce.hpp"

namespace lamina {

namespace detail {

/// What truth values are folded in: in the type of an expression's vectors 1 and 0, else bool.
template <class Lane>
using TruthType = std::conditional_t<std::is_same_v<Lane, float> || std::is_same_v<Lane, double>, Lane, bool>;

template <class Truth> struct ToTruth {
  template <class A> constexpr auto operator()(const A& a) const {
    if constexpr (std::is_arithmetic_v<A>)
      return static_cast<Truth>(as_mask(a));
    else
      return as_number(as_mask(a));
  }
};

/// The largest or smallest truth value, as bool. (Of no elements, infinity with the sign of the answer.)
template <class Fold, expression X, class... Which> auto fold_truth(const X& x, Which... which) {
  using Truth = TruthType<typename X::lane>;
  const auto result = fold<Fold, Truth>(map(ToTruth<Truth>{}, x), which...);
  if constexpr (expression<decltype(result)>)
    return Tensor(result > Truth{0});
  else
    return result > Truth{0};
}

}  // namespace detail

/// Whether some element holds; false of no elements. A bool, or a tensor of them where axes are given.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto any_of(const X& x, Which... which) {
  return detail::fold_truth<detail::Largest>(x, which...);
}

/// Whether every element holds; true of no elements.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto all_of(const X& x, Which... which) {
  return detail::fold_truth<detail::Smallest>(x, which...);
}

}  // namespace lamina
