// What matmul and einsum do with their operands first: a common element type, and elements in memory.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>
#include <utility>

#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/reduce.hpp"
#include "lamina/tensor/tensor.hpp"
#include "lamina/tensor/tensor_view.hpp"

namespace lamina::detail {

/// What sums of products of A and B are kept in: the type of the products; of integers Index, as for sum().
template <class A, class B> using ContractionType = SumType<decltype(std::declval<A>() * std::declval<B>())>;

template <class T, Index... E> TensorView<const T, E...> constant_view(const TensorView<T, E...>& view) {
  return {view.data(), view.extents(), view.strides()};
}
template <class T, Index... E>
TensorView<const T, E...> constant_view(const TensorView<const T, E...>& view) {
  return view;
}

/// x as an expression of T.
template <class T, expression X> decltype(auto) in_type(const X& x) {
  if constexpr (std::is_same_v<typename X::value_type, T>)
    return (x);
  else
    return cast<T>(x);
}

/// Calls f(view) with a view of the elements of x as T, which are evaluated first unless they lie in memory.
template <class T, expression X, class F> decltype(auto) with_elements(const X& x, F&& f) {
  if constexpr (!std::is_same_v<typename X::value_type, T> || !requires { x.data(); }) {
    const auto elements = evaluate(in_type<T>(x));
    return f(elements.view());
  } else if constexpr (requires { x.view(); }) {
    return f(x.view());
  } else {
    return f(constant_view(x));
  }
}

/// Whether elements of one view may be in the memory of the other.
template <class A, class B> bool overlap(const A& a, const B& b) {
  const auto memory = [](const auto& view) {
    constexpr int rank = std::remove_cvref_t<decltype(view)>::rank;
    Operand operand;
    view.describe(&operand, rank);
    return memory_of(rank, view.extents().values().data(), operand);
  };
  return a.size() > 0 && b.size() > 0 && memory(a).meets(memory(b));
}

/// A Tensor of T whose extents are those of an array known to the compiler.
template <class T, const auto& Known, std::size_t... I>
Tensor<T, Known[I]...> tensor_of(std::index_sequence<I...>);
template <class T, const auto& Known>
using TensorOf = decltype(tensor_of<T, Known>(std::make_index_sequence<Known.size()>{}));

/// Elements [From, From + Count) of an array.
template <std::size_t From, std::size_t Count, std::size_t Size>
constexpr std::array<Index, Count> part_of(const std::array<Index, Size>& array) {
  std::array<Index, Count> part{};
  for (std::size_t i = 0; i < Count; ++i) part[i] = array[From + i];
  return part;
}

}  // namespace lamina::detail
