#include "lamina/blocks/convolutional_block_attention.hpp"

#include "lamina/net/freeze.hpp"
#include "support/frozen.hpp"
#include "support/plain_maps.hpp"

using namespace lamina;
using support::Array;
using support::channel_means;
using support::check_gradients;
using support::convolved;
using support::dense_of;
using support::elements;
using support::joined;
using support::logistic;
using support::map_of;
using support::normalized;
using support::RandomImages;
using support::randomize;
using support::rectified;
using support::weighed;

namespace {

TEST_CASE("convolutional block attention: parameters on ResNet-50", "[blocks]") {
  constexpr auto at = [](auto in) { return parameter_count(convolutional_block_attention<>, in); };
  STATIC_REQUIRE(at(input<64, 7, 7>) == 2 * 64 * 64 / 16 + 64 / 16 + 64 + 98 + 2);
  // With ResNet-50's own 25,557,032 they make 28,089,624.
  constexpr Index all = 3 * at(input<256, 56, 56>) + 4 * at(input<512, 28, 28>) +
                        6 * at(input<1024, 14, 14>) + 3 * at(input<2048, 7, 7>);
  STATIC_REQUIRE(25'557'032 + all == 28'089'624);
  STATIC_REQUIRE(parameter_count(channel_attention<16, no_bias>, input<64, 7, 7>) == 2 * 64 * 64 / 16);
  STATIC_REQUIRE(parameter_count(spatial_attention<7>, input<64, 7, 7>) == 98);
}

TEST_CASE("convolutional block attention: gradients", "[blocks]") {
  check_gradients<(conv<9, 3> | channel_attention<4>), input<2, 4, 3>>();
  check_gradients<(conv<9, 3> | channel_attention<2, no_bias>), input<2, 1, 1>>();
  check_gradients<(conv<9, 3> | spatial_attention<3>), input<2, 4, 3>>();
  check_gradients<(conv<9, 3> | convolutional_block_attention<4, 3>), input<2, 4, 5>>();
}

TEST_CASE("one MLP sees the means and the maxima of the channels", "[blocks]") {
  Model<channel_attention<2, no_bias>, input<2, 1, 2>> model{seed{1}};
  const float first[] = {0.5, -0.25}, second[] = {1, 2};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < 2; ++i) parameter[i] = parameter.extents()[0] == 1 ? first[i] : second[i];
  const float x[] = {1, 3, -4, 0};
  // Means (2, -2), maxima (3, 0): the hidden numbers are relu(1 + 0.5) and relu(1.5).
  const double hidden = 1.5 + 1.5;
  const double gates[] = {1 / (1 + std::exp(-hidden)), 1 / (1 + std::exp(-2 * hidden))};
  require_close(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 2))),
                std::vector<double>{gates[0], 3 * gates[0], -4 * gates[1], 0}, 1e-6);
}

TEST_CASE("the gate of pixels is one half everywhere at first", "[blocks]") {
  Model<spatial_attention_normalized<>, input<3, 4, 5>> model{seed{1}};
  RandomImages<float> images(shape<3, 4, 5>, 2);
  std::vector<double> expected;
  for (Index i = 0; i < images.storage.size(); ++i)
    expected.push_back(static_cast<double>(images.storage[i]) / 2);
  require_close(elements(model.predict(images.view)), expected, 1e-7);
}

template <auto Net> void check_frozen() {
  Model<Net, input<2, 5, 6>> model{seed{3}};
  for (const auto& parameter : model.parameters())  // the gate's batch norm, whose scale begins at 0
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] += 0.25f;
  RandomImages<float> images(shape<2, 5, 6>, 2);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
}

TEST_CASE("frozen, the map is read for means and maxima at once, and gated once", "[blocks]") {
  check_frozen<(conv<9, 3> | spatial_attention_normalized<3>)>();
  check_frozen<(conv<9, 3> | convolutional_block_attention<2, 3>)>();
  // A convolution; channel_mean_max, the gate's convolution and the gate.
  REQUIRE(support::operations_when_frozen<(conv<9, 3> | spatial_attention<3>)>() == 4);
  // A convolution; global_mean_max, the MLP (2), the sum of its pixels and its sigmoid (3); channel_mean_max
  // of what that leaves, the convolution, and both gates at once.
  REQUIRE(support::operations_when_frozen<(conv<9, 3> | convolutional_block_attention<2, 3>)>() == 10);
}

