#include "lamina/blocks/dilated_context.hpp"

#include <cmath>

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("dilated context: parameters and fields of view", "[blocks]") {
  STATIC_REQUIRE(parameter_count(dilated_context, input<21, 66, 66>) == 28'392);
  STATIC_REQUIRE(parameter_count(dilated_context_large, input<21, 66, 66>) == 6'803'139);
  STATIC_REQUIRE(parameter_count(dilated_context_ten, input<21, 66, 66>) == 28'392 + 2 * (9 * 21 + 1) * 21);
  STATIC_REQUIRE(output_shape(dilated_context, input<21, 66, 65>) == shape<21, 66, 65>);
  STATIC_REQUIRE(output_shape(dilated_context_large, input<21, 66, 65>) == shape<21, 66, 65>);
  STATIC_REQUIRE(receptive_field(dilated_context, input<2, 66, 66>).height == 67);
  STATIC_REQUIRE(receptive_field(dilated_context_large, input<2, 66, 66>).width == 67);
  STATIC_REQUIRE(receptive_field(dilated_context_ten, input<2, 66, 66>).height == 67 + 2 * (32 + 64));
}

/// What the module makes of non-negative maps at first, against the maps; by how much they differ at most.
template <auto Module> double first_difference(bool with_noise = true) {
  Model<Module, input<3, 9, 10>, double> model{seed{1}};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i)
      if (!with_noise && std::abs(parameter[i]) < 0.1) parameter[i] = 0;
  RandomImages<double> images(shape<3, 9, 10>, 2);
  for (double& value : images.storage) value = std::abs(value);
  const auto y = elements(model.predict(images.view));
  double most = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    most = std::max(most, std::abs(y[i] - images.storage[static_cast<Index>(i)]));
  return most;
}

TEST_CASE("dilated context: the identity at first, but for the noise of growing widths", "[blocks]") {
  REQUIRE(first_difference<dilated_context>() == 0);
  REQUIRE(first_difference<dilated_context_ten>() == 0);
  constexpr auto growing = dilated_context_of<2, 2, 4, 4, 1>;
  REQUIRE(first_difference<growing>(false) < 1e-12);
  const double with_noise = first_difference<growing>();
  REQUIRE(with_noise > 1e-3);
  REQUIRE(with_noise < 1);
}

TEST_CASE("dilated context: the noise of a layer is 0.01 over its width", "[blocks]") {
  constexpr Index channels = 16, width[] = {2, 2, 4, 4, 1};
  Model<dilated_context_of<2, 2, 4, 4, 1>, input<channels, 5, 5>, double> model{seed{1}};
  std::size_t layer = 0;
  for (const auto& parameter : model.parameters()) {
    if (parameter.extents().rank == 1) continue;  // biases
    double sum = 0, noise = 0, joined = 0;
    for (const double weight : parameter.values()) {
      const bool is_noise = std::abs(weight) < 0.1;  // what joins channels of a group is 1 / width
      if (is_noise) sum += weight * weight, ++noise;
      if (!is_noise) {
        ++joined;
        require_close(weight, 1 / static_cast<double>(width[layer]), 1e-12);
      }
    }
    // Every channel of an input's group to every one of an output's; and thousands of others, whose
    // deviation is known to 2 %.
    const Index before = layer == 0 ? 1 : width[layer - 1];
    REQUIRE(joined == static_cast<double>(channels * before * width[layer]));
    REQUIRE(std::abs(std::sqrt(sum / noise) * static_cast<double>(width[layer]) / 0.01 - 1) < 0.08);
    ++layer;
  }
  REQUIRE(layer == 5);
}

TEST_CASE("dilated context: gradients of growing widths", "[blocks]") {
  check_gradients<dilated_context_of<2, 3, 1>, input<2, 4, 3>>();
}

}  // namespace
