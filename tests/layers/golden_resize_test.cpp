// Upsampling and shuffles against PyTorch.
#include "lamina/layers/pixel_shuffle.hpp"
#include "lamina/layers/upsample.hpp"
#include "layers/golden.hpp"

namespace lamina::test {

TEST_CASE("upsampling, as PyTorch's", "[layers]") {
  const Golden golden("layer_resize.txt");
  golden.compare<upsample_nearest<2>, input<9, 3, 4>>("nearest 2");
  golden.compare<upsample_nearest<3>, input<3, 2, 3>>("nearest 3");
  golden.compare<upsample_nearest<2>, input<3, 5>>("nearest sequence");
  golden.compare<upsample_bilinear<2>, input<9, 3, 4>>("bilinear 2");
  golden.compare<upsample_bilinear<3>, input<3, 2, 3>>("bilinear 3");
  golden.compare<upsample_bilinear<2>, input<3, 5>>("bilinear sequence");
  golden.compare<upsample_bilinear_aligned<2>, input<9, 3, 4>>("aligned 2");
  golden.compare<upsample_bilinear_aligned<3>, input<3, 2, 3>>("aligned 3");
}

TEST_CASE("shuffles, as PyTorch's", "[layers]") {
  const Golden golden("layer_resize.txt");
  golden.compare<pixel_shuffle<2>, input<12, 3, 2>>("shuffle 2");
  golden.compare<pixel_shuffle<3>, input<9, 2, 2>>("shuffle 3");
  golden.compare<pixel_unshuffle<2>, input<3, 4, 6>>("unshuffle 2");
  golden.compare<channel_shuffle<3>, input<9, 2, 3>>("channel shuffle 3");
}

}  // namespace lamina::test
