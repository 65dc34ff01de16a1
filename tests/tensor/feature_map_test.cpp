#include "lamina/tensor/feature_map.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("channels lie in blocks, samples a stride apart", "[tensor]") {
  std::vector<float> memory(2 * 2 * 8 * 6);
  const FeatureMapView<float, 8> map(memory.data(), 2, 13, 2, 3);
  REQUIRE(map.blocks() == 2);
  REQUIRE(map.batch_stride == 2 * 8 * 6);
  REQUIRE(&map(0, 0) == memory.data());
  REQUIRE(&map(0, 3, 1, 2) == memory.data() + 5 * 8 + 3);
  REQUIRE(&map(1, 9, 0, 1) == memory.data() + 96 + 48 + 8 + 1);
  REQUIRE(map.samples(1, 1).data == memory.data() + 96);
}

TEST_CASE("a block of one is plain NCHW", "[tensor]") {
  std::vector<double> memory(3 * 2 * 4);
  const FeatureMapView<double, 1> map(memory.data(), 1, 3, 2, 4);
  REQUIRE(&map(0, 2, 1, 3) == memory.data() + 23);
  const FeatureMapView<const double, 1> constant = map;
  REQUIRE(constant.data == map.data);
}

TEST_CASE("walking a map visits every element once, and no padding", "[tensor]") {
  std::vector<float> memory(2 * 8 * 6);
  const FeatureMapView<float, 8> map(memory.data(), 1, 11, 2, 3);
  for_each_element(map, [&](Index n, Index c, Index h, Index w) { map(n, c, h, w) += 1; });
  REQUIRE(std::count(memory.begin(), memory.end(), 1.0f) == 66);
}

}  // namespace
