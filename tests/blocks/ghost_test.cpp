#include "lamina/blocks/ghost.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

TEST_CASE("ghost modules: shapes and parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(ghost<16>, input<8, 5, 6>) == shape<16, 5, 6>);
  STATIC_REQUIRE(output_shape(ghost<17>, input<8, 5, 6>) == shape<17, 5, 6>);
  // The paper's example, 256 to 256 with 3×3 kernels: 0.502 of the dense weights.
  constexpr Index norms = 4 * 128;
  constexpr Index weights = parameter_count(ghost<256, 3>, input<256, 14, 14>) - norms;
  STATIC_REQUIRE(weights == 128 * 256 * 9 + 128 * 9);
  STATIC_REQUIRE(weights * 1000 / (256 * 256 * 9) == 501);

  // With a ratio of 4, a quarter comes from the convolution; of 18 channels 5, and 2 of 20 are left out.
  constexpr auto quarter = ghost<256, 3, 3, relu, 4>;
  STATIC_REQUIRE(output_shape(quarter, input<256, 14, 14>) == shape<256, 14, 14>);
  STATIC_REQUIRE(parameter_count(quarter, input<256, 14, 14>) == 64 * 256 * 9 + 192 * 9 + 2 * 256);
  STATIC_REQUIRE(output_shape(ghost<18, 1, 3, relu, 4>, input<8, 5, 6>) == shape<18, 5, 6>);
}

TEST_CASE("ghost modules: gradients", "[blocks]") {
  check_gradients<ghost<6, 1, 3, sigmoid>, input<3, 4, 3>>();
  check_gradients<ghost<5, 3, 3, id>, input<3, 4, 3>>();
  check_gradients<ghost<7, 1, 3, id, 4>, input<3, 4, 3>>();
}

}  // namespace
