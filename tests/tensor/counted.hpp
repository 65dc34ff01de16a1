// A tensor whose elements tell where they come from, for tests of views, slices and joins.
#pragma once

#include <concepts>

#include "lamina/tensor/creation.hpp"

namespace support {

/// Elements 0, 1, … in row-major order.
template <lamina::Index... E, std::integral... I> lamina::Tensor<float, E...> counted(I... dynamic_extents) {
  auto x = lamina::zeros<float, E...>(dynamic_extents...);
  for (lamina::Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i);
  return x;
}

}  // namespace support
