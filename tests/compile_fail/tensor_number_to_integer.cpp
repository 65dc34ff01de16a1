// A real number becomes an integer only by a cast, also where it is assigned to all elements.
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void set(Tensor<int, 3>& to, Tensor<float, 3>& real) {
  to(all) = static_cast<int>(2.7);
  real(all) = 3;
  real(all) = 2.7;
#ifdef LAMINA_BAD
  to(all) = 2.7;
#endif
}
// expect: assigning real numbers to integers drops their fraction
