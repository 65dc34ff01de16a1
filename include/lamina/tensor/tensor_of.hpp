// tensor_of<extents…>(values, …): a Tensor of the numbers in a std::vector, an array, a span or any range.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <iterator>
#include <type_traits>

#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// Numbers that can be gone through twice: std::vector, std::span, std::list, an array of C,
/// initializer_list, what std::views make of them.
template <class Values>
concept number_range = requires(Values& values) {
  { std::begin(values) } -> std::forward_iterator;
  { std::end(values) } -> std::sentinel_for<decltype(std::begin(values))>;
  requires std::is_arithmetic_v<std::iter_value_t<decltype(std::begin(values))>>;
};

/// A copy of values in row-major order, as a Tensor of their type. Extents that are dyn follow in order; one
/// alone may be left out, it follows from the size. Without any extents the tensor has one axis. Throws
/// shape_error where the values do not fill the shape.
///   tensor_of(v)    tensor_of<dyn, 3>(v)    tensor_of<dyn, dyn>(v, 2, 3)
template <Index... E, class Values, std::integral... I>
  requires number_range<Values>
auto tensor_of(Values&& values, I... dynamic_extents) {
  if constexpr (sizeof...(E) == 0) {
    static_assert(sizeof...(I) == 0,
                  "tensor_of: say which extents these are: tensor_of<dyn, dyn>(values, 2, 3)");
    return tensor_of<dyn>(values);
  } else {
    const auto first = std::begin(values);
    const auto last = std::end(values);
    using T = std::iter_value_t<decltype(std::begin(values))>;
    const std::array<Index, sizeof...(I)> given{static_cast<Index>(dynamic_extents)...};
    auto tensor = Tensor<T, E...>::uninitialized(
        detail::reshaped<E...>(static_cast<Index>(std::ranges::distance(first, last)), given, "tensor_of"));
    std::ranges::copy(first, last, tensor.begin());
    return tensor;
  }
}

}  // namespace lamina
