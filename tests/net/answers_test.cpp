#include "lamina/net/answers.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

constexpr auto net = conv<8, 3, stride<2>> | relu | max_pool<2> | conv<4, 3> | global_avg_pool | dense<10>;

TEST_CASE("answers are constants", "[net]") {
  STATIC_REQUIRE(output_shape(net, input<3, 32, 32>) == shape<10>);
  STATIC_REQUIRE(parameter_count(net, input<3, 32, 32>) == 8 * 27 + 8 + 4 * 72 + 4 + 40 + 10);
  STATIC_REQUIRE(macs(net, input<3, 32, 32>) == 256 * 8 * 27 + 64 * 4 * 72 + 40);
}

TEST_CASE("the receptive field grows by kernels times the strides before them", "[net]") {
  constexpr Window field =
      receptive_field(conv<8, 3, stride<2>> | max_pool<2> | conv<4, kernel<1, 5>>, input<3, 32, 32>);
  STATIC_REQUIRE(field.height == 5);
  STATIC_REQUIRE(field.width == 5 + 4 * 4);
  STATIC_REQUIRE(field.stride_vertical == 4);
  STATIC_REQUIRE_FALSE(field.global);
  STATIC_REQUIRE(receptive_field(net, input<3, 32, 32>).global);
}

TEST_CASE("activation bytes are the peak of the plan", "[net]") {
  // Two values alive at a time: the conv's output (16 channels, 8 x 8) and the next one's.
  constexpr auto chain = conv<16, 3> | conv<16, 3> | conv<16, 3> | conv<16, 3>;
  STATIC_REQUIRE(activation_bytes(chain, input<1, 8, 8>) == 2 * 16 * 64 * 4);
  STATIC_REQUIRE(activation_bytes<double>(chain, input<1, 8, 8>) == 2 * 16 * 64 * 8);
}

}  // namespace
