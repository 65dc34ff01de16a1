// Real numbers become integers only by cast.
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void convert(Tensor<int, 3>& to, const Tensor<float, 3>& x) {
  to = cast<int>(x * 2);
#ifdef LAMINA_BAD
  to = x * 2;
#endif
}
// expect: assigning real numbers to integers drops their fraction
