// Tensors joined whose other axes differ.
#include "lamina/tensor/join.hpp"

using namespace lamina;

void join(const Tensor<float, 2, 3>& a, const Tensor<float, 2, 4>& b) {
  (void)concat<1>(a, b);
#ifdef LAMINA_BAD
  (void)concat<0>(a, b);
#endif
}
// expect: joined_shapes<0, lamina::Extents<2, 3>, lamina::Extents<2, 4> *>
// expect: concat, stack: shapes must agree except for the axis
