// Reductions of tensor expressions, over all elements or over given axes: sum, prod, mean, variance,
// standard_deviation, min, max, argmin, argmax. They are computed at once, in one pass over the expression
// (variance takes two), without storing it. Results over axes are tensors of what remains:
//   sum(x)                            // a number
//   mean(x * y, axes<0, 2>)           // axes from the front, or from the back: axes<-1>
//   x - max(x, axes<-1>, keep_axes)   // reduced axes stay, with extent 1, to be broadcast
// Sums of floats are pairwise; integers (and bool: how many) are summed as Index, unsigned
// ones of 64 bits, which Index may not hold, as such.
#pragma once

#include <cmath>
#include <type_traits>

#include "lamina/tensor/detail/reduction.hpp"
#include "lamina/tensor/expressions/arithmetic.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// Axes to reduce: axes<0, 2>, or axes<-1> for the last one.
template <int... A> struct Axes {};
template <int... A> inline constexpr Axes<A...> axes{};

/// Asks a reduction to leave the reduced axes in place, with extent 1.
struct KeepAxes {};
inline constexpr KeepAxes keep_axes{};

namespace detail {

/// Which of `rank` axes are reduced.
template <int Rank, int... A> constexpr std::array<bool, max_rank> reduced_axes(Axes<A...>) {
  static_assert(((A >= -Rank && A < Rank) && ...),
                "axes: a tensor has axes 0 … rank - 1, or -rank … -1 from the back");
  std::array<bool, max_rank> reduced{};
  ((reduced[static_cast<std::size_t>(A < 0 ? A + Rank : A)] = true), ...);
  return reduced;
}
template <int Rank> constexpr std::array<bool, max_rank> all_axes() {
  std::array<bool, max_rank> reduced{};
  for (std::size_t axis = 0; axis < Rank; ++axis) reduced[axis] = true;
  return reduced;
}

/// The extents that remain.
template <class ExtentsType, class A, bool Keep> struct ReducedExtents {
  static constexpr auto reduced = reduced_axes<ExtentsType::rank>(A{});
  static constexpr int rank = [] {
    int kept = 0;
    for (int axis = 0; axis < ExtentsType::rank; ++axis)
      kept += Keep || !reduced[static_cast<std::size_t>(axis)];
    return kept;
  }();

  static constexpr std::array<Index, static_cast<std::size_t>(rank)> of(
      const std::array<Index, ExtentsType::rank>& extents) {
    std::array<Index, static_cast<std::size_t>(rank)> result{};
    std::size_t place = 0;
    for (std::size_t axis = 0; axis < extents.size(); ++axis)
      if (Keep || !reduced[axis]) result[place++] = reduced[axis] ? 1 : extents[axis];
    return result;
  }

  template <class T, std::size_t... I>
  static Tensor<T, of(ExtentsType::known)[I]...> tensor(std::index_sequence<I...>);
};

template <class T, class ExtentsType, class A, bool Keep>
using ReducedTensor = decltype(ReducedExtents<ExtentsType, A, Keep>::template tensor<T>(
    std::make_index_sequence<static_cast<std::size_t>(ReducedExtents<ExtentsType, A, Keep>::rank)>{}));

/// A tensor for the results of reducing x, to be written.
template <class T, expression X, int... A, class... Keep>
auto reduced_tensor(const X& x, Axes<A...>, Keep...) {
  constexpr bool keep = sizeof...(Keep) == 1;
  using Result = ReducedTensor<T, typename X::extents_type, Axes<A...>, keep>;
  using Remaining = ReducedExtents<typename X::extents_type, Axes<A...>, keep>;
  return Result::uninitialized(typename Result::extents_type(Remaining::of(x.extents().values())));
}

/// What a sum of T is kept in, and what a mean of T is.
template <class T>
using SumType = std::conditional_t<!std::is_integral_v<T>, T,
                                   std::conditional_t<std::is_unsigned_v<T> && sizeof(T) == sizeof(Index),
                                                      std::make_unsigned_t<Index>, Index>>;
template <class T> using MeanType = std::conditional_t<std::is_integral_v<T>, double, T>;

/// x folded to a number, or to a tensor where axes are given.
template <class Fold, class S, expression X> S fold(const X& x) {
  S result;
  reduce<Fold, FoldOrder::all>(x, all_axes<X::rank>(), &result);
  return result;
}
template <class Fold, class S, expression X, int... A, class... Keep>
auto fold(const X& x, Axes<A...> which, Keep... keep) {
  auto result = reduced_tensor<S>(x, which, keep...);
  constexpr auto reduced = reduced_axes<X::rank>(which);
  reduce<Fold, fold_order<X::rank>(reduced)>(x, reduced, result.data());
  return result;
}

/// Elements that go into each result.
template <expression X> Index folded_elements(const X& x) { return x.extents().size(); }
template <expression X, int... A, class... Keep>
Index folded_elements(const X& x, Axes<A...> which, Keep...) {
  constexpr auto reduced = reduced_axes<X::rank>(which);
  Index product = 1;
  for (int axis = 0; axis < X::rank; ++axis)
    if (reduced[static_cast<std::size_t>(axis)]) product *= x.extents()[axis];
  return product;
}

/// The place of the element that comes before all others: one, or a tensor of them where an axis is given.
template <expression X, class IsBefore, class... Which>
auto locate(const X& x, IsBefore is_before, Which... which) {
  require(folded_elements(x, which...) > 0,
          "argmax, argmin: no elements have no largest or smallest; give at least one");
  if constexpr (sizeof...(Which) == 0) {
    Index place = 0;
    locate(x, all_axes<X::rank>(), &place, is_before);
    return place;
  } else {
    auto result = reduced_tensor<Index>(x, which...);
    locate(
        x, [](auto first, auto...) { return reduced_axes<X::rank>(first); }(which...), result.data(),
        is_before);
    return result;
  }
}

/// The square root of a number, or of each element of a tensor.
template <class X> X root_of(X x) {
  if constexpr (expression<X>)
    x = sqrt(x);
  else
    x = std::sqrt(x);
  return x;
}

/// The arguments after the expression: nothing, axes, or axes and keep_axes.
template <class... Which> inline constexpr bool is_reduction = false;
template <> inline constexpr bool is_reduction<> = true;
template <int... A> inline constexpr bool is_reduction<Axes<A...>> = true;
template <int... A> inline constexpr bool is_reduction<Axes<A...>, KeepAxes> = true;

}  // namespace detail

