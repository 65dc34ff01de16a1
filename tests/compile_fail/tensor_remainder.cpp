// The remainder of real numbers.
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void divide(const Tensor<int, 3>& whole, const Tensor<float, 3>& real) {
  Tensor<int, 3> rest = whole % 4;
#ifdef LAMINA_BAD
  Tensor<float, 3> other = real % 4;
#endif
  (void)real;
}
// expect: % is of integers, as in C\+\+; of real numbers write
