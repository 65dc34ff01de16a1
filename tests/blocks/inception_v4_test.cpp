#include "lamina/blocks/inception_v4.hpp"

#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/answers.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("Inception-v4's modules: the parameters of the released ones", "[blocks]") {
  STATIC_REQUIRE(output_shape(inception_v4_stem, input<3, 299, 299>) == shape<384, 35, 35>);
  STATIC_REQUIRE(parameter_count(inception_v4_stem, input<3, 299, 299>) ==
                 28'768 + 55'488 + 189'312 + 332'160);
  STATIC_REQUIRE(output_shape(inception_v4_a, input<384, 35, 35>) == shape<384, 35, 35>);
  STATIC_REQUIRE(4 * parameter_count(inception_v4_a, input<384, 35, 35>) == 1'270'528);
  STATIC_REQUIRE(output_shape(inception_v4_reduction_a, input<384, 35, 35>) == shape<1024, 17, 17>);
  STATIC_REQUIRE(parameter_count(inception_v4_reduction_a, input<384, 35, 35>) == 2'306'112);
  STATIC_REQUIRE(output_shape(inception_v4_b, input<1024, 17, 17>) == shape<1024, 17, 17>);
  STATIC_REQUIRE(7 * parameter_count(inception_v4_b, input<1024, 17, 17>) == 20'553'792);
  STATIC_REQUIRE(output_shape(inception_v4_reduction_b, input<1024, 17, 17>) == shape<1536, 8, 8>);
  STATIC_REQUIRE(parameter_count(inception_v4_reduction_b, input<1024, 17, 17>) == 2'747'392);
  STATIC_REQUIRE(output_shape(inception_v4_c, input<1536, 8, 8>) == shape<1536, 8, 8>);
  STATIC_REQUIRE(3 * parameter_count(inception_v4_c, input<1536, 8, 8>) == 13'659'264);
}

TEST_CASE("Inception-v4 whole: the published parameters and multiply-adds", "[blocks]") {
  constexpr auto net = inception_v4_stem | repeat<4>(inception_v4_a) | inception_v4_reduction_a |
                       repeat<7>(inception_v4_b) | inception_v4_reduction_b | repeat<3>(inception_v4_c) |
                       global_avg_pool | dropout<0.2> | dense<1000>;
  STATIC_REQUIRE(output_shape(net, input<3, 299, 299>) == shape<1000>);
  STATIC_REQUIRE(parameter_count(net, input<3, 299, 299>) == 42'679'816);
  STATIC_REQUIRE(macs(net, input<3, 299, 299>) == 12'253'974'624);
}

}  // namespace
