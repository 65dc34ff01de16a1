// A reduction over an axis that the tensor does not have.
#include "lamina/tensor/reduce.hpp"

using namespace lamina;

void reduce(const Tensor<float, 2, 3>& x) {
  (void)sum(x, axes<0, -1>);
#ifdef LAMINA_BAD
  (void)sum(x, axes<2>);
#endif
}
// expect: axes: a tensor has axes
