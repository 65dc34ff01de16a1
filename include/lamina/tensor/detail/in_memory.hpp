// What functions need that read expressions more than once, or not in order, and write Tensors.
#pragma once

#include <type_traits>
#include <utility>

#include "lamina/tensor/tensor.hpp"

namespace lamina::detail {

/// x itself where its elements lie in memory, else a Tensor of them.
template <expression X> decltype(auto) in_memory(const X& x) {
  if constexpr (requires { x.data(); })
    return (x);
  else
    return Tensor(x);
}

/// A Tensor to be written.
template <class T, Index... E> Tensor<T, E...> unwritten_of(const Extents<E...>& extents) {
  return Tensor<T, E...>::uninitialized(extents);
}

template <class Sequence> struct AllUnknown;
template <int... Axis>
struct AllUnknown<std::integer_sequence<int, Axis...>> : std::type_identity<Extents<((void)Axis, dyn)...>> {};
/// Extents of which none is known.
template <int Rank> using UnknownExtents = typename AllUnknown<std::make_integer_sequence<int, Rank>>::type;

}  // namespace lamina::detail
