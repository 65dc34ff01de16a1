#include "lamina/layers/learnt_scale.hpp"

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

}  // namespace
