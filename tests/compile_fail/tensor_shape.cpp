// A tensor made from an expression of another shape: it repeats nothing.
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void make(const Tensor<float, 2, 3>& x) {
  Tensor<float, dyn, 3> same = x + 1;
#ifdef LAMINA_BAD
  Tensor<float, 2, 2, 3> other = x + 1;
#endif
}
// expect: tensor_shapes<lamina::Extents<2, 2, 3>, lamina::Extents<2, 3> *>
// expect: cannot become a tensor of another
