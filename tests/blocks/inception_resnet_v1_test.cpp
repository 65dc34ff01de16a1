#include "lamina/blocks/inception_resnet_v1.hpp"

#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/answers.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("Inception-ResNet-v1's modules: the shapes of the paper", "[blocks]") {
  STATIC_REQUIRE(output_shape(inception_resnet_v1_stem, input<3, 299, 299>) == shape<256, 35, 35>);
  STATIC_REQUIRE(output_shape(inception_resnet_v1_a<>, input<256, 35, 35>) == shape<256, 35, 35>);
  STATIC_REQUIRE(output_shape(inception_resnet_v1_reduction_a, input<256, 35, 35>) == shape<896, 17, 17>);
  STATIC_REQUIRE(output_shape(inception_resnet_v1_b<>, input<896, 17, 17>) == shape<896, 17, 17>);
  STATIC_REQUIRE(output_shape(inception_resnet_v1_reduction_b, input<896, 17, 17>) == shape<1792, 8, 8>);
  STATIC_REQUIRE(output_shape(inception_resnet_v1_c<>, input<1792, 8, 8>) == shape<1792, 8, 8>);
}

TEST_CASE("Inception-ResNet-v1 whole: parameters and multiply-adds", "[blocks]") {
  constexpr auto net = inception_resnet_v1_stem | repeat<5>(inception_resnet_v1_a<>) |
                       inception_resnet_v1_reduction_a | repeat<10>(inception_resnet_v1_b<>) |
                       inception_resnet_v1_reduction_b | repeat<5>(inception_resnet_v1_c<>) |
                       global_avg_pool | dropout<0.2> | dense<1000>;
  STATIC_REQUIRE(parameter_count(net, input<3, 299, 299>) == 22'756'328);
  STATIC_REQUIRE((macs(net, input<3, 299, 299>) + 500'000) / 1'000'000 == 6'206);
}

}  // namespace