/// Sum, accurate to rounding errors that grow with the logarithm of the count; 0 of no elements.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto sum(const X& x, Which... which) {
  return detail::fold<detail::Sum, detail::SumType<typename X::value_type>>(x, which...);
}

/// Product, of integers as their sum is, which must hold it; 1 of no elements. Floats are multiplied
/// pairwise.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto prod(const X& x, Which... which) {
  return detail::fold<detail::Product, detail::SumType<typename X::value_type>>(x, which...);
}

/// Mean; of integers a double, of no elements NaN.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto mean(const X& x, Which... which) {
  using Mean = detail::MeanType<typename X::value_type>;
  const auto count = static_cast<Mean>(detail::folded_elements(x, which...));
  auto total = detail::fold<detail::Sum, Mean>(x, which...);
  total /= count;
  return total;
}

/// Mean of the squared distances from the mean (divided by the count, as batch norm and NumPy do). Two
/// passes.
template <class Arch = simd::Arch, expression X> auto variance(const X& x) {
  const auto centre = mean(x);
  return mean(map([centre](const auto& v) { return (v - centre) * (v - centre); }, x));
}
template <class Arch = simd::Arch, expression X, int... A, class... Keep>
  requires detail::is_reduction<Axes<A...>, Keep...>
auto variance(const X& x, Axes<A...> which, Keep... keep) {
  const auto centre = mean(x, which, keep_axes);
  return mean(map([](const auto& v, const auto& c) { return (v - c) * (v - c); }, x, centre), which, keep...);
}

/// Square root of the variance.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto standard_deviation(const X& x, Which... which) {
  return detail::root_of(variance(x, which...));
}

/// Smallest and largest element, NaN aside (of NaNs alone infinity, and -infinity for max). Throws
/// shape_error where there are no elements.
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto min(const X& x, Which... which) {
  require(detail::folded_elements(x, which...) > 0, "min: no elements have no smallest; give at least one");
  return detail::fold<detail::Smallest, typename X::value_type>(x, which...);
}
template <class Arch = simd::Arch, expression X, class... Which>
  requires detail::is_reduction<Which...>
auto max(const X& x, Which... which) {
  require(detail::folded_elements(x, which...) > 0, "max: no elements have no largest; give at least one");
  return detail::fold<detail::Largest, typename X::value_type>(x, which...);
}

/// Where the largest element stands: its index in row-major order. The first of equals; NaN aside, 0 of NaNs
/// alone. Throws shape_error where there are no elements.
template <class Arch = simd::Arch, expression X> Index argmax(const X& x) {
  return detail::locate(x, [](const auto& a, const auto& b) { return a > b; });
}
/// Its index along an axis, for each place on the others: argmax(logits, axes<-1>).
template <class Arch = simd::Arch, expression X, int Axis, class... Keep>
  requires detail::is_reduction<Axes<Axis>, Keep...>
auto argmax(const X& x, Axes<Axis> axis, Keep... keep) {
  return detail::locate(x, [](const auto& a, const auto& b) { return a > b; }, axis, keep...);
}

/// Where the smallest element stands: see argmax.
template <class Arch = simd::Arch, expression X> Index argmin(const X& x) {
  return detail::locate(x, [](const auto& a, const auto& b) { return a < b; });
}
template <class Arch = simd::Arch, expression X, int Axis, class... Keep>
  requires detail::is_reduction<Axes<Axis>, Keep...>
auto argmin(const X& x, Axes<Axis> axis, Keep... keep) {
  return detail::locate(x, [](const auto& a, const auto& b) { return a < b; }, axis, keep...);
}

}  // namespace lamina
