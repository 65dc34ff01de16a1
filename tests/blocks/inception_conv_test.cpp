#include "lamina/blocks/inception_conv.hpp"

#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

constexpr DilationPart plain{1, 1, 5}, wide{2, 3, 3}, tall{4, 1, 9}, none{2, 2, 0};

TEST_CASE("inception convolution: shapes and counts of the plain one, options of all parts", "[blocks]") {
  constexpr auto at = input<4, 9, 8>;
  STATIC_REQUIRE(output_shape(inception_conv<plain, wide, tall>, at) == shape<17, 9, 8>);
  STATIC_REQUIRE(parameter_count(inception_conv<plain, wide, tall>, at) == parameter_count(conv<17, 3>, at));
  STATIC_REQUIRE(macs(inception_conv<plain, wide, tall>, at) == macs(conv<17, 3>, at));
  constexpr auto strided = inception_conv<plain, wide, stride<2>, no_bias>;
  STATIC_REQUIRE(output_shape(strided, at) == shape<8, 5, 4>);
  STATIC_REQUIRE(parameter_count(strided, at) == 8 * 4 * 9);
}

TEST_CASE("inception convolution: a part without channels vanishes", "[blocks]") {
  constexpr auto at = input<4, 9, 8>;
  STATIC_REQUIRE(parameter_count(inception_conv<none, plain, none, wide>, at) ==
                 parameter_count(conv<8, 3>, at));
  STATIC_REQUIRE(parameter_count(inception_conv<plain, none>, at) == parameter_count(conv<5, 3>, at));
}

TEST_CASE("inception convolution: gradients", "[blocks]") {
  check_gradients<(inception_conv<DilationPart{1, 2, 3}, DilationPart{3, 1, 5}> | tanh_activation |
                   inception_conv<DilationPart{2, 2, 2}, DilationPart{1, 1, 3}, stride<2>, no_bias>),
                  input<3, 5, 4>>();
}

TEST_CASE("inception convolution: each part by its dilations, in the order given", "[blocks]") {
  constexpr auto at = input<4, 9, 8>;
  Model<inception_conv<plain, wide, none>, at> model{seed{1}};
  Model<conv<5, 3>, at> first{seed{2}};
  Model<conv<3, 3, dilation<2, 3>>, at> second{seed{3}};
  const auto copy = [&](auto& part, std::size_t from) {
    for (const auto& parameter : part.parameters()) {
      const auto given = model.parameters()[from++];
      for (Index i = 0; i < parameter.size(); ++i) parameter[i] = given[i];
    }
  };
  copy(first, 0);
  copy(second, 2);
  const RandomImages<float> images(at.shape, 1);
  auto expected = elements(first.predict(images.view));
  const auto rest = elements(second.predict(images.view));
  expected.insert(expected.end(), rest.begin(), rest.end());
  REQUIRE(elements(model.predict(images.view)) == expected);
}

}  // namespace
