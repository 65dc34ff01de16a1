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

/// What the elements of each row fold to; padding of -infinity takes no part in the largest.
template <class Fold, class T, class Arch = simd::Arch> EachRow<T> fold_each_row(const Rows<T>& rows) {
  return fold_each_row<Fold>(rows, [&](Index i) {
    return [from = rows.row(i)](auto place) { return simd::load<T>(from + index_of(place)); };
  });
}

/// exp(x_k - shift) in place of each element; 0 in padding of -infinity.
template <class T, class Arch = simd::Arch> void exponentiate(const Rows<T>& rows, const EachRow<T>& shifts) {
  for (Index i = 0; i < rows.count; ++i) {
    const simd::Vector<T> shift = simd::broadcast<T>(shifts[i]);
    for (T *at = rows.row(i), *const end = at + rows.padded; at != end; at += simd::width<T>)
      simd::store(at, simd::exp(simd::Vector<T>(simd::load<T>(at) - shift)));
  }
}

/// Σ exp(x_k - shift) of each row, whose elements stay.
template <class T, class Arch = simd::Arch>
EachRow<T> sum_exponentials(const Rows<T>& rows, const EachRow<T>& shifts) {
  return fold_each_row<Sum>(rows, [&](Index i) {
    return [from = rows.row(i), shift = simd::broadcast<T>(shifts[i])](auto place) {
      return simd::exp(simd::Vector<T>(simd::load<T>(from + index_of(place)) - shift));
    };
  });
}

/// Writes f of a row's vectors to the same row of a tensor.
template <class T, class F, class Arch = simd::Arch> void write_row(const T* row, T* to, Index count, F f) {
  write_run([=](auto place) { return f(simd::load<T>(row + index_of(place))); }, to, count);
}

/// What is taken off before exponentials: the largest element, but no infinity.
template <class T> T finite_shift(T largest) { return std::isfinite(largest) ? largest : T{0}; }

/// A tensor like x. Along the last axis it is written row by row: of_rows(rows) returns a function of the
/// row's number among them, which returns that of its vectors; along others by whole(x as T, result).
template <class T, int Axis, class X, class OfRows, class Whole>
auto normalized(const X& x, OfRows of_rows, Whole whole) {
  auto result = reduced_tensor<T>(x, Axes<>{});
  if (result.empty()) return result;
  if constexpr (is_last_axis<X, Axis>) {
    const Index length = x.extents()[X::rank - 1];
    for_each_rows(x, minus_infinity<T>, [&](const Rows<T>& rows) {
      const auto of_row = of_rows(rows);
      for (Index i = 0; i < rows.count; ++i)
        write_row(rows.row(i), result.data() + (rows.first + i) * length, length, of_row(i));
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
        [](const detail::Rows<T>& rows) {
          detail::exponentiate(rows, detail::fold_each_row<detail::Largest>(rows));
          auto factors = detail::fold_each_row<detail::Sum>(rows);
          for (T& factor : factors.values) factor = 1 / factor;
          return [factors](Index row) {
            return [factor = simd::broadcast<T>(factors[row])](const auto& e) { return e * factor; };
          };
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
        [](const detail::Rows<T>& rows) {
          const auto largest = detail::fold_each_row<detail::Largest>(rows),
                     sums = detail::sum_exponentials(rows, largest);
          return [largest, sums](Index row) {
            return [most = simd::broadcast<T>(largest[row]),
                    log_sum = simd::broadcast<T>(simd::log(sums[row]))](const auto& value) {
              return value - most - log_sum;  // in this order: x may be large
            };
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
    detail::for_each_rows(x, detail::minus_infinity<T>, [&](const detail::Rows<T>& rows) {
      auto shifts = detail::fold_each_row<detail::Largest>(rows);
      for (Index i = 0; i < rows.count; ++i) shifts[i] = detail::finite_shift(shifts[i]);
      const auto sums = detail::sum_exponentials(rows, shifts);
      for (Index i = 0; i < rows.count; ++i) result.data()[rows.first + i] = shifts[i] + simd::log(sums[i]);
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
