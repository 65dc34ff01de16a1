// What a convolution does to its outputs before it stores them. An epilogue is a function of a vector of
// outputs: a scalar function object of tensor/functions, or any callable that takes and gives
// simd::Vector<T>.
#pragma once

namespace lamina::kernels {

/// The epilogue that does nothing.
struct no_epilogue {
  template <class Vector> constexpr Vector operator()(Vector v) const { return v; }
};

}  // namespace lamina::kernels
