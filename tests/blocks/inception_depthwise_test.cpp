#include "lamina/blocks/inception_depthwise.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("inception depthwise convolution: weights of a 7x7 taken apart", "[blocks]") {
  constexpr Index channels = 64, each = 8;
  STATIC_REQUIRE(parameter_count(inception_depthwise<>, input<channels, 14, 14>) ==
                 31 * channels / 8 + 3 * each);
  STATIC_REQUIRE(output_shape(inception_depthwise<>, input<67, 14, 13>) == shape<67, 14, 13>);
}

TEST_CASE("inception depthwise convolution: gradients", "[blocks]") {
  check_gradients<(conv<11, 1> | inception_depthwise<4, 3, 5>), input<2, 6, 5>>();
  check_gradients<inception_depthwise<4, 3, 5>, input<16, 3, 4>>();
}

TEST_CASE("inception depthwise convolution: what passes, then squares, rows and columns", "[blocks]") {
  // Three channels that pass and three times two; every channel c has one pixel that is not 0, c + 1, in the
  // middle, and so shows its kernel, turned round.
  Model<inception_depthwise<4, 3, 5>, input<9, 5, 5>> model{seed{1}};
  for (const auto& parameter : model.parameters()) {
    if (parameter.extents().rank == 1) continue;  // biases, which begin as zeros
    const Index taps = parameter.extents()[2] * parameter.extents()[3];
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] = static_cast<float>(i % taps + 1);
  }
  std::vector<float> x(9 * 25, 0.f);
  std::vector<double> expected;
  for (Index c = 0; c < 9; ++c) {
    x[static_cast<std::size_t>(c * 25 + 12)] = static_cast<float>(c + 1);
    for (Index h = 0; h < 5; ++h)
      for (Index w = 0; w < 5; ++w) {
        const bool in_square = h >= 1 && h <= 3 && w >= 1 && w <= 3;
        const Index tap = c < 3   ? (h == 2 && w == 2 ? 1 : 0)
                          : c < 5 ? (in_square ? (3 - h) * 3 + (3 - w) + 1 : 0)
                          : c < 7 ? (h == 2 ? 5 - w : 0)
                                  : (w == 2 ? 5 - h : 0);
        expected.push_back(static_cast<double>(tap * (c + 1)));
      }
  }
  require_close(elements(model.predict(FeatureMapView<const float, 1>(x.data(), 1, 9, 5, 5))), expected,
                1e-5);
}

}  // namespace
