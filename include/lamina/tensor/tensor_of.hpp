// tensor_of<extents…>(values, …): a Tensor of elements that lie in a std::vector, an array or a span.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <type_traits>

#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// Numbers in one run of memory: std::vector, std::array, std::span, an array of C, initializer_list.
template <class Values>
concept contiguous_values = requires(const Values& values) {
  requires std::is_arithmetic_v<std::remove_cvref_t<decltype(*std::data(values))>>;
  { std::data(values) + std::size(values) } -> std::convertible_to<const void*>;
};

/// A copy of values in row-major order, as a Tensor of their type. Extents that are dyn follow in order; one
/// alone may be left out, it follows from the size. Without any extents the tensor has one axis. Throws
/// shape_error where the values do not fill the shape.
///   tensor_of(v)    tensor_of<dyn, 3>(v)    tensor_of<dyn, dyn>(v, 2, 3)
template <Index... E, contiguous_values Values, std::integral... I>
auto tensor_of(const Values& values, I... dynamic_extents) {
  if constexpr (sizeof...(E) == 0) {
    static_assert(sizeof...(I) == 0,
                  "tensor_of: say which extents these are: tensor_of<dyn, dyn>(values, 2, 3)");
    return tensor_of<dyn>(values);
  } else {
    using T = std::remove_cvref_t<decltype(*std::data(values))>;
    const TensorView<const T, dyn> all_values(std::data(values), std::size(values));
    return Tensor(all_values.template reshape<E...>(dynamic_extents...));
  }
}

}  // namespace lamina
