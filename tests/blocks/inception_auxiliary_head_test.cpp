#include "lamina/blocks/inception_auxiliary_head.hpp"

#include "lamina/blocks/inception.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

constexpr auto halve = max_pool<3, stride<2>, ceil_mode>;
constexpr auto up_to_4a = conv<64, 7, stride<2>> | relu | halve | conv<64, 1> | relu | conv<192, 3> | relu |
                          halve | inception<InceptionWidths{64, 96, 128, 16, 32, 32}> |
                          inception<InceptionWidths{128, 128, 192, 32, 96, 64}> | halve |
                          inception<InceptionWidths{192, 96, 208, 16, 48, 64}>;
constexpr auto from_4a_to_4d = inception<InceptionWidths{160, 112, 224, 24, 64, 64}> |
                               inception<InceptionWidths{128, 128, 256, 24, 64, 64}> |
                               inception<InceptionWidths{112, 144, 288, 32, 64, 64}>;
constexpr auto from_4d = inception<InceptionWidths{256, 160, 320, 32, 128, 128}> | halve |
                         inception<InceptionWidths{256, 160, 320, 32, 128, 128}> |
                         inception<InceptionWidths{384, 192, 384, 48, 128, 128}> | global_avg_pool |
                         dropout<0.4> | dense<1000>;

TEST_CASE("GoogLeNet with and without its auxiliary heads: the published parameters", "[blocks]") {
  constexpr auto deployed = up_to_4a | from_4a_to_4d | from_4d;
  constexpr auto trained = up_to_4a | tap<"4a"> | from_4a_to_4d | tap<"4d"> |
                           outputs(from_4d, from<"4a"> | inception_auxiliary_head<1000>,
                                   from<"4d"> | inception_auxiliary_head<1000>);
  STATIC_REQUIRE(output_shape(up_to_4a, input<3, 224, 224>) == shape<512, 14, 14>);
  STATIC_REQUIRE(output_shape(up_to_4a | from_4a_to_4d, input<3, 224, 224>) == shape<528, 14, 14>);
  STATIC_REQUIRE(output_shape(deployed, input<3, 224, 224>) == shape<1000>);
  STATIC_REQUIRE(parameter_count(deployed, input<3, 224, 224>) == 6'998'552);
  STATIC_REQUIRE(macs(deployed, input<3, 224, 224>) == 1'582'671'872);
  STATIC_REQUIRE(parameter_count(trained, input<3, 224, 224>) == 13'378'280);
}

TEST_CASE("auxiliary heads: shapes and parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(inception_auxiliary_head<10>, input<512, 14, 14>) == shape<10>);
  STATIC_REQUIRE(parameter_count(inception_auxiliary_head<1000>, input<512, 14, 14>) ==
                 (512 + 1) * 128 + (16 * 128 + 1) * 1024 + (1024 + 1) * 1000);
  STATIC_REQUIRE(output_shape(inception_v3_auxiliary_head<10>, input<768, 17, 17>) == shape<10>);
  // What torchvision's Inception-v3 has with its auxiliary head, less what it has without.
  STATIC_REQUIRE(parameter_count(inception_v3_auxiliary_head<1000>, input<768, 17, 17>) ==
                 27'161'264 - 23'834'568);
}

TEST_CASE("auxiliary heads: gradients", "[blocks]") {
  check_gradients<inception_auxiliary_head<3, 2, 9>, input<2, 8, 9>>({.step = 1e-7});
  check_gradients<inception_v3_auxiliary_head<3, 2, 4>, input<2, 17, 18>>({.step = 1e-7});
}

}  // namespace
