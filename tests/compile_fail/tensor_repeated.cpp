// A tensor of five elements made of one of a single element: only views repeat.
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void make(const Tensor<float, 1>& one, const Tensor<float, dyn>& some) {
  Tensor<float, 5> x = some;
  x(all) = one;
#ifdef LAMINA_BAD
  x = one;
#endif
}
// expect: tensor_shapes<lamina::Extents<5>, lamina::Extents<1> *>
// expect: cannot become a tensor of another
