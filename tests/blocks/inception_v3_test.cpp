#include "lamina/blocks/inception_v3.hpp"

#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/answers.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("Inception-v3's modules: the published parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(inception_v3_stem, input<3, 299, 299>) == shape<192, 35, 35>);
  STATIC_REQUIRE(output_shape(inception_v3_stem_convolutions, input<3, 299, 299>) == shape<192, 71, 71>);
  STATIC_REQUIRE(parameter_count(inception_v3_stem, input<3, 299, 299>) == 928 + 27'840 + 143'904);
  STATIC_REQUIRE(output_shape(inception_v3_a<32>, input<192, 35, 35>) == shape<256, 35, 35>);
  STATIC_REQUIRE(parameter_count(inception_v3_a<32>, input<192, 35, 35>) == 255'904);
  STATIC_REQUIRE(parameter_count(inception_v3_a<64>, input<256, 35, 35>) == 277'472);
  STATIC_REQUIRE(parameter_count(inception_v3_a<64>, input<288, 35, 35>) == 285'152);
  STATIC_REQUIRE(output_shape(inception_v3_b, input<288, 35, 35>) == shape<768, 17, 17>);
  STATIC_REQUIRE(parameter_count(inception_v3_b, input<288, 35, 35>) == 1'153'280);
  STATIC_REQUIRE(output_shape(inception_v3_c<160>, input<768, 17, 17>) == shape<768, 17, 17>);
  STATIC_REQUIRE(parameter_count(inception_v3_c<128>, input<768, 17, 17>) == 1'297'408);
  STATIC_REQUIRE(parameter_count(inception_v3_c<160>, input<768, 17, 17>) == 1'691'008);
  STATIC_REQUIRE(parameter_count(inception_v3_c<192>, input<768, 17, 17>) == 2'141'952);
  STATIC_REQUIRE(output_shape(inception_v3_d, input<768, 17, 17>) == shape<1280, 8, 8>);
  STATIC_REQUIRE(parameter_count(inception_v3_d, input<768, 17, 17>) == 1'698'304);
  STATIC_REQUIRE(output_shape(inception_v3_e<>, input<1280, 8, 8>) == shape<2048, 8, 8>);
  STATIC_REQUIRE(parameter_count(inception_v3_e<>, input<1280, 8, 8>) == 5'044'608);
  STATIC_REQUIRE(parameter_count(inception_v3_e<>, input<2048, 8, 8>) == 6'076'800);
}

TEST_CASE("Inception-v3 whole: the published parameters and multiply-adds", "[blocks]") {
  constexpr auto net = inception_v3_stem | inception_v3_a<32> | inception_v3_a<64> | inception_v3_a<64> |
                       inception_v3_b | inception_v3_c<128> | inception_v3_c<160> | inception_v3_c<160> |
                       inception_v3_c<192> | inception_v3_d | inception_v3_e<> | inception_v3_e<> |
                       global_avg_pool | dropout<0.5> | dense<1000>;
  STATIC_REQUIRE(output_shape(net, input<3, 299, 299>) == shape<1000>);
  STATIC_REQUIRE(parameter_count(net, input<3, 299, 299>) == 23'834'568);
  STATIC_REQUIRE(macs(net, input<3, 299, 299>) == 5'713'216'096);
}

}  // namespace
