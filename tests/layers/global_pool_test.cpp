#include "lamina/layers/global_pool.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("global pooling: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | global_avg_pool), input<2, 3, 5>>();
  check_gradients<(conv<9, 3> | global_max_pool), input<2, 3, 5>>();
}

TEST_CASE("global pooling makes a vector of means, of maxima", "[layers]") {
  STATIC_REQUIRE(output_shape(global_avg_pool, input<3, 4, 5>) == shape<3>);
  Model<outputs(global_avg_pool, global_max_pool), input<2, 1, 3>> model{};
  const float x[] = {1, 2, 6, -4, -5, 0};
  model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 3));
  REQUIRE(elements(model.output(0)) == std::vector<double>{3, -3});
  REQUIRE(elements(model.output(1)) == std::vector<double>{6, 0});
}

}  // namespace
