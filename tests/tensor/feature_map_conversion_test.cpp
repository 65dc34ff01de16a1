#include "lamina/tensor/feature_map_conversion.hpp"

#include <vector>

#include "lamina/tensor/creation.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

float value_at(Index n, Index c, Index h, Index w) {
  return static_cast<float>(((n * 50 + c) * 40 + h) * 40 + w + 1);
}

/// There and back again, with the map's elements, its padding and what lies around it checked.
template <int Block> void check_shape(Index batch, Index channels, Index height, Index width) {
  CAPTURE(Block, batch, channels, height, width);
  const auto images = generate<float, dyn, dyn, dyn, dyn>(value_at, batch, channels, height, width);
  const Index blocks = (channels + Block - 1) / Block, stride = (blocks + 1) * Block * height * width;
  Storage<float> memory(batch * stride);
  std::fill(memory.begin(), memory.end(), -7.f);
  const FeatureMapView<float, Block> map(memory.data(), batch, channels, height, width, stride);
  copy(images, map);
  Index wrong = 0;
  for (Index n = 0; n < batch; ++n)
    for (Index c = 0; c < (blocks + 1) * Block; ++c)
      for (Index h = 0; h < height; ++h)
        for (Index w = 0; w < width; ++w)
          wrong += map(n, c, h, w) != (c < channels ? value_at(n, c, h, w) : c < blocks * Block ? 0.f : -7.f);
  REQUIRE(wrong == 0);
  REQUIRE(to_tensor(map) == images);
  const FeatureMapView<const float, Block> constant = map;
  REQUIRE(to_tensor(constant) == images);
}

}  // namespace

TEST_CASE("feature maps and tensors hold the same elements, and padding is zero") {
  for (const Index channels : {1, 3, 7, 8, 9, 13, 16, 17}) {
    check_shape<1>(2, channels, 3, 5);
    check_shape<4>(2, channels, 3, 5);
    check_shape<8>(3, channels, 1, 1);
    check_shape<8>(1, channels, 9, 17);
    check_shape<16>(2, channels, 1, 7);
  }
  check_shape<8>(2, 40, 39, 37);  // cut over threads
  check_shape<8>(0, 13, 3, 5);
  check_shape<8>(2, 13, 0, 5);
}

TEST_CASE("a map is copied to and from strided views") {
  const auto images = generate<float, dyn, dyn, dyn, dyn>(value_at, 2, 13, 4, 6);
  Storage<float> memory(2 * 16 * 24);
  const FeatureMapView<float, 8> map(memory.data(), 2, 13, 4, 6);
  Tensor<float, dyn, dyn, dyn, dyn> channels_last(2, 4, 6, 13);
  TensorView<float, dyn, dyn, dyn, dyn> view(channels_last.data(), images.extents(),
                                             {4 * 6 * 13, 1, 6 * 13, 13});
  view = images;
  copy(view, map);
  REQUIRE(to_tensor(map) == images);
  channels_last.fill(0);
  copy(map, view);
  REQUIRE(channels_last(1, 3, 5, 12) == value_at(1, 12, 3, 5));
  Tensor<double, 2, 13, 4, 6> wide;
  copy(map, wide);
  REQUIRE(wide(1, 12, 3, 5) == double{value_at(1, 12, 3, 5)});
}

TEST_CASE("shapes that differ are refused") {
  Storage<float> memory(2 * 16 * 24);
  const FeatureMapView<float, 8> map(memory.data(), 2, 13, 4, 6);
  Tensor<float, dyn, dyn, dyn, dyn> images(2, 13, 6, 4);
  REQUIRE_THROWS_WITH(copy(map, images), containing("(2, 13, 4, 6)") && containing("(2, 13, 6, 4)"));
  REQUIRE_THROWS_AS(copy(images, map), shape_error);
}
