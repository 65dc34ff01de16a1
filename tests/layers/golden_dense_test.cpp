// Transposed convolutions and dense layers against PyTorch.
#include "lamina/layers/conv_transposed.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "layers/golden.hpp"

namespace lamina::test {

TEST_CASE("conv_transposed, as PyTorch's", "[layers]") {
  const Golden golden("layer_conv_transposed.txt");
  golden.compare<conv_transposed<9, 3>, input<3, 4, 5>>("3x3");
  golden.compare<conv_transposed<3, 4, stride<2>, pad<1>>, input<8, 3, 4>>("4x4 stride 2");
  golden.compare<conv_transposed<7, 2, stride<2>, valid>, input<13, 3, 2>>("2x2 stride 2");
  golden.compare<conv_transposed<4, 3, stride<3, 1>, valid>, input<3, 2, 4>>("3x3 stride 3x1");
  golden.compare<conv_transposed<4, 3, dilation<2>, valid>, input<8, 3, 4>>("dilation 2");
  golden.compare<conv_transposed<8, 3, stride<2>, groups<4>>, input<12, 3, 3>>("groups 4");
  golden.compare<conv_transposed<9, 4, stride<2>, pad<1>, groups<9>>, input<9, 3, 3>>("depthwise");
  golden.compare<conv_transposed<8, 3, valid, no_bias>, input<1, 1, 1>>("no bias");
  golden.compare<conv_transposed<3, 4, stride<2>, pad<1>>, input<8, 5>>("sequence");
}

TEST_CASE("dense, as PyTorch's", "[layers]") {
  const Golden golden("layer_dense.txt");
  golden.compare<dense<9>, input<7>>("7 to 9", {.batch = 5});
  golden.compare<dense<10>, input<64>>("64 to 10", {.batch = 3});
  golden.compare<dense<1>, input<1>>("1 to 1", {.batch = 1});
  golden.compare<dense<8, no_bias>, input<13>>("no bias");
  golden.compare<(flatten | dense<3>), input<9, 2, 3>>("flattened");
}

}  // namespace lamina::test
