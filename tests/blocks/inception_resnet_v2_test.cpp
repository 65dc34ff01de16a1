#include "lamina/blocks/inception_resnet_v2.hpp"

#include "lamina/blocks/inception_v3.hpp"
#include "lamina/blocks/inception_v4.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/answers.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

constexpr auto head = global_avg_pool | dropout<0.2> | dense<1000>;

TEST_CASE("Inception-ResNet-v2's modules: the parameters of the released ones", "[blocks]") {
  STATIC_REQUIRE(output_shape(inception_resnet_v2_entry, input<192, 35, 35>) == shape<320, 35, 35>);
  STATIC_REQUIRE(parameter_count(inception_resnet_v2_entry, input<192, 35, 35>) == 268'320);
  STATIC_REQUIRE(output_shape(inception_resnet_v2_a<>, input<320, 35, 35>) == shape<320, 35, 35>);
  STATIC_REQUIRE(10 * parameter_count(inception_resnet_v2_a<>, input<320, 35, 35>) == 1'231'680);
  STATIC_REQUIRE(output_shape(inception_resnet_v2_reduction_a, input<320, 35, 35>) == shape<1088, 17, 17>);
  STATIC_REQUIRE(parameter_count(inception_resnet_v2_reduction_a, input<320, 35, 35>) == 2'664'960);
  STATIC_REQUIRE(output_shape(inception_resnet_v2_b<>, input<1088, 17, 17>) == shape<1088, 17, 17>);
  STATIC_REQUIRE(20 * parameter_count(inception_resnet_v2_b<>, input<1088, 17, 17>) == 22'535'680);
  STATIC_REQUIRE(output_shape(inception_resnet_v2_reduction_b, input<1088, 17, 17>) == shape<2080, 8, 8>);
  STATIC_REQUIRE(parameter_count(inception_resnet_v2_reduction_b, input<1088, 17, 17>) == 3'880'960);
  STATIC_REQUIRE(output_shape(inception_resnet_v2_c<>, input<2080, 8, 8>) == shape<2080, 8, 8>);
  STATIC_REQUIRE(10 * parameter_count(inception_resnet_v2_c<>, input<2080, 8, 8>) == 20'354'240);
}

TEST_CASE("Inception-ResNet-v2 whole, as released: parameters and multiply-adds", "[blocks]") {
  constexpr auto net = inception_v3_stem | inception_resnet_v2_entry | repeat<10>(inception_resnet_v2_a<>) |
                       inception_resnet_v2_reduction_a | repeat<20>(inception_resnet_v2_b<>) |
                       inception_resnet_v2_reduction_b | repeat<9>(inception_resnet_v2_c<>) |
                       inception_resnet_v2_c<1.0, id> | normalized_conv<1536, 1> | head;
  STATIC_REQUIRE(parameter_count(net, input<3, 299, 299>) == 55'843'464);
  STATIC_REQUIRE(macs(net, input<3, 299, 299>) == 13'155'794'016);
}

TEST_CASE("Inception-ResNet-v2 whole, as in the paper: parameters and multiply-adds", "[blocks]") {
  constexpr auto net = inception_v4_stem | repeat<5>(inception_resnet_v2_a<>) |
                       inception_resnet_v2_reduction_a | expects<1152, 17, 17> |
                       repeat<10>(inception_resnet_v2_b<>) | inception_resnet_v2_reduction_b |
                       expects<2144, 8, 8> | repeat<5>(inception_resnet_v2_c<>) | head;
  STATIC_REQUIRE(parameter_count(net, input<3, 299, 299>) == 32'433'928);
  STATIC_REQUIRE((macs(net, input<3, 299, 299>) + 500'000) / 1'000'000 == 9'258);
}

}  // namespace
