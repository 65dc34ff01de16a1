// What an element-wise function is: one formula, from which all its uses follow. The same object is a
// function on scalars, on SIMD vectors, on duals, on formulas' variables and (through map) on tensor
// expressions, and net/ takes it as a layer. A function is an empty type:
//
//   struct Silu : PointwiseFunction<Silu> {
//     static constexpr std::string_view name = "silu";
//     template <class X>
//     static X value(const X& x) { return x * sigmoid(x); }   // X is a Variable or a Dual
//   };
//
// Where the derivative follows from the output y alone, it may also give it, so that a layer need not keep
// its input:
//     static constexpr bool derivative_from_output = true;
//     template <class Y>
//     static Y slope(const Y& y) { return …; }
// Where it is an integer of an integer, it may say so for tensors of them:
//     template <class I>
//     static constexpr auto whole(I x) { return …; }
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/functions/dual.hpp"
#include "lamina/tensor/functions/formula.hpp"

namespace lamina {

namespace detail {
/// Whether tensor expressions know how to apply F to an X: a `map` of theirs, found by argument-dependent
/// lookup.
template <class F, class X>
concept Mappable = requires(const F& f, X&& x) { map(f, std::forward<X>(x)); };

template <class F, class X>
concept Applicable = FormulaArgument<X> || simd::Number<std::remove_cvref_t<X>> || Mappable<F, X>;
}  // namespace detail

/// Base of every element-wise function object F.
template <class F> struct PointwiseFunction {
  /// Whether F has a slope(y).
  static constexpr bool derivative_from_output = false;

  /// f(x): a scalar or vector for a scalar or vector, a lazy expression for a tensor expression, and within a
  /// formula what the formula is in.
  template <class X>
    requires detail::Applicable<F, X>
  auto operator()(X&& x) const {
    using Argument = std::remove_cvref_t<X>;
    if constexpr (FormulaArgument<X>)
      return Argument(F::value(x));
    else if constexpr (simd::Number<Argument>)
      return apply(x);
    else
      return map(static_cast<const F&>(*this), std::forward<X>(x));
  }

  /// f(x) of an integer, where F has an f of integers: F::whole(x). (Of others it is that of a double.)
  template <std::integral I>
    requires(!std::same_as<I, bool> && requires(I x) { F::whole(x); })
  constexpr auto operator()(I x) const {
    return F::whole(x);
  }

  /// f(x) for a scalar or vector.
  template <simd::Number V> static V apply(V x) { return Variable<V>(F::value(Variable<V>(x))).value; }

  /// f'(x), given y = f(x).
  template <simd::Number V>
  static V derivative_of_output(V y)
    requires F::derivative_from_output
  {
    return Variable<V>(F::slope(Variable<V>(y))).value;
  }
};

/// An element-wise function object: relu, sigmoid, pointwise(lambda)…
template <class F>
concept pointwise_function =
    std::derived_from<std::remove_cvref_t<F>, PointwiseFunction<std::remove_cvref_t<F>>>;

/// f(x) and f'(x), for a scalar or vector x.
template <pointwise_function F, simd::Number V> Dual<V> value_and_derivative(const F&, V x) {
  return F::value(Dual<V>(x, simd::constant<V>(1)));
}

/// f'(x), for a scalar or vector x. At a kink it is what PyTorch takes, mostly the left one: relu'(0) = 0.
template <pointwise_function F, simd::Number V> V derivative(const F& f, V x) {
  return value_and_derivative(f, x).derivative;
}

}  // namespace lamina
