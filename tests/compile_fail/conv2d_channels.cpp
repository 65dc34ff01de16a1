// A convolution of tensors whose weights want other channels.
#include "lamina/kernels/expressions/convolution.hpp"

using namespace lamina;

void convolve(const Tensor<float, 2, 6, 8, 8>& x, const Tensor<float, 4, 3, 3, 3>& w) {
  (void)conv2d<groups<2>>(x, w);
#ifdef LAMINA_BAD
  (void)conv2d(x, w);
  // expect: convolution_shapes<.*lamina::Extents<2, 6, 8, 8>, lamina::Extents<4, 3, 3, 3>
#endif
}
// expect: the input must have as many channels
