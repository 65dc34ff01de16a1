// Axes of the same letter that differ in length.
#include "lamina/kernels/expressions/einsum.hpp"

using namespace lamina;

void contract(const Tensor<float, 2, 3>& a, const Tensor<float, 3, 4>& b) {
  (void)einsum<"ij,jk->ik">(a, b);
#ifdef LAMINA_BAD
  (void)einsum<"ij,ik->jk">(a, b);
#endif
}
// expect: einsum_subscripts<.*FixedString<.*>.*ij,ik->jk.*, lamina::Extents<2, 3>, lamina::Extents<3, 4> *>
// expect: axes of the same letter must be equally long