/// x weighed per channel: σ(MLP(means) + MLP(maxima)), of p[0] to p[3]. Of these sums the order is nothing.
Array gated_by_channel(const Array& x, const std::vector<NamedArray<double>>& p) {
  const auto mlp = [&](const std::vector<double>& z) {
    return dense_of(rectified(dense_of(z, p[0], p[1].values())), p[2], p[3].values());
  };
  return weighed(x, [&](Index n) {
    std::vector<double> greatest(static_cast<std::size_t>(x.c), -1e9);
    for (Index c = 0; c < x.c; ++c)
      for (Index h = 0; h < x.h; ++h)
        for (Index w = 0; w < x.w; ++w) {
          double& most = greatest[static_cast<std::size_t>(c)];
          most = std::max(most, x(n, c, h, w));
        }
    auto gate = mlp(channel_means(x, n));
    const auto of_maxima = mlp(greatest);
    for (std::size_t c = 0; c < gate.size(); ++c) gate[c] = logistic(gate[c] + of_maxima[c]);
    return gate;
  });
}

/// The means over the channels of every pixel, and the maxima.
Array means_over_channels(const Array& x) {
  return map_of(x.n, 1, x.h, x.w, [&](Index n, Index, Index h, Index w) {
    double sum = 0;
    for (Index c = 0; c < x.c; ++c) sum += x(n, c, h, w);
    return sum / static_cast<double>(x.c);
  });
}
Array maxima_over_channels(const Array& x) {
  return map_of(x.n, 1, x.h, x.w, [&](Index n, Index, Index h, Index w) {
    double most = x(n, 0, h, w);
    for (Index c = 1; c < x.c; ++c) most = std::max(most, x(n, c, h, w));
    return most;
  });
}

/// x weighed per pixel by the sigmoids of a map of one channel.
Array gated_by_pixel(const Array& x, const Array& sums) {
  return map_of(x.n, x.c, x.h, x.w, [&](Index n, Index c, Index h, Index w) {
    return x(n, c, h, w) * logistic(sums(n, 0, h, w));
  });
}

TEST_CASE("convolutional block attention: both gates by their definitions", "[blocks]") {
  constexpr auto in = input<5, 4, 6>;
  const RandomImages<double> images(in.shape, 2);
  const Array x = map_of(images);
  SECTION("channels") {
    Model<channel_attention<2>, in, double> model{seed{1}};
    randomize(model);
    require_close(elements(model.predict(images.view)), gated_by_channel(x, model.parameters()).values,
                  1e-12);
  }
  SECTION("pixels: the paper's stack of means, then maxima") {
    Model<spatial_attention<3>, in, double> model{seed{1}};
    randomize(model);
    const auto p = model.parameters();
    const Array sums = convolved(joined(means_over_channels(x), maxima_over_channels(x)), p[0]);
    require_close(elements(model.predict(images.view)), gated_by_pixel(x, sums).values, 1e-12);
  }
  SECTION("pixels: the code's stack of maxima, then means, and a batch norm") {
    Model<spatial_attention_normalized<3>, in, double> model{seed{1}};
    randomize(model);
    const auto p = model.parameters();
    const Array sums = convolved(joined(maxima_over_channels(x), means_over_channels(x)), p[0]);
    require_close(elements(model.predict(images.view)),
                  gated_by_pixel(x, normalized(sums, p[1], p[2])).values, 1e-12);
  }
  SECTION("both, the channels' first") {
    Model<convolutional_block_attention<2, 3>, in, double> model{seed{1}};
    randomize(model);
    const auto p = model.parameters();  // four of the MLP, a kernel, a scale and a shift
    const Array by_channel = gated_by_channel(x, p);
    const Array sums =
        convolved(joined(maxima_over_channels(by_channel), means_over_channels(by_channel)), p[4]);
    require_close(elements(model.predict(images.view)),
                  gated_by_pixel(by_channel, normalized(sums, p[5], p[6])).values, 1e-12);
  }
}

}  // namespace
