#include "lamina/blocks/spatial_channel_excite.hpp"

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("spatial and channel excitation: parameters and shapes", "[blocks]") {
  STATIC_REQUIRE(parameter_count(channel_excite<>, input<64, 7, 7>) == 64 * 64 + 64 * 3 / 2);
  STATIC_REQUIRE(parameter_count(spatial_excite, input<64, 7, 7>) == 65);
  STATIC_REQUIRE(parameter_count(spatial_channel_excite<>, input<64, 7, 7>) == 64 * 64 + 64 * 3 / 2 + 65);
  // Of an odd number of channels the half is rounded down.
  STATIC_REQUIRE(parameter_count(channel_excite<>, input<9, 7, 7>) == 2 * 9 * 4 + 4 + 9);
  STATIC_REQUIRE(output_shape(spatial_channel_excite<ExciteJoin::concat>, input<5, 3, 4>) == shape<10, 3, 4>);
  STATIC_REQUIRE(output_shape(spatial_channel_excite<ExciteJoin::add>, input<5, 3, 4>) == shape<5, 3, 4>);
}

TEST_CASE("spatial and channel excitation: gradients", "[blocks]") {
  check_gradients<(conv<9, 3> | spatial_channel_excite<>), input<2, 4, 3>>();
  check_gradients<(conv<5, 3> | spatial_channel_excite<ExciteJoin::add>), input<2, 1, 1>>();
  check_gradients<(conv<5, 3> | spatial_channel_excite<ExciteJoin::multiply>), input<2, 3, 2>>();
  check_gradients<(conv<5, 3> | spatial_channel_excite<ExciteJoin::concat>), input<2, 3, 2>>();
}

TEST_CASE("spatial excitation weighs each pixel by the sigmoid of what it holds", "[blocks]") {
  Model<spatial_excite, input<2, 1, 2>> model{seed{1}};
  const float weight[] = {0.5, -1};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] = parameter.size() == 2 ? weight[i] : 0.25f;
  const float x[] = {1, 3, -4, 0};
  const auto gated = [](double value, double sum) { return value / (1 + std::exp(-sum)); };
  require_close(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 2))),
                std::vector<double>{gated(1, 4.75), gated(3, 1.75), gated(-4, 4.75), 0}, 1e-6);
}

/// Frozen, both gates are applied in one loop: the model's answers, and two operations less.
template <ExciteJoin Join> void check_frozen(std::size_t operations) {
  Model<conv<9, 3> | spatial_channel_excite<Join> | conv<3, 1>, input<2, 5, 6>> model{seed{3}};
  RandomImages<float> images(shape<2, 5, 6>, 2);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
  REQUIRE(predict.structure().operations.size() == operations);
}

TEST_CASE("frozen, both gates are applied at once", "[blocks]") {
  // A convolution; means, two dense layers; a convolution to one channel; the gates; a convolution.
  check_frozen<ExciteJoin::maximum>(7);
  check_frozen<ExciteJoin::add>(7);
  check_frozen<ExciteJoin::multiply>(7);
  check_frozen<ExciteJoin::concat>(9);
}

}  // namespace
