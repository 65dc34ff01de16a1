// An axis left out that has more than one place.
#include "lamina/tensor/rearrange.hpp"

using namespace lamina;

void rearrange(const Tensor<float, 1, 3>& x) {
  (void)squeeze<0>(x);
#ifdef LAMINA_BAD
  (void)squeeze<1>(x);
#endif
}
// expect: squeezed_axis<1, lamina::Extents<1, 3> *>
// expect: squeeze: only axes of extent 1 can be left out
