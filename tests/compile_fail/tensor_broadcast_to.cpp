// A shape that cannot be repeated to fill another.
#include "lamina/tensor/rearrange.hpp"

using namespace lamina;

void rearrange(const Tensor<float, 3>& x) {
  (void)broadcast_to<2, 3>(x);
#ifdef LAMINA_BAD
  (void)broadcast_to<3, 2>(x);
#endif
}
// expect: broadcast_target<lamina::Extents<3, 2>, lamina::Extents<3> *>
// expect: broadcast_to: the axes must be those of the target
