#include "lamina/blocks/dynamic_conv.hpp"

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("dynamic convolution and its block: gradients", "[blocks]") {
  check_gradients<dynamic_conv<3, 2, causal>, input<6, 4>>();
  check_gradients<dynamic_conv_block<3, 2, drop_connect<0.2>>, input<6, 4>>();
  check_gradients<lightweight_conv_block<3, 2>, input<4, 5>>();
}

TEST_CASE("dynamic convolution: parameters", "[blocks]") {
  STATIC_REQUIRE(parameter_count(dynamic_conv<7, 16>, input<1024, 50>) == 16 * 7 * 1024);
  STATIC_REQUIRE(parameter_count(dynamic_conv_block<7, 16>, input<64, 9>) ==
                 3 * 64 * 64 + 3 * 64 + 16 * 7 * 64);
  STATIC_REQUIRE(parameter_count(lightweight_conv_block<7, 16>, input<64, 9>) ==
                 3 * 64 * 64 + 3 * 64 + 16 * 7);
  STATIC_REQUIRE(output_shape(dynamic_conv_block<31, 4>, input<8, 9>) == shape<8, 9>);
}

TEST_CASE("a causal dynamic convolution sees no later position", "[blocks]") {
  Model<dynamic_conv<5, 2, causal>, input<6, 7>> model{seed{1}};
  RandomImages<float> images(shape<6, 7>, 1);
  const auto before = elements(model.predict(images.view));
  for (Index c = 0; c < 6; ++c) images.storage[c * 7 + 4] += 1;
  const auto after = elements(model.predict(images.view));
  for (std::size_t i = 0; i < after.size(); ++i) REQUIRE((after[i] == before[i]) == (i % 7 < 4));
}

TEST_CASE("frozen blocks of lightweight and dynamic convolutions answer as they did", "[blocks]") {
  Model<lightweight_conv_block<3, 2> | dynamic_conv_block<4, 3, causal>, input<6, 7>> model{seed{1}};
  RandomImages<float> images(shape<6, 7>, 2);
  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  require_close(elements(frozen(images.view, workspace)), elements(model.predict(images.view)), 1e-6);
}

}  // namespace
