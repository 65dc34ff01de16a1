// A slice that leaves an axis whose extent the type knows.
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

void slice(Tensor<float, 3, 4>& x) {
  (void)x(all, range<1, 4>());
#ifdef LAMINA_BAD
  (void)x(all, range<1, 5>());
#endif
}
// expect: sliced_axis<lamina::StaticRange<1, 5, 1>, 4>
// expect: slice: the range leaves the axis
