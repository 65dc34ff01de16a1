#include "lamina/blocks/spatial_channel_excite.hpp"

#include "lamina/net/freeze.hpp"
#include "support/plain_maps.hpp"

using namespace lamina;
using support::Array;
using support::channel_means;
using support::check_gradients;
using support::dense_of;
using support::elements;
using support::joined;
using support::logistic;
using support::map_of;
using support::RandomImages;
using support::randomize;
using support::rectified;
using support::weighed;

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

TEST_CASE("spatial and channel excitation: what it adds to ResNet-50", "[blocks]") {
  constexpr auto at = [](auto in) { return parameter_count(spatial_channel_excite<>, in); };
  // After each of three, four, six and three blocks: C² + 1.5 C and C + 1, whatever the join.
  constexpr Index all = 3 * at(input<256, 56, 56>) + 4 * at(input<512, 28, 28>) +
                        6 * at(input<1024, 14, 14>) + 3 * at(input<2048, 7, 7>);
  STATIC_REQUIRE(all == 20'157'328);
  STATIC_REQUIRE(parameter_count(spatial_channel_excite<ExciteJoin::concat>, input<256, 56, 56>) ==
                 at(input<256, 56, 56>));
}

/// The block against both of its gates by loops, from its own parameters, joined by join(channels', pixels').
template <ExciteJoin Join, class F> void require_joined(F join) {
  Model<spatial_channel_excite<Join>, input<5, 3, 4>, double> model{seed{1}};
  randomize(model);
  const auto p = model.parameters();
  const RandomImages<double> images(shape<5, 3, 4>, 2);
  const Array x = map_of(images);
  const Array of_channels = weighed(x, [&](Index n) {
    auto s = dense_of(rectified(dense_of(channel_means(x, n), p[0], p[1].values())), p[2], p[3].values());
    for (double& gate : s) gate = logistic(gate);
    return s;
  });
  const Array of_pixels = map_of(x.n, x.c, x.h, x.w, [&](Index n, Index c, Index h, Index w) {
    double sum = p[5][0];
    for (Index i = 0; i < x.c; ++i) sum += p[4][i] * x(n, i, h, w);
    return x(n, c, h, w) * logistic(sum);
  });
  require_close(elements(model.predict(images.view)), join(of_channels, of_pixels).values, 1e-12);
}

TEST_CASE("spatial and channel excitation: every join by its definition", "[blocks]") {
  const auto by_element = [](auto f) {
    return [f](const Array& a, const Array& b) {
      return map_of(a.n, a.c, a.h, a.w, [&](auto... at) { return f(a(at...), b(at...)); });
    };
  };
  // Maps of both signs: of negative elements the maximum is the one that is weighed less.
  require_joined<ExciteJoin::maximum>(by_element([](double a, double b) { return std::max(a, b); }));
  require_joined<ExciteJoin::add>(by_element([](double a, double b) { return a + b; }));
  require_joined<ExciteJoin::multiply>(by_element([](double a, double b) { return a * b; }));
  require_joined<ExciteJoin::concat>(joined);  // the channels' first
}

TEST_CASE("spatial and channel excitation: where both are equal, the channels take the gradient",
          "[blocks]") {
  Model<spatial_channel_excite<>, input<3, 2, 2>, double> model{seed{1}};
  randomize(model);
  const auto p = model.parameters();
  const double x[12] = {};  // every product is 0, and the gates' own gradients, which are times x, are none
  model.forward(FeatureMapView<const double, 1>(x, 1, 3, 2, 2));
  kernels::fill(model.output_gradient(), 1.0);
  const auto dx = model.backward_to_input();
  const auto sums = dense_of(rectified(p[1].values()), p[2], p[3].values());
  std::vector<double> expected;
  for (std::size_t i = 0; i < 12; ++i) expected.push_back(logistic(sums[i / 4]));
  require_close(dx.data, expected.data(), 12, 1e-12);
}

}  // namespace
