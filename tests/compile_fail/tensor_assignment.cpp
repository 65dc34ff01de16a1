// An expression assigned to a view of another shape.
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void assign(TensorView<float, 2, 3> to, const Tensor<float, 3>& row, const Tensor<float, 3, 2>& other) {
  to = row * 2;
#ifdef LAMINA_BAD
  to = other * 2;
#endif
  (void)other;
}
// expect: assigned_shapes<lamina::Extents<2, 3>, lamina::Extents<3, 2> *>
// expect: cannot be assigned to another
