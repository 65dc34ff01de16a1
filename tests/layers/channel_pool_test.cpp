#include "lamina/layers/channel_pool.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("channel pooling: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | channel_mean), input<2, 3, 5>>();
  check_gradients<(conv<17, 3> | channel_max), input<2, 3, 5>>();
  check_gradients<(conv<1, 3> | channel_max), input<2, 1, 1>>();
}

TEST_CASE("channel pooling makes one map", "[layers]") {
  STATIC_REQUIRE(output_shape(channel_mean, input<3, 4, 5>) == shape<1, 4, 5>);
  Model<outputs(channel_mean, channel_max), input<2, 1, 3>> model{};
  const float x[] = {1, 2, 6, -4, -5, 0};
  model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 3));
  REQUIRE(elements(model.output(0)) == std::vector<double>{-1.5, -1.5, 3});
  REQUIRE(elements(model.output(1)) == std::vector<double>{1, 2, 6});
}

}  // namespace
