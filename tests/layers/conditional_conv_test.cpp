#include "lamina/layers/conditional_conv.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("conditional convolution: gradients", "[layers]") {
  check_gradients<conditional_conv<5, 3, 3>, input<4, 5, 4>>();
  check_gradients<conditional_conv<9, 3, 2, stride<2>, no_bias>, input<11, 4, 5>>();
  check_gradients<conditional_conv<4, 3, 2, groups<2>>, input<6, 3, 3>>();
}

TEST_CASE("conditional convolution: maps whose size is known at run time", "[layers]") {
  constexpr auto net = conditional_conv<5, 3, 2, stride<2>, same_upper>;
  Model<net, input<3, 6, 5>> fixed{seed{4}};
  Model<net, input<3, dyn, dyn>> any{seed{4}};
  RandomImages<float> images(shape<3, 6, 5>, 2);
  REQUIRE(elements(any.predict(images.view)) == elements(fixed.predict(images.view)));
}

TEST_CASE("conditional convolution: parameters", "[layers]") {
  STATIC_REQUIRE(parameter_count(conditional_conv<16, 3, 4>, input<8, 5, 5>) ==
                 4 * parameter_count(conv<16, 3>, input<8, 5, 5>) + 4 * 8 + 4);
}

TEST_CASE("a conditional convolution is the mixture of its experts' convolutions", "[layers]") {
  constexpr Index experts = 2, in = 3, out = 5;
  constexpr auto at = input<in, 4, 5>;
  Model<conditional_conv<out, 3, experts>, at> model{seed{2}};
  Model<conv<out, 3>, at> expert{seed{3}};
  const auto parameters = model.parameters();  // two weights, biases, router weight and bias
  for (Index i = 0; i < parameters[2].size(); ++i) parameters[2][i] = 0.1f * static_cast<float>(i);
  for (Index i = 0; i < parameters[3].size(); ++i) parameters[3][i] = 0.5f - 0.3f * static_cast<float>(i);
  RandomImages<float> images(shape<in, 4, 5>, 2);
  const auto y = elements(model.predict(images.view));
  std::vector<double> expected(y.size(), 0.0);
  for (Index e = 0; e < experts; ++e) {
    const auto plain = expert.parameters();
    for (Index i = 0; i < plain[0].size(); ++i) plain[0][i] = parameters[static_cast<std::size_t>(e)][i];
    for (Index c = 0; c < out; ++c) plain[1][c] = parameters[2][e * out + c];
    const auto of_expert = elements(expert.predict(images.view));
    for (Index n = 0; n < 2; ++n) {
      double sum = static_cast<double>(parameters[4][e]);
      for (Index c = 0; c < in; ++c) {
        double mean = 0;
        for (Index p = 0; p < 20; ++p)
          mean += static_cast<double>(images.storage[(n * in + c) * 20 + p]) / 20;
        sum += static_cast<double>(parameters[3][e * in + c]) * mean;
      }
      for (std::size_t i = 0; i < static_cast<std::size_t>(out * 20); ++i) {
        const std::size_t place = static_cast<std::size_t>(n * out * 20) + i;
        expected[place] += of_expert[place] / (1 + std::exp(-sum));
      }
    }
  }
  require_close(y, expected, 1e-5);
}

}  // namespace
