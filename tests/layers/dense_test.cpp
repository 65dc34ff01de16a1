#include "lamina/layers/dense.hpp"

#include "lamina/layers/flatten.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("dense: shapes, parameters and multiply-adds", "[layers]") {
  STATIC_REQUIRE(output_shape(dense<10>, input<7>) == shape<10>);
  STATIC_REQUIRE(parameter_count(dense<10>, input<7>) == 80);
  STATIC_REQUIRE(parameter_count(dense<10, no_bias>, input<7>) == 70);
  STATIC_REQUIRE(macs(dense<10>, input<7>) == 70);
  Model<dense<5, init<initializers::ones>, bias_init<initializers::constant(2)>>, input<3>> model{};
  REQUIRE(model.parameter("weight").extents() == ParameterExtents{5, 3});
  const float x[] = {1, 2, 4};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 3, 1, 1))) ==
          std::vector<double>(5, 9));
}

TEST_CASE("dense: the first weights are uniform within 1 / sqrt(inputs)", "[layers]") {
  Model<dense<50>, input<64>> model{seed{3}};
  double square = 0;
  for (const float w : model.parameter("weight").values()) {
    REQUIRE(std::abs(w) <= 0.125f);
    square += static_cast<double>(w) * static_cast<double>(w) / 3200;
  }
  require_close(square * 3 * 64, 1, 0.05);  // a uniform number in ±a has variance a² / 3
  REQUIRE(model.parameter("bias").values() == std::vector<float>(50, 0));
}

TEST_CASE("dense: gradients", "[layers]") {
  check_gradients<(dense<13> | tanh_activation | dense<1, no_bias> | dense<9> | tanh_activation | dense<3>),
                  input<7>>({.batch = 5});
  check_gradients<dense<8>, input<1>>({.batch = 1});
  check_gradients<(flatten | dense<7> | frozen(dense<8>) | dense<3>), input<3, 3, 2>>({.batch = 9});
}

TEST_CASE("dense: a frozen model applies bias and activation while it stores", "[layers]") {
  Model<(dense<13> | relu | dense<9, no_bias> | sigmoid | dense<3>), input<7>> model{seed{4}};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] += 0.01f * static_cast<float>(i % 7);
  RandomImages<float> vectors(shape<7>, 5);
  const auto expected = elements(model.predict(vectors.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(vectors.view, workspace)), expected, 1e-6);
  // One that puts the plain vectors into blocks, and three of five layers.
  REQUIRE(predict.structure().operations.size() == 4);
}

}  // namespace
