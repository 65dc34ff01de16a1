#include "lamina/layers/blur_pool.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

template <Index K> std::vector<double> blurred(std::vector<float> x) {
  constexpr auto in = input<1, 8, 4>;
  Model<blur_pool<K>, in> model{};
  std::vector<float> rows;
  for (int i = 0; i < 8; ++i) rows.insert(rows.end(), x.begin(), x.end());
  const auto y = elements(model.predict(FeatureMapView<const float, 1>(rows.data(), 1, 1, 8, 4)));
  REQUIRE(y.size() == 8);
  return {y[0], y[1]};
}

TEST_CASE("blur pooling: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | blur_pool<4>), input<2, 6, 5>>();
  check_gradients<(conv<3, 3> | blur_pool<3, 1>), input<2, 3, 4>>();
  check_gradients<(conv<1, 3> | blur_pool<5>), input<2, 7, 6>>();
}

TEST_CASE("blur pooling: rows (1 2 3 4) of maps that are alike in every row", "[layers]") {
  REQUIRE(blurred<1>({1, 2, 3, 4}) == std::vector<double>{1, 3});
  REQUIRE(blurred<3>({1, 2, 3, 4}) == std::vector<double>{1.5, 3});
  REQUIRE(blurred<4>({1, 2, 3, 4}) == std::vector<double>{1.75, 3.25});
}

TEST_CASE("blur pooling of sequences", "[layers]") {
  STATIC_REQUIRE(output_shape(blur_pool<4>, input<9, 7>) == shape<9, 4>);
  STATIC_REQUIRE(macs(blur_pool<4>, input<9, 7>) == 9 * 4 * 4);
  check_gradients<(conv<9, 3> | blur_pool<4>), input<2, 7>>();
  Model<blur_pool<4>, input<1, 4>> model{};
  const float x[] = {1, 2, 3, 4};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 1, 1, 4))) ==
          std::vector<double>{1.75, 3.25});
}

TEST_CASE("blur pooling halves extents, rounded up, whatever the filter", "[layers]") {
  STATIC_REQUIRE(output_shape(blur_pool<2>, input<9, 7, 8>) == shape<9, 4, 4>);
  STATIC_REQUIRE(output_shape(blur_pool<3>, input<9, 7, 8>) == shape<9, 4, 4>);
  STATIC_REQUIRE(output_shape(blur_pool<7>, input<9, 7, 8>) == shape<9, 4, 4>);
  STATIC_REQUIRE(parameter_count(blur_pool<4>, input<9, 7, 8>) == 0);
}

}  // namespace
