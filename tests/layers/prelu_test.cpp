#include "lamina/layers/prelu.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("prelu: gradients of input and slopes", "[layers]") {
  check_gradients<(conv<9, 3> | prelu | conv<3, 1> | prelu_per_channel), input<2, 4, 3>>();
  check_gradients<(prelu_per_channel | prelu), input<13>>();
}

TEST_CASE("prelu: one slope, or one for each channel", "[layers]") {
  STATIC_REQUIRE(parameter_count(prelu, input<9, 4, 3>) == 1);
  STATIC_REQUIRE(parameter_count(prelu_per_channel, input<9, 4, 3>) == 9);
  const float x[] = {2, -4, -8, 1};
  const FeatureMapView<const float, 1> image(x, 1, 2, 1, 2);
  Model<prelu, input<2, 1, 2>> one{};
  REQUIRE(elements(one.predict(image)) == std::vector<double>{2, -1, -2, 1});
  Model<prelu_per_channel, input<2, 1, 2>> each{};
  each.parameter("weight")[1] = 0.5f;
  REQUIRE(elements(each.predict(image)) == std::vector<double>{2, -1, -4, 1});
}

TEST_CASE("prelu: the slopes do not decay", "[layers]") {
  Model<(conv<3, 1> | prelu), input<2, 1, 1>> model{};
  const auto segments = model.parameter_space().segments;
  REQUIRE(segments.size() == 3);
  REQUIRE(segments[0].decays);
  REQUIRE(!segments[2].decays);
}

}  // namespace
