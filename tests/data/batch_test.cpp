#include "lamina/data/batch.hpp"

#include <array>

#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("a batch shows its images as a plain map") {
  std::array<float, 24> pixels{};
  for (std::size_t i = 0; i < 24; ++i) pixels[i] = static_cast<float>(i);
  const std::array<std::int32_t, 2> labels = {4, 1};
  const Batch<float> batch{.pixels = pixels.data(), .shape = shape<3, 2, 2>, .labels = labels};
  REQUIRE(batch.size() == 2);
  const FeatureMapView<const float, 1> images = batch.images();
  REQUIRE(images(1, 2, 1, 0) == 1 * 12 + 2 * 4 + 2);
  REQUIRE(images.batch == 2);
  REQUIRE(images.batch_stride == 12);
  REQUIRE(batch.soft_targets.empty());
  REQUIRE(Batch<double>{}.size() == 0);
}
