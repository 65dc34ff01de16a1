#include "lamina/blocks/blurred_downsampling.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

TEST_CASE("blurred downsampling: shapes and gradients", "[blocks]") {
  STATIC_REQUIRE(output_shape(max_blur_pool<>, input<64, 112, 112>) == shape<64, 56, 56>);
  STATIC_REQUIRE(output_shape(conv_blur_pool<24, 3>, input<16, 15, 20>) == shape<24, 8, 10>);
  check_gradients<(conv<5, 3> | max_blur_pool<3>), input<2, 7, 6>>();
  check_gradients<conv_blur_pool<5, 3>, input<2, 6, 5>>();
}

}  // namespace
