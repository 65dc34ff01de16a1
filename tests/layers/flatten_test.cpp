#include "lamina/layers/flatten.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("flatten: channels, then rows, then columns", "[layers]") {
  STATIC_REQUIRE(output_shape(flatten, input<3, 4, 5>) == shape<60>);
  STATIC_REQUIRE(output_shape(flatten, input<3, 7>) == shape<21>);
  STATIC_REQUIRE(output_shape(flatten, input<9>) == shape<9>);
  Model<flatten, input<13, 3, 2>> model{};
  RandomImages<float> images(shape<13, 3, 2>, 2);
  const auto y = elements(model.predict(images.view));
  REQUIRE(y == std::vector<double>(images.storage.begin(), images.storage.end()));
}

TEST_CASE("flatten: a map made by a layer, in the same order", "[layers]") {
  Model<(conv<13, 1, no_bias, init<initializers::dirac>> | flatten), input<13, 3, 2>> model{};
  RandomImages<float> images(shape<13, 3, 2>, 2);
  REQUIRE(elements(model.predict(images.view)) ==
          std::vector<double>(images.storage.begin(), images.storage.end()));
}

TEST_CASE("flatten: gradients to images and to maps", "[layers]") {
  check_gradients<(flatten | dense<3>), input<3, 3, 2>>();
  check_gradients<(conv<9, 3> | flatten | dense<3>), input<1, 3, 2>>();
  check_gradients<(conv<7, 1> | flatten), input<2, 1, 1>>();
  check_gradients<(conv<7, 3> | flatten | dense<2>), input<2, 5>>();
}

}  // namespace
