// Parts that do not fill the axis.
#include "lamina/tensor/join.hpp"

using namespace lamina;

void split_rows(const Tensor<float, 2, 5>& x) {
  (void)split<1, 2, 3>(x);
#ifdef LAMINA_BAD
  (void)split<1, 2, 2>(x);
#endif
}
// expect: split_sizes<5, 2, 2>
// expect: split: the sizes must sum to the extent of the axis
