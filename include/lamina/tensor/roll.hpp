// roll<axis>(x, shift): elements moved along an axis; those that leave it at one end come in at the other.
#pragma once

#include "lamina/tensor/detail/in_memory.hpp"
#include "lamina/tensor/detail/slice_layout.hpp"
#include "lamina/tensor/detail/take_axes.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// A Tensor of the elements of x, each `shift` places further along an axis (negative: back) and around its
/// end: roll<0>(Tensor{1, 2, 3, 4}, 1) is 4 1 2 3. Any shift is allowed.
template <int Axis, expression X> auto roll(const X& x, Index shift) {
  constexpr int axis = detail::axis_from_front<Axis, X::rank>();
  const auto& source = detail::in_memory(x);
  auto result = detail::unwritten_of<typename X::value_type>(x.extents());
  const Index extent = result.extent(axis);
  if (extent == 0) return result;
  const Index moved = (shift % extent + extent) % extent;
  const auto part = [](auto& of, Index first, Index last) {
    return detail::slice_axis<axis>(of, range(first, last));
  };
  part(result, moved, extent) = part(source, 0, extent - moved);
  part(result, 0, moved) = part(source, extent - moved, extent);
  return result;
}

}  // namespace lamina
