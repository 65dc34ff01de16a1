// A permutation that leaves out an axis.
#include "lamina/tensor/rearrange.hpp"

using namespace lamina;

void rearrange(const Tensor<float, 2, 3, 4>& x) {
  (void)permute<1, 0, 2>(x);
#ifdef LAMINA_BAD
  (void)permute<1, 0>(x);
#endif
}
// expect: permuted_axes<3, 1, 0>
// expect: permute: name each axis of the tensor once
