#include "lamina/layers/zero_pad.hpp"

#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("zero pad: shapes", "[layers]") {
  STATIC_REQUIRE(output_shape(zero_pad<2>, input<3, 4, 5>) == shape<3, 8, 9>);
  STATIC_REQUIRE(output_shape(zero_pad<1, 2, 3, 4>, input<3, 4, 5>) == shape<3, 8, 11>);
  STATIC_REQUIRE(output_shape(zero_pad<0, 1, 0, 2>, input<3, 5>) == shape<3, 8>);
  STATIC_REQUIRE(output_shape(zero_pad<1>, input<3, dyn, 5>) == shape<3, dyn, 7>);
}

TEST_CASE("zero pad: the map, and zeros around it", "[layers]") {
  Model<zero_pad<1, 0, 0, 2>, input<1, 2, 2>> model{};
  const float x[] = {1, 2, 3, 4};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 1, 2, 2))) ==
          std::vector<double>{0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0});
}

TEST_CASE("zero pad: gradients, of sequences and where two branches meet too", "[layers]") {
  check_gradients<(tanh_activation | zero_pad<1, 2, 0, 1> | sigmoid), input<9, 3, 4>>();
  check_gradients<(tanh_activation | zero_pad<3> | sigmoid), input<2, 5>>();
  check_gradients<(tanh_activation | add(zero_pad<1>, zero_pad<2, 0, 0, 2> | sigmoid)), input<3, 3, 4>>();
}

}  // namespace
