#include "lamina/blocks/invertible_conv.hpp"

#include <algorithm>
#include <cmath>

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("invertible convolution: gradients and shape", "[blocks]") {
  STATIC_REQUIRE(output_shape(invertible_conv<>, input<12, 5, 6>) == shape<12, 5, 6>);
  STATIC_REQUIRE(parameter_count(invertible_conv<>, input<12, 5, 6>) == 4 * 3 * 3 * 9);
  check_gradients<invertible_conv<3>, input<12, 4, 3>>();
  STATIC_REQUIRE(output_shape(inverse_invertible_conv<>, input<12, 5, 6>) == shape<12, 5, 6>);
  check_gradients<inverse_invertible_conv<2>, input<8, 3, 4>>();
}

TEST_CASE("every part of an invertible convolution is undone", "[blocks]") {
  constexpr auto in = input<32, 6, 5>;  // parts of 8 channels, at most a block of floats
  constexpr Index size_of_part = 2 * 30 * std::max<Index>(8, channel_block<float>);
  Model<invertible_conv<3>, in> model{seed{5}};
  RandomImages<float> images(in.shape, 2);
  std::vector<double> expected;
  for (const float value : images.storage) expected.push_back(static_cast<double>(value));
  const auto y = model.predict(images.view);
  std::vector<double> back(expected.size());
  constexpr Corner corners[] = {Corner::top_left, Corner::top_right, Corner::bottom_left,
                                Corner::bottom_right};
  for (Index part = 0; part < 4; ++part) {
    // The parameter in the order of memory, its own tap made unit lower triangular.
    const auto parameter = model.parameters()[static_cast<std::size_t>(part)];
    const kernels::ConvGeometry g = kernels::corner_geometry(corners[part], 8, 3);
    Storage<float> weight(g.weight_size(channel_block<float>));
    const Index own =
        (kernels::is_bottom(corners[part]) ? 0 : 2) * 3 + (kernels::is_right(corners[part]) ? 0 : 2);
    for (Index o = 0; o < 8; ++o)
      for (Index i = 0; i < 8; ++i)
        for (Index tap = 0; tap < 9; ++tap) {
          float value = parameter[(o * 8 + i) * 9 + tap];
          if (tap == own && i >= o) value = i == o ? 1.f : 0.f;
          weight[g.weight_offset(channel_block<float>, o, i, tap / 3, tap % 3)] = value;
        }
    Storage<float> of_part(size_of_part), found(size_of_part);
    const FeatureMapView<float> from(of_part.data(), 2, 8, 6, 5), to(found.data(), 2, 8, 6, 5);
    for_each_element(
        from, [&](Index n, Index c, Index h, Index w) { from(n, c, h, w) = y(n, part * 8 + c, h, w); });
    kernels::corner_conv_inverse(from, weight.data(), corners[part], 3, to);
    for_each_element(to, [&](Index n, Index c, Index h, Index w) {
      back[static_cast<std::size_t>(((n * 32 + part * 8 + c) * 6 + h) * 5 + w)] =
          static_cast<double>(to(n, c, h, w));
    });
  }
  require_close(back, expected, 1e-5);
}

TEST_CASE("an invertible convolution and its inverse with the same weights are the identity", "[blocks]") {
  constexpr auto in = input<12, 5, 6>;
  constexpr auto net = shared<"flow">(invertible_conv<3>) | shared<"flow">(inverse_invertible_conv<3>);
  STATIC_REQUIRE(parameter_count(net, in) == 4 * 3 * 3 * 9);
  Model<net, in> model{seed{5}};
  RandomImages<float> images(in.shape, 2), gradients(in.shape, 2, 8);
  // The error of the way there and back grows with the weights.
  const auto error = [&] {
    const auto there_and_back = model.predict(images.view);
    double most = 0;
    for_each_element(there_and_back, [&](auto... at) {
      most = std::max(most, static_cast<double>(std::abs(there_and_back(at...) - images.view(at...))));
    });
    return most;
  };
  const double small = error();
  REQUIRE(small < 1e-5);
  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  require_close(elements(frozen(images.view, workspace)), elements(model.predict(images.view)), 1e-5);
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] *= 4;
  REQUIRE(error() > small);

  model.forward(images.view);
  const auto dy = model.output_gradient();
  for_each_element(dy, [&](auto... at) { dy(at...) = gradients.view(at...); });
  const auto dx = model.backward_to_input();
  require_close(dx.data, gradients.storage.data(), gradients.storage.size(), 1e-3);
  for (const auto& gradient : model.gradients())  // what the one way adds, the other takes
    require_close(gradient.values(), std::vector<double>(static_cast<std::size_t>(gradient.size()), 0.0),
                  1e-2);
}

TEST_CASE("of the 324 weights of an invertible convolution of 12 channels 300 learn", "[blocks]") {
  constexpr auto in = input<12, 5, 6>;
  Model<invertible_conv<3>, in, double> model{seed{5}};
  RandomImages<double> images(in.shape, 2), gradients(in.shape, 2, 8);
  model.forward(images.view);
  const auto dy = model.output_gradient();
  for_each_element(dy, [&](auto... at) { dy(at...) = gradients.view(at...); });
  model.backward();
  Index stored = 0, learning = 0;
  for (const auto& gradient : model.gradients())
    for (const double value : gradient.values()) {
      ++stored;
      learning += value != 0;
    }
  REQUIRE(stored == 4 * 3 * 3 * 9);
  REQUIRE(learning == 4 * (3 * 3 * 9 - 3 * 4 / 2));  // as published
}

}  // namespace
