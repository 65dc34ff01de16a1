#include "lamina/blocks/normalized_conv.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("normalized conv: shapes and parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(normalized_conv<32, 3, stride<2>, valid>, input<3, 299, 299>) ==
                 shape<32, 149, 149>);
  STATIC_REQUIRE(output_shape(normalized_conv<8, kernel<1, 7>>, input<3, 5, 5>) == shape<8, 5, 5>);
  STATIC_REQUIRE(parameter_count(normalized_conv<32, 3, stride<2>, valid>, input<3, 299, 299>) == 928);
}

TEST_CASE("normalized conv: gradients", "[blocks]") {
  check_gradients<normalized_conv<5, 3, stride<2>>, input<2, 4, 3>>({.step = 1e-7});
}

TEST_CASE("normalized conv: a convolution over the root of 1.001 at first, rectified", "[blocks]") {
  Model<normalized_conv<3, 3>, input<2, 3, 4>> model{seed{1}};
  Model<conv<3, 3, no_bias>, input<2, 3, 4>> plain{seed{1}};
  RandomImages<float> images(shape<2, 3, 4>, 2);
  std::vector<double> expected;
  for (const double y : elements(plain.predict(images.view)))
    expected.push_back(std::max(y, 0.0) / std::sqrt(1 + 1e-3));
  require_close(elements(model.predict(images.view)), expected, 1e-6);
}

}  // namespace
