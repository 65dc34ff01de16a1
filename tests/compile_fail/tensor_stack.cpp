// Tensors of different ranks side by side.
#include "lamina/tensor/join.hpp"

using namespace lamina;

void join(const Tensor<float, 3>& a, const Tensor<float, dyn>& b, const Tensor<float, 1, 3>& c) {
  (void)stack<0>(a, b);
#ifdef LAMINA_BAD
  (void)stack<0>(a, c);
#endif
  (void)c;
}
// expect: joined_shapes<0, lamina::Extents<1, 3>, lamina::Extents<1, 1, 3> *>
// expect: concat, stack: shapes must agree
