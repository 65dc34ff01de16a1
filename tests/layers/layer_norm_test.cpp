#include "lamina/layers/layer_norm.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("layer norm: gradients on maps and vectors", "[layers]") {
  check_gradients<(conv<9, 3> | layer_norm | tanh_activation | layer_norm_with<no_affine> | global_avg_pool |
                   layer_norm),
                  input<2, 3, 4>>({.tolerance = 1e-5});
}

TEST_CASE("channel norm: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | channel_norm | tanh_activation | channel_norm_with<epsilon<1e-3>>),
                  input<2, 3, 4>>({.tolerance = 1e-5});
}

TEST_CASE("on vectors layer norm and channel norm agree", "[layers]") {
  Model<layer_norm, input<11>, double> a{seed{1}};
  Model<channel_norm, input<11>, double> b{seed{1}};
  RandomImages<double> images(shape<11>, 3);
  require_close(elements(a.predict(images.view)), elements(b.predict(images.view)), 1e-12);
}

TEST_CASE("layer norm has a scale and a shift for each element", "[layers]") {
  Model<layer_norm, input<3, 4, 5>> model{seed{1}};
  REQUIRE(model.parameter("weight").extents() == ParameterExtents{3, 4, 5});
  REQUIRE(model.parameter_count() == 120);
}

}  // namespace
