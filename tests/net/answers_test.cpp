#include "lamina/net/answers.hpp"

#include "lamina/layers/attention.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/conv_transposed.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/group_norm.hpp"
#include "lamina/layers/layer_norm.hpp"
#include "lamina/layers/pixel_shuffle.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/layers/upsample.hpp"
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

TEST_CASE("the receptive field through maps that grow, and what sees the whole map", "[net]") {
  constexpr auto at = input<4, 32, 32>;
  constexpr Window nearest = receptive_field(max_pool<2> | upsample_nearest<2> | conv<8, 3>, at);
  STATIC_REQUIRE((nearest.height == 4 && nearest.stride_vertical == 1 && !nearest.global));
  constexpr Window transposed =
      receptive_field(conv<8, 3, stride<2>> | conv_transposed<8, 2, stride<2>> | conv<8, 3>, at);
  STATIC_REQUIRE((transposed.width == 5 && transposed.stride_horizontal == 1));
  STATIC_REQUIRE(receptive_field(conv_transposed<8, 4, stride<2>, pad<1>>, at).height == 2);
  // Pixels lie half a step apart: three of them are two inputs at most.
  STATIC_REQUIRE(receptive_field(upsample_nearest<2> | conv<8, 3>, at).height == 2);
  STATIC_REQUIRE(receptive_field(upsample_bilinear<2>, at).height == 2);
  constexpr Window shuffled = receptive_field(pixel_unshuffle<2> | pixel_shuffle<2>, at);
  STATIC_REQUIRE((shuffled.height == 2 && shuffled.stride_vertical == 1));
  STATIC_REQUIRE(receptive_field(conv<4, 3> | flatten | dense<3>, at).global);
  STATIC_REQUIRE(receptive_field(conv<4, 3> | instance_norm, at).global);
  STATIC_REQUIRE(receptive_field(conv<4, 3> | layer_norm, at).global);
  STATIC_REQUIRE(!receptive_field(conv<4, 3> | channel_norm | batch_norm, at).global);
  STATIC_REQUIRE(receptive_field(attention<1>(conv<4, 1>, conv<4, 1>, conv<4, 1>), at).global);
}

TEST_CASE("activation bytes are the peak of the plan", "[net]") {
  // Two values alive at a time: the conv's output (16 channels, 8 x 8) and the next one's.
  constexpr auto chain = conv<16, 3> | conv<16, 3> | conv<16, 3> | conv<16, 3>;
  STATIC_REQUIRE(activation_bytes(chain, input<1, 8, 8>) == 2 * 16 * 64 * 4);
  STATIC_REQUIRE(activation_bytes<double>(chain, input<1, 8, 8>) == 2 * 16 * 64 * 8);
}

}  // namespace
