// More arguments than the tensor has axes.
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void slice(Tensor<float, 3, 4>& x) {
  (void)x(all, 0, new_axis);
#ifdef LAMINA_BAD
  (void)x(all, 0, range(0, 1));
#endif
}
// expect: slice: there are more arguments than axes
