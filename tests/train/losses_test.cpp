#include "lamina/train/losses.hpp"

#include "support/catch.hpp"
#include "train/blocked_map.hpp"

namespace lamina::test {

TEST_CASE("every loss can be had from losses.hpp, for mutable and constant maps") {
  const BlockedMap<float> map({0.5, -0.25}, 1, 2, 1, 1);
  const FeatureMapView<const float> constant = map.view();
  const std::vector<std::int32_t> labels = {1};
  const std::vector<float> values = {1, 0};
  const FeatureMapView<const float, 1> target(values.data(), 1, 2, 1, 1);
  require_close(cross_entropy{}(constant, labels), std::log(1 + std::exp(0.75)), 1e-6);
  REQUIRE(cross_entropy{}(constant, labels) == cross_entropy{}(map.view(), labels));
  require_close(mean_squared_error{}(constant, target), (0.25 + 0.0625) / 2, 1e-6);
  require_close(l1{}(constant, target), 0.375, 1e-6);
  require_close(huber{}(constant, target), (0.125 + 0.03125) / 2, 1e-6);
  require_close(smooth_l1{}(constant, target), (0.125 + 0.03125) / 2, 1e-6);
  require_close(binary_cross_entropy{}(constant, target),
                (std::log(1 + std::exp(-0.5)) + std::log(1 + std::exp(-0.25))) / 2, 1e-6);
}

}  // namespace lamina::test
