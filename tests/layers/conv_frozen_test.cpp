// What frozen nets compute convolutions by. The header is layers/conv.hpp.
#include <algorithm>
#include <cmath>

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/net/summary.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::elements;
using support::RandomImages;

namespace {

constexpr Shape shape_of_input = shape<24, 15, 16>;
constexpr auto of_input = input<24, 15, 16>;

/// The largest difference between what a model and its frozen form answer, over the largest answer.
template <auto Net, auto Input = of_input> double difference() {
  Model<Net, Input> model{seed{3}};
  RandomImages<float> images(Input.shape, 2);
  model.forward(images.view);  // moves the running statistics
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  const auto answers = elements(predict(images.view, workspace));
  double largest = 0, most = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto value = static_cast<double>(expected[i]);
    largest = std::max(largest, std::abs(value));
    most = std::max(most, std::abs(value - static_cast<double>(answers[i])));
  }
  return most / largest;
}

constexpr auto chosen = conv<32, 3> | batch_norm | relu;
constexpr auto summed = conv<32, 3, rounding::exact> | relu;
constexpr auto large = conv<32, 5> | relu;
constexpr auto dilated = conv<32, 3, dilation<2>> | relu;
constexpr auto band = conv<32, kernel<1, 7>, no_bias> | batch_norm;
constexpr auto of_sequence = conv<24, 3> | relu;
constexpr auto frozen_stem = conv<64, 7, stride<2>, no_bias> | batch_norm | relu;
constexpr auto named_for_image = conv<8, 3, algorithm::winograd_2x2> | relu;
constexpr auto named_algorithm = conv<32, 3, algorithm::winograd_2x2, no_bias> | batch_norm;

constexpr kernels::ConvAlgorithm forward_algorithm(const auto& layer, Shape in) {
  return layer.options.frozen_algorithm(in);
}
static_assert(forward_algorithm(conv<32, 3>, shape_of_input) == algorithm::winograd_4x4);
static_assert(forward_algorithm(conv<32, 5>, shape_of_input) == algorithm::winograd_4x4);
static_assert(forward_algorithm(conv<32, 3, dilation<2>>, shape_of_input) == algorithm::winograd_4x4);
static_assert(forward_algorithm(conv<32, kernel<1, 7>>, shape_of_input) == algorithm::winograd_2x2);
static_assert(forward_algorithm(conv<24, 3>, shape<24, 40>) == algorithm::winograd_4x4);
static_assert(forward_algorithm(conv<64, 7, stride<2>>, shape<3, 46, 44>) == algorithm::winograd_3x3);
static_assert(forward_algorithm(conv<32, 3, rounding::exact>, shape_of_input) == algorithm::direct);
static_assert(forward_algorithm(conv<32, 3>, shape<3, 15, 16>) == algorithm::direct);
static_assert(forward_algorithm(conv<32, 3>, Shape{24, dyn, dyn}) == algorithm::direct);
static_assert(forward_algorithm(conv<32, 3, stride<2>>, shape_of_input) == algorithm::direct);

// What training takes: of Winograd's one for each kernel, and none where extents or rounding forbid it.
static_assert(conv<512, 3>.options.frozen_algorithm(shape<512, 7, 7>) == algorithm::winograd_2x2);
static_assert(conv<512, 3>.options.training_algorithm(shape<512, 7, 7>) == algorithm::winograd_4x4);
static_assert(conv<32, 3>.options.data_gradient_algorithm(shape_of_input) == algorithm::winograd_4x4);
static_assert(conv<32, 3>.options.weights_gradient_algorithm(shape_of_input) == algorithm::winograd_4x4);
static_assert(conv<512, 3>.options.weights_gradient_algorithm(shape<512, 7, 7>) == algorithm::direct);
static_assert(conv<32, 3, rounding::exact>.options.data_gradient_algorithm(shape_of_input) ==
              algorithm::direct);
static_assert(conv<64, 3, stride<2>>.options.data_gradient_algorithm(shape<64, 32, 32>) == algorithm::direct);
static_assert(conv<32, 3, pad<3>>.options.data_gradient_algorithm(shape_of_input) == algorithm::direct);
static_assert(conv<32, 3>.options.training_algorithm(Shape{24, dyn, dyn}) == algorithm::direct);

}  // namespace

TEST_CASE("a frozen convolution answers as the layer does, by whatever algorithm", "[layers]") {
  REQUIRE(difference<chosen>() < 1e-5);
  REQUIRE(difference<large>() < 1e-5);
  REQUIRE(difference<dilated>() < 1e-5);
  REQUIRE(difference<band>() < 1e-5);
  REQUIRE(difference<of_sequence, input<24, 40>>() < 1e-5);
  REQUIRE(difference<named_algorithm>() < 2e-6);
  REQUIRE(difference<frozen_stem, input<3, 46, 44>>() < 1e-5);
  REQUIRE(difference<named_for_image, input<3, 15, 16>>() < 2e-6);
  REQUIRE(difference<summed>() == 0);
}

TEST_CASE("the summary of a frozen net names its algorithms", "[layers]") {
  REQUIRE_THAT(summary(freeze(Model<chosen, of_input>{seed{3}})),
               containing("winograd_4x4 + batch_norm + relu"));
}
