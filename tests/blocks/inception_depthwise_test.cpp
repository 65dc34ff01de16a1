#include "lamina/blocks/inception_depthwise.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

TEST_CASE("inception depthwise convolution: weights of a 7x7 taken apart", "[blocks]") {
  constexpr Index channels = 64, each = 8;
  STATIC_REQUIRE(parameter_count(inception_depthwise<>, input<channels, 14, 14>) ==
                 31 * channels / 8 + 3 * each);
  STATIC_REQUIRE(output_shape(inception_depthwise<>, input<67, 14, 13>) == shape<67, 14, 13>);
}

TEST_CASE("inception depthwise convolution: gradients", "[blocks]") {
  check_gradients<(conv<11, 1> | inception_depthwise<4, 3, 5>), input<2, 6, 5>>();
  check_gradients<inception_depthwise<4, 3, 5>, input<16, 3, 4>>();
}

}  // namespace
