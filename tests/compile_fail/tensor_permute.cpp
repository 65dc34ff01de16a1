// A permutation that names an axis twice.
#include "lamina/tensor/rearrange.hpp"

using namespace lamina;

void rearrange(const Tensor<float, 2, 3, 4>& x) {
  (void)permute<2, 0, -2>(x);
#ifdef LAMINA_BAD
  (void)permute<2, 0, -1>(x);
#endif
}
// expect: permuted_axes<3, 2, 0, -1>
// expect: permute: name each axis of the tensor once
