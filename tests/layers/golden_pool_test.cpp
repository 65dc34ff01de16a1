// Pooling against PyTorch.
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "layers/golden.hpp"

namespace lamina::test {

TEST_CASE("max pooling, as PyTorch's", "[layers]") {
  const Golden golden("layer_pool.txt");
  golden.compare<max_pool<2>, input<9, 6, 4>>("max 2");
  golden.compare<max_pool<3, stride<2>, pad<1>>, input<3, 7, 8>>("max 3 stride 2 pad 1");
  golden.compare<max_pool<2, ceil_mode>, input<8, 7, 6>>("max ceil");
  golden.compare<max_pool<3, stride<2>, ceil_mode>, input<3, 6, 8>>("max 3 stride 2 ceil");
  golden.compare<max_pool<2, pad<1>, ceil_mode>, input<3, 6, 5>>("max ceil pad");
  golden.compare<max_pool<2, stride<1>, dilation<2>>, input<3, 7, 6>>("max dilation");
  golden.compare<max_pool<kernel<1, 3>, stride<1, 2>>, input<3, 3, 7>>("max 1x3");
  golden.compare<max_pool<3, stride<2>>, input<9, 9>>("max sequence");
  golden.compare<global_max_pool, input<9, 5, 3>>("global max");
}

TEST_CASE("average pooling, as PyTorch's", "[layers]") {
  const Golden golden("layer_pool.txt");
  golden.compare<avg_pool<2>, input<9, 6, 5>>("average 2");
  golden.compare<avg_pool<3, stride<2>, pad<1>>, input<3, 7, 8>>("average 3 stride 2 pad 1");
  golden.compare<avg_pool<3, stride<1>, same, exclude_padding>, input<8, 5, 6>>("average exclude");
  golden.compare<avg_pool<2, ceil_mode>, input<3, 7, 6>>("average ceil");
  golden.compare<avg_pool<3, stride<2>, pad<1>, ceil_mode>, input<3, 6, 8>>("average ceil pad");
  golden.compare<avg_pool<3, stride<2>, pad<1>, ceil_mode, exclude_padding>, input<3, 6, 8>>(
      "average ceil pad exclude");
  golden.compare<avg_pool<3, stride<2>, pad<1>>, input<9, 8>>("average sequence");
  golden.compare<adaptive_avg_pool<3, 2>, input<9, 7, 5>>("adaptive 3x2");
  golden.compare<adaptive_avg_pool<3, 5>, input<3, 2, 3>>("adaptive enlarging");
  golden.compare<global_avg_pool, input<9, 5, 3>>("global average");
}

}  // namespace lamina::test
