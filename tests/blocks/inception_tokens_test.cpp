#include "lamina/blocks/inception_tokens.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("inception over tokens: shapes, and the published bank's parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(inception_tokens<16, 2, 3, 5>, input<768, 50>) == shape<816, 50>);
  STATIC_REQUIRE(parameter_count(inception_tokens<16, 2, 3, 5>, input<768, 50>) == 122'928);
}

TEST_CASE("inception over tokens: gradients", "[blocks]") {
  check_gradients<inception_tokens<3, 2, 3, 5>, input<4, 7>>();
}

TEST_CASE("inception over tokens: hidden states, then windows by their width; zeros at the ends",
          "[blocks]") {
  constexpr Index C = 2, W = 6;
  Model<inception_tokens<1, 2, 5>, input<C, W>, double> model{seed{1}};
  const RandomImages<double> images(shape<C, W>, 1);
  const auto& x = images.storage;
  std::vector<double> expected(x.begin(), x.end());
  const auto parameters = model.parameters();
  parameters[1][0] = 0.25;  // zeros at the ends are zeros, without the bias
  for (const auto& [taps, weight] :
       {std::pair{Index{2}, std::size_t{0}}, std::pair{Index{5}, std::size_t{2}}})
    for (Index w = 0; w < W; ++w) {
      const Index first = w - (taps - 1) / 2;
      double sum = 0;
      if (first >= 0 && first + taps <= W) {
        sum = parameters[weight + 1][0];
        for (Index c = 0; c < C; ++c)
          for (Index t = 0; t < taps; ++t) sum += parameters[weight][c * taps + t] * x[c * W + first + t];
      }
      expected.push_back(sum);
    }
  require_close(elements(model.predict(images.view)), expected, 1e-12);
}

}  // namespace
