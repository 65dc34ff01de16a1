// Convolutions on maps against PyTorch. Groups, borders and sequences are in golden_conv_forms_test.cpp.
#include "lamina/layers/conv.hpp"
#include "layers/golden.hpp"

namespace lamina::test {

TEST_CASE("conv: kernels of every shape, as PyTorch's", "[layers]") {
  const Golden golden("layer_conv.txt");
  golden.compare<conv<4, 3>, input<3, 5, 6>>("3x3");
  golden.compare<conv<8, 3>, input<9, 4, 5>>("3x3 wide");
  golden.compare<conv<9, 1>, input<13, 3, 4>>("1x1");
  golden.compare<conv<8, 5, valid>, input<1, 7, 6>>("1 channel");
  golden.compare<conv<3, 3>, input<7, 1, 1>>("1 pixel");
  golden.compare<conv<3, 3, no_bias>, input<8, 4, 4>>("no bias");
  golden.compare<conv<9, 2, valid>, input<3, 5, 4>>("2x2");
  golden.compare<conv<5, kernel<1, 7>>, input<8, 3, 9>>("1x7");
  golden.compare<conv<8, kernel<7, 1>>, input<3, 9, 3>>("7x1");
}

TEST_CASE("conv: stride, dilation and padding, as PyTorch's", "[layers]") {
  const Golden golden("layer_conv.txt");
  golden.compare<conv<9, 3, stride<2>>, input<3, 7, 8>>("stride 2");
  golden.compare<conv<5, 3, stride<1, 3>>, input<8, 4, 9>>("stride 1x3");
  golden.compare<conv<8, 7, stride<2>>, input<3, 9, 10>>("7x7 stride 2");
  golden.compare<conv<3, 4, stride<2>, pad<1>>, input<8, 6, 6>>("4x4 stride 2");
  golden.compare<conv<4, 3, dilation<2>>, input<3, 7, 6>>("dilation 2");
  golden.compare<conv<4, 3, dilation<1, 3>>, input<8, 4, 9>>("dilation 1x3");
  golden.compare<conv<4, 3, stride<2>, same_upper>, input<3, 6, 7>>("same upper");
  golden.compare<conv<3, 3, pad<0, 1, 3, 2>>, input<8, 4, 5>>("uneven padding");
}

}  // namespace lamina::test
