#include "lamina/blocks/gated_linear_unit.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("gated linear unit: the second half of the channels gates the first", "[blocks]") {
  check_gradients<gated_linear_unit, input<10, 3>>();
  check_gradients<gated_linear_unit, input<6>>();
  Model<gated_linear_unit, input<4>, double> model{seed{1}};
  const double x[] = {3, -5, 0, std::log(3.0)};
  require_close(elements(model.predict(FeatureMapView<const double, 1>(x, 1, 4, 1, 1))),
                std::vector<double>{1.5, -3.75}, 1e-12);
  STATIC_REQUIRE(parameter_count(gated_linear_unit, input<4>) == 0);
  STATIC_REQUIRE(output_shape(gated_linear_unit, input<6, 4, 5>) == shape<3, 4, 5>);
}

}  // namespace
