#include "lamina/train/detail/loss_arguments.hpp"

#include "support/catch.hpp"

namespace lamina::test {

TEST_CASE("extents are told with the batch, vectors without their one pixel") {
  REQUIRE(detail::extents_of(FeatureMapView<float>(nullptr, 64, 10, 1, 1)) == "64 x 10");
  REQUIRE(detail::extents_of(FeatureMapView<float, 1>(nullptr, 8, 3, 32, 16)) == "8 x 3x32x16");
}

TEST_CASE("maps of other extents are told apart") {
  const FeatureMapView<float> a(nullptr, 2, 3, 4, 5);
  const auto compare = [&](Index n, Index c, Index h, Index w) {
    detail::require_same_extents("it", "first", a, "second",
                                 FeatureMapView<const double, 1>(nullptr, n, c, h, w));
  };
  REQUIRE_NOTHROW(compare(2, 3, 4, 5));
  REQUIRE_THROWS_AS(compare(1, 3, 4, 5), shape_error);
  REQUIRE_THROWS_AS(compare(2, 1, 4, 5), shape_error);
  REQUIRE_THROWS_AS(compare(2, 3, 5, 5), shape_error);
  REQUIRE_THROWS_WITH(compare(2, 3, 4, 1),
                      "it: the first is 2 x 3x4x5, the second 2 x 3x4x1; they must have the same extents");
}

TEST_CASE("labels are counted, and bad ones named by their place") {
  const FeatureMapView<float> vectors(nullptr, 2, 3, 1, 1), maps(nullptr, 2, 3, 4, 5);
  const std::vector<std::int32_t> labels(40);
  REQUIRE_NOTHROW(detail::require_one_label_each("it", maps, std::span<const std::int32_t>(labels)));
  REQUIRE_THROWS_WITH(detail::require_one_label_each("it", vectors, std::span<const std::int32_t>(labels)),
                      "it: 40 labels for logits of 2 x 3; there must be one for each sample");
  REQUIRE_THROWS_WITH(detail::throw_bad_label("it", vectors, 1, 7),
                      containing("it: label 7 of sample 1 is outside [0, 3)"));
  REQUIRE_THROWS_WITH(detail::throw_bad_label("it", maps, 33, -2),
                      containing("label -2 of sample 1, row 2, column 3 is outside [0, 3)"));
}

}  // namespace lamina::test
