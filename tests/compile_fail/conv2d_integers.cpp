// A convolution of integers.
#include "lamina/kernels/expressions/convolution.hpp"
#include "lamina/tensor/expressions/expressions.hpp"

using namespace lamina;

void convolve(const Tensor<int, 2, 3, 8, 4>& x, const Tensor<float, 4, 3, 3, 3>& w) {
  (void)conv2d(cast<float>(x), w);
#ifdef LAMINA_BAD
  (void)conv2d(x, w);
#endif
}
// expect: convert integers, cast<float>
