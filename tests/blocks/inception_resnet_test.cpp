#include "lamina/blocks/inception_resnet.hpp"

#include "blocks/parameter_counts.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;
using test::unit;

namespace {

constexpr InceptionResnetAWidths a{1, 2, 3, 1, 2, 3};
constexpr InceptionResnetRowColumnWidths b{2, 1, 3, 2};
constexpr InceptionResnetReductionBWidths reduction{1, 2, 3, 4, 5, 6, 7};

TEST_CASE("Inception on residual connections: shapes and parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(inception_resnet_a<a, 0.17>, input<9, 5, 4>) == shape<9, 5, 4>);
  STATIC_REQUIRE(parameter_count(inception_resnet_a<a, 0.17>, input<9, 5, 4>) ==
                 unit(9, 1, 1) + unit(9, 2, 1) + unit(2, 3, 9) + unit(9, 1, 1) + unit(1, 2, 9) +
                     unit(2, 3, 9) + (7 + 1) * 9);
  constexpr Index towers = unit(9, 2, 1) + unit(9, 1, 1), merged_back = (4 + 1) * 9;
  STATIC_REQUIRE(parameter_count(inception_resnet_b<b, 0.1>, input<9, 5, 4>) ==
                 towers + unit(1, 3, 7) + unit(3, 2, 7) + merged_back);
  STATIC_REQUIRE(parameter_count(inception_resnet_c<b, 0.2>, input<9, 5, 4>) ==
                 towers + unit(1, 3, 3) + unit(3, 2, 3) + merged_back);
  STATIC_REQUIRE(output_shape(inception_resnet_reduction_b<reduction>, input<9, 17, 8>) ==
                 shape<2 + 4 + 7 + 9, 8, 3>);
  STATIC_REQUIRE(parameter_count(inception_resnet_reduction_b<reduction>, input<9, 17, 8>) ==
                 unit(9, 1, 1) + unit(1, 2, 9) + unit(9, 3, 1) + unit(3, 4, 9) + unit(9, 5, 1) +
                     unit(5, 6, 9) + unit(6, 7, 9));
}

TEST_CASE("Inception on residual connections: gradients", "[blocks]") {
  check_gradients<inception_resnet_a<a, 0.17>, input<2, 3, 4>>({.step = 1e-7});
  check_gradients<inception_resnet_b<b, 0.1>, input<2, 4, 3>>({.step = 1e-7});
  check_gradients<inception_resnet_c<b, 1.0, id>, input<3, 3, 3>>({.step = 1e-7});
  check_gradients<inception_resnet_reduction_b<InceptionResnetReductionBWidths{1, 2, 2, 1, 2, 1, 2}>,
                  input<2, 5, 4>>({.step = 1e-7});
}

// One channel through a tower 2 x: x + S · (3 · 2 x + 5), on 1, -1 and -2.
template <Fraction S, auto Activation> std::vector<double> residual_of_a_line() {
  Model<scaled_residual<conv<1, 1, no_bias>, S, Activation>, input<1, 1, 3>, double> model{seed{1}};
  const double values[] = {2, 3, 5};  // the tower's weight; weight and bias of the last convolution
  const auto parameters = model.parameters();
  REQUIRE(parameters.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) parameters[i][0] = values[i];
  const double x[] = {1, -1, -2};
  return elements(model.predict(FeatureMapView<const double, 1>(x, 1, 1, 1, 3)));
}

TEST_CASE("a scaled residual: the bias is scaled too, the rectifier comes last", "[blocks]") {
  require_close(residual_of_a_line<0.1, id>(), {1 + 1.1, -1 - 0.1, -2 - 0.7}, 1e-12);
  require_close(residual_of_a_line<0.1, relu>(), {2.1, 0.0, 0.0}, 1e-12);
  require_close(residual_of_a_line<1.0, id>(), {12.0, -2.0, -9.0}, 1e-12);
}

template <Fraction S> std::vector<double> outputs_of_b(const FeatureMapView<double, 1>& images) {
  Model<inception_resnet_b<b, S, id>, input<3, 4, 5>, double> model{seed{4}};
  return elements(model.predict(images));
}

TEST_CASE("the scale of a module is that of what it adds to its input", "[blocks]") {
  RandomImages<double> images(shape<3, 4, 5>, 2);
  const std::vector<double> full = outputs_of_b<1.0>(images.view), tenth = outputs_of_b<0.1>(images.view);
  std::vector<double> expected;
  for (std::size_t i = 0; i < full.size(); ++i) {
    const double x = images.storage[static_cast<Index>(i)];
    expected.push_back(x + 0.1 * (full[i] - x));
  }
  REQUIRE(full != tenth);
  require_close(tenth, expected, 1e-12);
}

}  // namespace
