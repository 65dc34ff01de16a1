// Tensors made from nothing: zeros, ones, full, arange, linspace, eye, generate (a function of the indices),
// and random ones. The element type and extents are template arguments, extents that are dyn follow the
// others in order:
//   zeros<float, dyn, 3>(n)    full<double, 2, 2>(0.5)    random_normal<float, dyn, 8>(seed{42}, n)
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "lamina/core/random.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

namespace detail {

/// A Tensor to be written, from the extents that are dyn.
template <class T, Index... E, std::integral... I> Tensor<T, E...> unwritten(I... dynamic_extents) {
  static_assert(sizeof...(I) == Extents<E...>::dynamic_rank,
                "tensor: give the extents that are dyn, in order");
  return Tensor<T, E...>::uninitialized(
      Extents<E...>::from_dynamic({static_cast<Index>(dynamic_extents)...}));
}

/// Writes value(i) to every element i, in pieces on several threads.
template <class T, Index... E, class Value> Tensor<T, E...> numbered(Tensor<T, E...> tensor, Value value) {
  const Index size = tensor.size(), piece = piece_elements;
  parallel_for((size + piece - 1) / piece, [&](Index p) {
    for (Index i = p * piece; i < std::min((p + 1) * piece, size); ++i)
      tensor.data()[i] = static_cast<T>(value(i));
  });
  return tensor;
}

}  // namespace detail

/// All elements equal to value.
template <class T, Index... E, std::integral... I>
Tensor<T, E...> full(std::type_identity_t<T> value, I... dynamic_extents) {
  auto tensor = detail::unwritten<T, E...>(dynamic_extents...);
  tensor.fill(value);
  return tensor;
}

/// Zeros, and below ones: zeros<float, dyn, 3>(n).
template <class T, Index... E, std::integral... I> Tensor<T, E...> zeros(I... dynamic_extents) {
  return full<T, E...>(T{0}, dynamic_extents...);
}

template <class T, Index... E, std::integral... I> Tensor<T, E...> ones(I... dynamic_extents) {
  return full<T, E...>(T{1}, dynamic_extents...);
}

/// f(i, j, …) for all indices, called in row-major order:
///   generate<float, 3, 3>([](Index i, Index j) { return i == j ? 1.f : 0.f; })
template <class T, Index... E, class F, std::integral... I>
Tensor<T, E...> generate(F f, I... dynamic_extents) {
  auto tensor = detail::unwritten<T, E...>(dynamic_extents...);
  std::array<Index, sizeof...(E)> at{};
  for (T& element : tensor) {
    element = [&]<std::size_t... Axis>(std::index_sequence<Axis...>) {
      return static_cast<T>(f(at[Axis]...));
    }(std::make_index_sequence<sizeof...(E)>{});
    for (std::size_t axis = sizeof...(E); axis-- > 0;) {
      if (++at[axis] < tensor.extent(static_cast<int>(axis))) break;
      at[axis] = 0;
    }
  }
  return tensor;
}

/// The identity matrix of N rows, or of `rows` where N is dyn.
template <class T, Index N> Tensor<T, N, N> eye(Index rows = N) {
  Tensor<T, N, N> matrix(Extents<N, N>({rows, rows}));
  for (Index i = 0; i < rows; ++i) matrix(i, i) = T{1};
  return matrix;
}

/// first, first + step, … up to but not including last, as NumPy has it; the count is ceil((last - first) /
/// step). The elements are of type T, or else of the arguments' common type: arange(0, 1, 0.1).
template <class T = void, class First, class Last, class Step>
  requires(std::is_arithmetic_v<First> && std::is_arithmetic_v<Last> && std::is_arithmetic_v<Step>)
auto arange(First first, Last last, Step step) {
  using Value = std::conditional_t<std::is_void_v<T>, std::common_type_t<First, Last, Step>, T>;
  require(step != Step{}, "arange: a step of 0 arrives nowhere; give another");
  const double steps =
      std::ceil((static_cast<double>(last) - static_cast<double>(first)) / static_cast<double>(step));
  return detail::numbered(
      detail::unwritten<Value, dyn>(steps > 0 ? static_cast<Index>(steps) : 0),
      [&](Index i) { return static_cast<Value>(first) + static_cast<Value>(i) * static_cast<Value>(step); });
}
/// With a step of 1.
template <class T = void, class First, class Last> auto arange(First first, Last last) {
  return arange<T>(first, last, std::common_type_t<First, Last>{1});
}
/// 0, 1, … count - 1.
template <class T = void, class Count> auto arange(Count count) { return arange<T>(Count{}, count); }

/// `count` numbers from first to last, both included, at equal distances.
template <std::floating_point T> Tensor<T, dyn> linspace(T first, T last, Index count) {
  const auto step =
      count > 1 ? (static_cast<double>(last) - static_cast<double>(first)) / static_cast<double>(count - 1)
                : 0.0;
  return detail::numbered(detail::unwritten<T, dyn>(count), [=](Index i) {
    return i > 0 && i == count - 1 ? static_cast<double>(last)
                                   : static_cast<double>(first) + static_cast<double>(i) * step;
  });
}

/// Uniform in [0, 1). Element i (in row-major order) is value i of the random stream, on any number of
/// threads; `source` is a seed or a Random.
template <std::floating_point T, Index... E, class Source, std::integral... I>
  requires std::constructible_from<Random, Source>
Tensor<T, E...> random_uniform(const Source& source, I... dynamic_extents) {
  const Random random(source);
  return detail::numbered(detail::unwritten<T, E...>(dynamic_extents...), [&](Index i) {
    if constexpr (std::is_same_v<T, float>)
      return random.uniform(static_cast<std::uint64_t>(i));
    else
      return random.uniform_double(static_cast<std::uint64_t>(i));
  });
}

/// Normal with mean 0 and variance 1: see random_uniform.
template <std::floating_point T, Index... E, class Source, std::integral... I>
  requires std::constructible_from<Random, Source>
Tensor<T, E...> random_normal(const Source& source, I... dynamic_extents) {
  const Random random(source);
  return detail::numbered(detail::unwritten<T, E...>(dynamic_extents...),
                          [&](Index i) { return random.normal(static_cast<std::uint64_t>(i)); });
}

}  // namespace lamina
