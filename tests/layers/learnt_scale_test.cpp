#include "lamina/layers/learnt_scale.hpp"

#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("learnt scale: gradients, and how it begins", "[layers]") {
  check_gradients<learnt_scale<0.7>, input<9, 3, 4>>();
  check_gradients<learnt_scale<>, input<5>>();
  Model<learnt_scale<>, input<2>> nothing{seed{1}};
  Model<learnt_scale<-1.5>, input<2>> more{seed{1}};
  const float x[] = {2, -3};
  const FeatureMapView<const float, 1> image(x, 1, 2, 1, 1);
  REQUIRE(elements(nothing.predict(image)) == std::vector<double>{0, 0});
  REQUIRE(elements(more.predict(image)) == std::vector<double>{-3, 4.5});
  STATIC_REQUIRE(parameter_count(learnt_scale<>, input<9, 3, 4>) == 1);
}

TEST_CASE("learnt channel scale: gradients, and a factor for each channel", "[layers]") {
  check_gradients<learnt_channel_scale<0.7>, input<9, 3, 4>>();
  check_gradients<(learnt_channel_scale<0.5> | tanh_activation), input<5>>();
  STATIC_REQUIRE(parameter_count(learnt_channel_scale<>, input<9, 3, 4>) == 9);
  STATIC_REQUIRE(macs(learnt_channel_scale<>, input<9, 3, 4>) == 0);
  Model<learnt_channel_scale<>, input<2>> model{seed{1}};
  REQUIRE(model.parameters()[0].values() == std::vector<float>(2, 1e-6f));
  model.parameters()[0][0] = 3;
  model.parameters()[0][1] = -2;
  const float x[] = {2, -3};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 1))) ==
          std::vector<double>{6, 6});
}

}  // namespace
