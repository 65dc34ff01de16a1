// A matrix product whose inner extents differ.
#include "lamina/kernels/expressions/matmul.hpp"

using namespace lamina;

void multiply(const Tensor<float, 2, 3>& a, const Tensor<float, 3, 5>& b, const Tensor<float, 4, 5>& c) {
  (void)matmul(a, b);
#ifdef LAMINA_BAD
  (void)matmul(a, c);  // expect: matmul_shapes<lamina::Extents<2, 3>, lamina::Extents<4, 5> *>
#endif
  (void)c;
}
// expect: the last axis of the first must be as long
