// Normalisations and softmax against PyTorch.
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/group_norm.hpp"
#include "lamina/layers/layer_norm.hpp"
#include "lamina/layers/softmax.hpp"
#include "layers/golden.hpp"

namespace lamina::test {

TEST_CASE("batch norm, as PyTorch's, in training and after two steps in inference", "[layers]") {
  const Golden golden("layer_norm.txt");
  golden.compare<batch_norm, input<9, 3, 4>>("batch", {.batch = 3, .steps = 2});
  golden.compare<batch_norm_with<epsilon<1e-2>, momentum<0.3>>, input<3, 4, 3>>("batch options",
                                                                                {.batch = 3, .steps = 2});
  golden.compare<batch_norm_with<no_affine>, input<8, 2, 2>>("batch no affine", {.batch = 3, .steps = 2});
  golden.compare<batch_norm, input<7>>("batch vectors", {.batch = 5, .steps = 2});
  golden.compare<batch_norm, input<3, 7>>("batch sequences", {.batch = 3, .steps = 2});
}

TEST_CASE("norms within a sample, as PyTorch's", "[layers]") {
  const Golden golden("layer_norm.txt");
  golden.compare<layer_norm, input<9, 3, 4>>("layer");
  golden.compare<layer_norm_with<epsilon<1e-2>, no_affine>, input<3, 4, 3>>("layer options");
  golden.compare<layer_norm, input<13>>("layer vectors", {.batch = 3});
  golden.compare<channel_norm, input<9, 3, 4>>("channel");
  golden.compare<group_norm<3>, input<9, 3, 4>>("group 3");
  golden.compare<group_norm<1, epsilon<1e-2>>, input<7, 3, 2>>("group 1");
  golden.compare<group_norm<4, no_affine>, input<8, 3, 4>>("group 4");
  golden.compare<group_norm<13>, input<13, 3, 4>>("group of one");
  golden.compare<instance_norm, input<9, 3, 4>>("instance");
}

TEST_CASE("softmax, as PyTorch's", "[layers]") {
  const Golden golden("layer_norm.txt");
  golden.compare<softmax, input<9, 2, 3>>("softmax", {.scale = 8});
  golden.compare<softmax, input<13>>("softmax vectors", {.scale = 8});
  golden.compare<log_softmax, input<9, 2, 3>>("log softmax", {.scale = 8});
  golden.compare<log_softmax, input<13>>("log softmax vectors", {.scale = 8});
}

}  // namespace lamina::test
