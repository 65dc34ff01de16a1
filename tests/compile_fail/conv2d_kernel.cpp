// A convolution of tensors whose kernel is larger than the input.
#include "lamina/kernels/expressions/convolution.hpp"

using namespace lamina;

void convolve(const Tensor<float, 2, 3, 8, 4>& x, const Tensor<float, 4, 3, 3, 5>& w) {
  (void)conv2d<pad<1>>(x, w);
#ifdef LAMINA_BAD
  (void)conv2d<valid>(x, w);
  // expect: convolution_shapes<.*lamina::Extents<2, 3, 8, 4>, lamina::Extents<4, 3, 3, 5>
#endif
}
// expect: the kernel is larger than the padded input
