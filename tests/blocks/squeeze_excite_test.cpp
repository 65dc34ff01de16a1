#include "lamina/blocks/squeeze_excite.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("squeeze-excite: parameters on ResNet-50", "[blocks]") {
  constexpr auto at = [](auto in) { return parameter_count(squeeze_excite<>, in); };
  STATIC_REQUIRE(at(input<64, 7, 7>) == 2 * 64 * 64 / 16 + 64 / 16 + 64);
  // Three, four, six and three blocks. With ResNet-50's own 25,557,032 they make the 28,088,024 of the
  // authors' model, of which 2.51 M are weights.
  constexpr Index all = 3 * at(input<256, 56, 56>) + 4 * at(input<512, 28, 28>) +
                        6 * at(input<1024, 14, 14>) + 3 * at(input<2048, 7, 7>);
  STATIC_REQUIRE(all == 2'530'992);
  // The bottleneck is rounded down, and never empty.
  STATIC_REQUIRE(parameter_count(squeeze_excite<4>, input<9, 3, 3>) == 2 * 9 * 2 + 2 + 9);
  STATIC_REQUIRE(parameter_count(squeeze_excite<16>, input<8, 3, 3>) == 2 * 8 + 1 + 8);
}

TEST_CASE("squeeze-excite: how bottlenecks are rounded", "[blocks]") {
  STATIC_REQUIRE(reduced_channels(75, 4) == 18 && reduced_channels(3, 4) == 1);
  STATIC_REQUIRE(reduced_channels(72, 4, 4) == 20 && reduced_channels(36, 4, 4) == 8);
  // GhostNet's rows: a quarter made divisible by 4. Of 36 channels (its fourth row at half width) a quarter
  // is 9, and 8 would be less than nine tenths of it.
  STATIC_REQUIRE(divisible_channels(72, 4, 4) == 20 && divisible_channels(120, 4, 4) == 32);
  STATIC_REQUIRE(divisible_channels(480, 4, 4) == 120 && divisible_channels(672, 4, 4) == 168);
  STATIC_REQUIRE(divisible_channels(36, 4, 4) == 12 && divisible_channels(1, 4, 4) == 4);
}

TEST_CASE("squeeze-excite: gradients", "[blocks]") {
  check_gradients<(conv<9, 3> | squeeze_excite<4>), input<2, 4, 3>>();
  check_gradients<(conv<13, 1> | squeeze_excite<3> | conv<1, 1>), input<1, 1, 1>>();
  check_gradients<residual(squeeze_excite<2>), input<7, 3, 2>>();
}

TEST_CASE("squeeze-excite: the gate is the sigmoid of the channel's excitation", "[blocks]") {
  Model<squeeze_excite<2>, input<3, 2, 2>> model{seed{1}};
  const float excitation[] = {0, 1, -2};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i)
      parameter[i] = parameter.extents() == ParameterExtents{3} ? excitation[i] : 0;
  RandomImages<float> images(shape<3, 2, 2>, 2);
  std::vector<double> expected;
  for (Index i = 0; i < images.storage.size(); ++i)
    expected.push_back(static_cast<double>(images.storage[i]) /
                       (1 + std::exp(-static_cast<double>(excitation[i / 4 % 3]))));
  require_close(elements(model.predict(images.view)), expected, 1e-6);
}

}  // namespace
