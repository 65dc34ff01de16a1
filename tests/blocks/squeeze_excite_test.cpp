#include "lamina/blocks/squeeze_excite.hpp"

#include <span>

#include "lamina/layers/conv.hpp"
#include "support/plain_maps.hpp"

using namespace lamina;
using support::Array;
using support::channel_means;
using support::check_gradients;
using support::dense_of;
using support::elements;
using support::logistic;
using support::map_of;
using support::RandomImages;
using support::randomize;
using support::rectified;
using support::weighed;

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

/// Requires excite's answers to be gate(W2 · relu(W1 · mean + b1) + b2) · x, by loops.
template <auto Block, class F> void require_excited(bool has_bias, F gate) {
  Model<Block, input<5, 3, 4>, double> model{seed{1}};
  randomize(model, 3);  // so that hard_sigmoid meets all of its three pieces
  const auto p = model.parameters();
  REQUIRE(p.size() == (has_bias ? 4 : 2));
  const auto bias = [&](std::size_t i) { return has_bias ? p[i].values() : std::vector<double>{}; };
  const RandomImages<double> images(shape<5, 3, 4>, 3);
  const Array x = map_of(images);
  const Array expected = weighed(x, [&](Index n) {
    auto s = dense_of(rectified(dense_of(channel_means(x, n), p[0], bias(1))), p[has_bias ? 2 : 1], bias(3));
    for (double& value : s) value = gate(value);
    return s;
  });
  require_close(elements(model.predict(images.view)), expected.values, 1e-12);
}

TEST_CASE("squeeze-excite: without biases, and with a gate of one's own", "[blocks]") {
  const auto hard = [](double sum) { return std::min(std::max(sum + 3, 0.0), 6.0) / 6; };
  require_excited<excite<2>>(true, logistic);
  require_excited<excite<3, sigmoid, no_bias>>(false, logistic);
  require_excited<excite<3, hard_sigmoid>>(true, hard);
  require_excited<excite<2, hard_sigmoid, no_bias>>(false, hard);
}

TEST_CASE("aggregated excitation is four bottlenecks side by side, and one of four times the width",
          "[blocks]") {
  constexpr auto in = input<64, 2, 3>;  // four bottlenecks of two
  STATIC_REQUIRE(parameter_count(squeeze_excite_aggregated<>, in) == 8 * 64 * 64 / 32 + 4 * 64 / 32 + 64);
  Model<squeeze_excite_aggregated<>, in, double> model{seed{1}};
  randomize(model);
  const auto p = model.parameters();
  const RandomImages<double> images(in.shape, 2);
  const Array x = map_of(images);
  const Array expected = weighed(x, [&](Index n) {
    const auto mean = channel_means(x, n);
    std::vector<double> gate = p[3].values();
    for (Index branch = 0; branch < 4; ++branch)
      for (Index hidden = 2 * branch; hidden < 2 * branch + 2; ++hidden) {
        double sum = p[1][hidden];
        for (Index c = 0; c < 64; ++c) sum += p[0][hidden * 64 + c] * mean[static_cast<std::size_t>(c)];
        for (Index c = 0; c < 64; ++c)
          gate[static_cast<std::size_t>(c)] += p[2][c * 8 + hidden] * rectified(sum);
      }
    for (double& value : gate) value = logistic(value);
    return gate;
  });
  const auto y = elements(model.predict(images.view));
  require_close(y, expected.values, 1e-12);

  // The same weights, stacked, in squeeze_excite with a quarter of the reduction.
  Model<squeeze_excite<8>, in, double> stacked{seed{2}};
  const auto to = stacked.parameters();
  REQUIRE(to.size() == p.size());
  for (std::size_t i = 0; i < to.size(); ++i) {
    REQUIRE(to[i].extents() == p[i].extents());
    to[i].assign(std::span<const double>(p[i].values()));
  }
  REQUIRE(elements(stacked.predict(images.view)) == y);
}

}  // namespace
