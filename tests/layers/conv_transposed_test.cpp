#include "lamina/layers/conv_transposed.hpp"

#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("transposed convolution, depthwise: gradients", "[layers]") {
  check_gradients<conv_transposed<9, 3, groups<9>, stride<2>>, input<9, 3, 4>>();
}

TEST_CASE("conv_transposed: output shapes and counts are PyTorch's", "[layers]") {
  STATIC_REQUIRE(output_shape(conv_transposed<16, 4, stride<2>, pad<1>>, input<3, 5, 7>) ==
                 shape<16, 10, 14>);
  STATIC_REQUIRE(output_shape(conv_transposed<4, 3, stride<2>, valid>, input<3, 5, 7>) == shape<4, 11, 15>);
  STATIC_REQUIRE(output_shape(conv_transposed<4, 3, dilation<2>, valid>, input<3, 5, 7>) == shape<4, 9, 11>);
  STATIC_REQUIRE(output_shape(conv_transposed<4, 3>, input<3, 5, 7>) == shape<4, 5, 7>);
  STATIC_REQUIRE(output_shape(conv_transposed<4, 2, stride<2>, valid>, input<3, 5>) == shape<4, 10>);
  STATIC_REQUIRE(parameter_count(conv_transposed<16, 4, stride<2>>, input<3, 5, 7>) == 3 * 16 * 16 + 16);
  STATIC_REQUIRE(parameter_count(conv_transposed<8, 3, groups<4>, no_bias>, input<12, 5, 7>) == 12 * 2 * 9);
  STATIC_REQUIRE(macs(conv_transposed<16, 4, stride<2>>, input<3, 5, 7>) == 35 * 3 * 16 * 16);
  Model<conv_transposed<8, kernel<3, 2>, groups<4>>, input<12, 3, 3>> model{};
  REQUIRE(model.parameter("weight").extents() == ParameterExtents{12, 2, 3, 2});
}

TEST_CASE("conv_transposed: output_padding adds rows and columns", "[layers]") {
  STATIC_REQUIRE(output_shape(conv_transposed<4, 3, stride<2>, output_padding<1>>, input<3, 5, 7>) ==
                 shape<4, 10, 14>);
  STATIC_REQUIRE(output_shape(conv_transposed<4, 3, output_padding<2, 0>, stride<3, 2>, valid>,
                              input<3, 5, 7>) == shape<4, 17, 15>);
  STATIC_REQUIRE(output_shape(conv_transposed<4, 3, stride<2>, output_padding<1>>, input<3, 7>) ==
                 shape<4, 14>);
  check_gradients<(conv_transposed<5, 3, stride<2>, output_padding<1>> | tanh_activation |
                   conv_transposed<3, 3, stride<3, 2>, output_padding<2, 0>>),
                  input<2, 2, 3>>();
  // What is added sees the taps that reach it, or the bias alone.
  Model<conv_transposed<1, 2, stride<2>, valid, output_padding<1>>, input<1, 1, 2>> model{};
  const auto weight = model.parameter("weight");
  for (Index i = 0; i < 4; ++i) weight[i] = static_cast<float>(i + 1);
  model.parameter("bias")[0] = 7;
  const float x[] = {1, 10};
  const auto y = elements(model.predict(FeatureMapView<const float, 1>(x, 1, 1, 1, 2)));
  REQUIRE(y == std::vector<double>{8, 9, 17, 27, 7, 10, 11, 37, 47, 7, 7, 7, 7, 7, 7});
}

TEST_CASE("conv_transposed: every input pixel writes the kernel", "[layers]") {
  Model<conv_transposed<1, 2, stride<2>, valid, no_bias>, input<1, 1, 2>> model{};
  const auto weight = model.parameter("weight");
  for (Index i = 0; i < 4; ++i) weight[i] = static_cast<float>(i + 1);
  const float x[] = {1, 10};
  const auto y = elements(model.predict(FeatureMapView<const float, 1>(x, 1, 1, 1, 2)));
  REQUIRE(y == std::vector<double>{1, 2, 10, 20, 3, 4, 30, 40});
}

TEST_CASE("conv_transposed: gradients", "[layers]") {
  check_gradients<(conv_transposed<7, 4, stride<2>, pad<1>> | tanh_activation |
                   conv_transposed<3, 3, stride<2>>),
                  input<1, 2, 3>>();
  check_gradients<(conv_transposed<9, 3, dilation<2>, valid> | tanh_activation |
                   conv_transposed<8, kernel<1, 3>, no_bias>),
                  input<13, 1, 1>>();
}

TEST_CASE("conv_transposed: gradients in groups and on sequences", "[layers]") {
  check_gradients<(conv<8, 1> | conv_transposed<12, 3, stride<2>, groups<4>> | tanh_activation |
                   conv_transposed<12, 3, groups<12>>),
                  input<2, 3, 2>>();
  check_gradients<(conv_transposed<7, 4, stride<2>, pad<1>> | tanh_activation | conv_transposed<3, 3>),
                  input<3, 5>>();
}

}  // namespace
