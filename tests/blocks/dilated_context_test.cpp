#include "lamina/blocks/dilated_context.hpp"

#include <cmath>

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("dilated context: parameters, field of view, and the identity at first", "[blocks]") {
  STATIC_REQUIRE(parameter_count(dilated_context, input<21, 66, 66>) == 28'392);
  STATIC_REQUIRE(output_shape(dilated_context, input<21, 66, 65>) == shape<21, 66, 65>);
  Model<dilated_context, input<3, 9, 10>> model{seed{1}};
  RandomImages<float> images(shape<3, 9, 10>, 2);
  std::vector<double> expected;
  for (float& value : images.storage) expected.push_back(static_cast<double>(value = std::abs(value)));
  REQUIRE(elements(model.predict(images.view)) == expected);
}

TEST_CASE("inception convolution: parts of a convolution with dilations of their own", "[blocks]") {
  constexpr auto parts = inception_conv<DilationPart{1, 1, 5}, DilationPart{2, 3, 3}, DilationPart{4, 1, 9}>;
  STATIC_REQUIRE(output_shape(parts, input<4, 9, 8>) == shape<17, 9, 8>);
  STATIC_REQUIRE(parameter_count(parts, input<4, 9, 8>) == parameter_count(conv<17, 3>, input<4, 9, 8>));
  check_gradients<inception_conv<DilationPart{1, 2, 3}, DilationPart{3, 1, 5}>, input<3, 5, 4>>();
}

}  // namespace
