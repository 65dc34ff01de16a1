#include "lamina/layers/channel_conv.hpp"

#include "lamina/layers/dense.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("channel convolution: gradients", "[layers]") {
  check_gradients<(dense<9> | channel_conv<3>), input<5>>();
  check_gradients<(dense<17> | channel_conv<5>), input<3>>();
  check_gradients<(dense<2> | channel_conv<7>), input<3>>();  // more taps than channels
}

TEST_CASE("channel convolution slides one kernel over the channels", "[layers]") {
  STATIC_REQUIRE(parameter_count(channel_conv<5>, input<64>) == 5);
  Model<channel_conv<3>, input<4>> model{seed{1}};
  const float weight[] = {2, 3, 5};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < 3; ++i) parameter[i] = weight[i];
  const float x[] = {1, 10, 100, 1000};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 4, 1, 1))) ==
          std::vector<double>{53, 532, 5320, 3200});
}

}  // namespace
