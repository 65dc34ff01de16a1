#include "lamina/blocks/separable_conv.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("separable conv: shapes, parameters and multiply-adds", "[blocks]") {
  STATIC_REQUIRE(output_shape(depthwise_conv<3, stride<2>>, input<13, 9, 8>) == shape<13, 5, 4>);
  STATIC_REQUIRE(output_shape(separable_conv<64, 3, stride<2>>, input<13, 9, 8>) == shape<64, 5, 4>);
  STATIC_REQUIRE(parameter_count(depthwise_conv<3>, input<32, 112, 112>) == 32 * 9 + 32);
  STATIC_REQUIRE(parameter_count(separable_conv<64, 3>, input<32, 112, 112>) == 32 * 9 + 32 * 64 + 64);
  STATIC_REQUIRE(parameter_count(separable_conv<64, 3, stride<2>, no_bias>, input<32, 112, 112>) ==
                 32 * 9 + 32 * 64);
  STATIC_REQUIRE(parameter_count(separable_conv<64, 3, between<batch_norm | relu>>, input<32, 9, 9>) ==
                 32 * 9 + 2 * 32 + 32 * 64 + 64);
  STATIC_REQUIRE(output_shape(depthwise_conv<3, multiplier<3>, stride<2>>, input<4, 5, 5>) ==
                 shape<12, 3, 3>);
  STATIC_REQUIRE(parameter_count(separable_conv<8, 3, multiplier<2>>, input<4, 5, 5>) == 8 * 9 + 8 * 8 + 8);
  // Against a dense convolution: 1 / 64 + 1 / 9 of the work.
  constexpr Index separable = macs(separable_conv<64, 3>, input<32, 8, 8>),
                  full = macs(conv<64, 3>, input<32, 8, 8>);
  STATIC_REQUIRE(separable * 64 * 9 == full * (9 + 64));
}

TEST_CASE("separable conv: gradients", "[blocks]") {
  check_gradients<(conv<9, 1> | separable_conv<7, 3, stride<2>> | tanh_activation | separable_conv<3, 5>),
                  input<2, 6, 5>>();
  check_gradients<(depthwise_conv<kernel<1, 3>, dilation<2>> | depthwise_conv<3>), input<3, 3, 5>>();
  check_gradients<separable_conv<8, 3>, input<1, 1, 1>>();
  check_gradients<separable_conv<5, 3, between<batch_norm | sigmoid>, multiplier<3>, no_bias>,
                  input<3, 4, 3>>();
  check_gradients<(separable_conv<7, 3> | separable_conv<13, 4, pad<1>>), input<3, 9>>();
}

TEST_CASE("separable conv: options go where they belong", "[blocks]") {
  Model<separable_conv<7, 3, stride<2>, bias_init<initializers::ones>, init<initializers::constant(0.25)>>,
        input<3, 6, 5>>
      model{seed{1}};
  for (const auto& parameter : model.parameters())
    for (const float value : parameter.values())
      REQUIRE(value == (parameter.name() == "2.bias" ? 1.0f : 0.25f));
}

TEST_CASE("depthwise conv: channels do not see each other", "[blocks]") {
  Model<depthwise_conv<3>, input<9, 3, 4>> model{seed{2}};
  RandomImages<float> images(shape<9, 3, 4>, 1);
  const auto before = elements(model.predict(images.view));
  for (Index p = 0; p < 12; ++p) images.view(0, 4, p / 4, p % 4) += 1;
  const auto after = elements(model.predict(images.view));
  for (std::size_t i = 0; i < before.size(); ++i) REQUIRE((before[i] != after[i]) == (i / 12 == 4));
}

TEST_CASE("depthwise conv: the outputs of a channel are neighbours", "[blocks]") {
  Model<depthwise_conv<1, multiplier<3>, no_bias>, input<2, 1, 1>> model{};
  for (Index i = 0; i < 6; ++i) model.parameters()[0][i] = static_cast<float>(i + 1);
  const float x[] = {10, 100};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 1))) ==
          std::vector<double>{10, 20, 30, 400, 500, 600});
}

}  // namespace
