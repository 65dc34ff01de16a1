// Convolutions in groups, with borders, and on sequences against PyTorch.
#include "lamina/layers/conv.hpp"
#include "layers/golden.hpp"

namespace lamina::test {

TEST_CASE("conv: groups, as PyTorch's", "[layers]") {
  const Golden golden("layer_conv.txt");
  golden.compare<conv<12, 3, groups<4>>, input<8, 4, 5>>("groups 4");
  golden.compare<conv<3, 3, groups<3>>, input<9, 4, 5>>("groups 3");
  golden.compare<conv<9, 3, groups<9>>, input<9, 5, 4>>("depthwise");
  golden.compare<conv<8, 5, stride<2>, groups<8>>, input<8, 5, 6>>("depthwise stride 2");
  golden.compare<conv<6, 3, groups<3>>, input<3, 4, 5>>("depthwise multiplied");
}

TEST_CASE("conv: borders, as PyTorch's", "[layers]") {
  const Golden golden("layer_conv.txt");
  golden.compare<conv<8, 5, border<Border::reflect>>, input<3, 4, 5>>("reflect");
  golden.compare<conv<3, 5, border<Border::replicate>>, input<8, 4, 5>>("replicate");
  golden.compare<conv<4, 3, border<Border::circular>>, input<3, 4, 5>>("circular");
  golden.compare<conv<4, 3, stride<2>, border<Border::reflect>>, input<9, 5, 5>>("reflect stride 2");
  golden.compare<conv<8, 3, groups<8>, border<Border::circular>>, input<8, 4, 5>>("circular groups");
}

TEST_CASE("conv: sequences, as PyTorch's", "[layers]") {
  const Golden golden("layer_conv.txt");
  golden.compare<conv<9, 3>, input<3, 11>>("sequence");
  golden.compare<conv<5, 4, stride<2>, pad<1>>, input<8, 13>>("sequence stride 2");
  golden.compare<conv<8, 3, dilation<2>, groups<8>>, input<8, 13>>("sequence dilation 2");
}

}  // namespace lamina::test
