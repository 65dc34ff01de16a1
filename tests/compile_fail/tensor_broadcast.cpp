// Tensors whose shapes cannot be broadcast against each other.
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void add(const Tensor<float, 3, 4>& a, const Tensor<float, 1, 4>& b, const Tensor<float, 2, 4>& c) {
  (void)(a + b);
#ifdef LAMINA_BAD
  (void)(a + c);  // expect: broadcast_shapes<lamina::Extents<3, 4>, lamina::Extents<2, 4> *>
#endif
  (void)c;
}
// expect: shapes must agree from the last axis on
