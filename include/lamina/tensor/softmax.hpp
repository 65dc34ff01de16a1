// Softmax of tensor expressions along an axis, its logarithm, and the logarithm of a sum of exponentials:
//   softmax(x)              y_i = exp(x_i) / Σ_k exp(x_k), along the last axis
//   log_softmax(x, axes<1>) y_i = x_i - log Σ_k exp(x_k), along axis 1
//   logsumexp(x, axes<0>)   log Σ_k exp(x_k), a reduction
// The largest element is taken off before exponentials, so that nothing overflows. They are computed at once;
// of integers the results are doubles. A row with a NaN, with +infinity or of -infinity alone has a softmax
// of NaN. `softmax` and `log_softmax` are also layers, over the channels of a map: layers/softmax.hpp.
#pragma once

#include <cmath>
#include <limits>

#include "lamina/tensor/detail/rows.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/reduce.hpp"

namespace lamina {

namespace detail {

template <class T> inline constexpr T minus_infinity = -std::numeric_limits<T>::infinity();

/// Whether Axis is the last one of X, whose elements, in most expressions, lie in one run.
template <class X, int Axis>
inline constexpr bool is_last_axis = reduced_axes<X::rank>(Axes<Axis>{})[X::rank - 1];

/// The largest element of a row; padding of -infinity takes no part.
template <class T, class Arch = simd::Arch> T largest(const Row<T>& row) {
  const auto element = [from = row.elements](auto place) { return simd::load<T>(from + index_of(place)); };
  return fold_run<Largest, T>(element, 0, row.padded);
}

/// Σ exp(x_k - shift) over a row, which becomes these exponentials where they are to be kept; 0 in padding of
/// -infinity.
template <bool Keep, class T, class Arch = simd::Arch> T sum_exponentials(const Row<T>& row, T shift) {
  const auto exponential = [at = row.elements, shift = simd::broadcast<T>(shift)](auto place) {
    const Index i = index_of(place);
    const auto e = simd::exp(simd::Vector<T>(simd::load<T>(at + i) - shift));
    if constexpr (Keep) simd::store(at + i, e);
    return e;
  };
  return fold_run<Sum, T>(exponential, 0, row.padded);
}

/// Writes f of the row's vectors to the same row of a tensor.
template <class T, class F, class Arch = simd::Arch>
void write_row(const Row<T>& row, T* to, Index count, F f) {
  Index i = 0;
  for (; i + simd::width<T> <= count; i += simd::width<T>)
    simd::store_unaligned(to + i, f(simd::load<T>(row.elements + i)));
  if (i < count) simd::store_partial(to + i, f(simd::load<T>(row.elements + i)), count - i);
}

/// What is taken off before exponentials: the largest element, but no infinity.
template <class T> T finite_shift(T largest) { return std::isfinite(largest) ? largest : T{0}; }

/// A tensor like x. Along the last axis it is written row by row, by the function of its vectors that
/// of_row(row) returns, along others by whole(x as T, result).
template <class T, int Axis, class X, class OfRow, class Whole>
auto normalized(const X& x, OfRow of_row, Whole whole) {
  auto result = reduced_tensor<T>(x, Axes<>{});
  if (result.empty()) return result;
  if constexpr (is_last_axis<X, Axis>) {
    const Index length = x.extents()[X::rank - 1];
    for_each_row(x, minus_infinity<T>, [&](const Row<T>& row) {
      write_row(row, result.data() + row.number * length, length, of_row(row));
    });
  } else {
    whole(cast<T>(x), result);
  }
  return result;
}

}  // namespace detail

/// What `softmax` is: a function on tensor expressions.
struct Softmax {
  template <expression X, int Axis = -1, class Arch = simd::Arch>
  auto operator()(const X& x, Axes<Axis> axis = {}) const {
    using T = detail::MeanType<typename X::value_type>;
    return detail::normalized<T, Axis>(
        x,
        [](const detail::Row<T>& row) {
          const T total = detail::sum_exponentials<true>(row, detail::largest(row));
          return [factor = simd::broadcast<T>(1 / total)](const auto& e) { return e * factor; };
        },
        [axis](const auto& real, auto& result) {
          result = exp(real - max(real, axis, keep_axes));
          result /= sum(result, axis, keep_axes);
        });
  }
};
/// exp(x_i) / Σ_k exp(x_k) along one axis, the last unless another is given. A layer, too.
inline constexpr Softmax softmax{};

/// What `log_softmax` is: a function on tensor expressions.
struct LogSoftmax {
  template <expression X, int Axis = -1, class Arch = simd::Arch>
  auto operator()(const X& x, Axes<Axis> axis = {}) const {
    using T = detail::MeanType<typename X::value_type>;
    return detail::normalized<T, Axis>(
        x,
        [](const detail::Row<T>& row) {
          const T most = detail::largest(row);
          const T log_sum = simd::log(detail::sum_exponentials<false>(row, most));
          return [most = simd::broadcast<T>(most), log_sum = simd::broadcast<T>(log_sum)](const auto& value) {
            return value - most - log_sum;  // in this order: x may be large
          };
        },
        [axis](const auto& real, auto& result) {
          result = real - max(real, axis, keep_axes);
          result -= log(sum(exp(result), axis, keep_axes));
        });
  }
};
/// x_i - log Σ_k exp(x_k) along one axis, the last unless another is given: the logarithm of softmax, exact
/// where softmax is 0. A layer, too.
inline constexpr LogSoftmax log_softmax{};

/// log Σ_k exp(x_k) along one axis, the last unless another is given; of no elements, or of -infinity alone,
/// -infinity.
template <expression X, int Axis = -1, class... Keep, class Arch = simd::Arch>
  requires detail::is_reduction<Axes<Axis>, Keep...>
auto logsumexp(const X& x, Axes<Axis> axis = {}, Keep... keep) {
  using T = detail::MeanType<typename X::value_type>;
  auto result = detail::reduced_tensor<T>(x, axis, keep...);
  if (result.empty()) return result;
  if (x.extents().size() == 0) {
    result.fill(detail::minus_infinity<T>);
    return result;
  }
  if constexpr (detail::is_last_axis<X, Axis>) {
    detail::for_each_row(x, detail::minus_infinity<T>, [&](const detail::Row<T>& row) {
      const T shift = detail::finite_shift(detail::largest(row));
      result.data()[row.number] = shift + simd::log(detail::sum_exponentials<false>(row, shift));
    });
  } else {
    const auto real = cast<T>(x);
    const Tensor shift = map([](T most) { return detail::finite_shift(most); }, max(real, axis, keep_axes));
    const auto sums = sum(exp(real - shift), axis, keep...);
    result.template reshape<dyn>() = shift.template reshape<dyn>() + log(sums.template reshape<dyn>());
  }
  return result;
}

}  // namespace lamina
