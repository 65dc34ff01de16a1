// The layer: its shapes, counts and options, and gradients on maps. Sequences, borders and frozen models are
// in conv_forms_test.cpp, PyTorch's numbers in golden_conv_test.cpp.
#include "lamina/layers/conv.hpp"

#include "lamina/net/freeze.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("conv: output shapes", "[layers]") {
  STATIC_REQUIRE(output_shape(conv<64, 3>, input<3, 9, 8>) == shape<64, 9, 8>);
  STATIC_REQUIRE(output_shape(conv<64, 7, stride<2>, pad<3>>, input<3, 224, 224>) == shape<64, 112, 112>);
  STATIC_REQUIRE(output_shape(conv<4, 5, valid>, input<1, 28, 28>) == shape<4, 24, 24>);
  STATIC_REQUIRE(output_shape(conv<4, 3, stride<2>, same_upper>, input<1, 7, 6>) == shape<4, 4, 3>);
  STATIC_REQUIRE(output_shape(conv<4, 3, dilation<4>>, input<1, 7, 6>) == shape<4, 7, 6>);
  STATIC_REQUIRE(output_shape(conv<4, 3, dilation<2>, valid>, input<1, 7, 6>) == shape<4, 3, 2>);
  STATIC_REQUIRE(output_shape(conv<4, kernel<1, 7>, stride<1, 2>>, input<1, 5, 9>) == shape<4, 5, 5>);
  STATIC_REQUIRE(output_shape(conv<4, 2, pad<1, 0, 0, 2>>, input<1, 5, 5>) == shape<4, 5, 6>);
  STATIC_REQUIRE(output_shape(conv<4, 3>, input<2, dyn, dyn>) == shape<4, dyn, dyn>);
  STATIC_REQUIRE(output_shape(conv<8, 5, stride<2>>, input<2, 9>) == shape<8, 5>);
}

TEST_CASE("conv: parameters, multiply-adds and receptive field", "[layers]") {
  // ResNet's stem and VGG's first layer, as published.
  constexpr auto stem = conv<64, 7, stride<2>, pad<3>, no_bias>;
  STATIC_REQUIRE(parameter_count(stem, input<3, 224, 224>) == 9408);
  STATIC_REQUIRE(macs(stem, input<3, 224, 224>) == 118'013'952);
  STATIC_REQUIRE(parameter_count(conv<64, 3>, input<3, 224, 224>) == 1792);
  STATIC_REQUIRE(parameter_count(conv<12, 3, groups<4>>, input<8, 5, 5>) == 12 * 2 * 9 + 12);
  STATIC_REQUIRE(macs(conv<12, 3, groups<4>>, input<8, 5, 5>) == 25 * 12 * 2 * 9);
  STATIC_REQUIRE(parameter_count(conv<8, 5>, input<3, 10>) == 8 * 3 * 5 + 8);

  Model<conv<6, kernel<1, 7>, bias_init<initializers::ones>, init<initializers::constant(0.5)>>,
        input<3, 4, 9>>
      model{seed{1}};
  REQUIRE(model.parameter("weight").extents() == ParameterExtents{6, 3, 1, 7});
  REQUIRE(model.parameter("bias").extents() == ParameterExtents{6});
  REQUIRE(model.parameter("weight").values() == std::vector<float>(126, 0.5f));
  REQUIRE(model.parameter("bias").values() == std::vector<float>(6, 1.0f));
}

TEST_CASE("conv: gradients from a plain image of few channels, blocks full and not", "[layers]") {
  check_gradients<(conv<7, 3> | tanh_activation | conv<13, 3, stride<2>> | conv<9, kernel<1, 7>>),
                  input<1, 7, 6>>();
  check_gradients<(conv<8, 2, valid> | tanh_activation | conv<3, 4, pad<2, 1, 1, 2>>), input<3, 5, 4>>();
}

TEST_CASE("conv: gradients from many channels, and on single pixels", "[layers]") {
  check_gradients<(conv<3, 3, no_bias> | tanh_activation | conv<8, 1>), input<13, 3, 5>>();
  check_gradients<(conv<8, 3> | tanh_activation | conv<1, 1>), input<7, 1, 1>>();
}

TEST_CASE("conv: gradients with stride, dilation and TensorFlow's padding", "[layers]") {
  check_gradients<(conv<9, 3, dilation<2>> | tanh_activation | conv<3, 3, stride<2>, same_upper> |
                   conv<8, kernel<3, 1>, dilation<2, 1>, stride<1, 2>>),
                  input<2, 9, 8>>();
}

TEST_CASE("conv: gradients in groups", "[layers]") {
  check_gradients<(conv<8, 1> | conv<12, 3, groups<4>> | tanh_activation |
                   conv<12, 3, groups<12>, stride<2>> | conv<3, 1, groups<3>>),
                  input<2, 5, 6>>();
  check_gradients<conv<9, 3, groups<9>, no_bias>, input<9, 4, 3>>();
}

}  // namespace
