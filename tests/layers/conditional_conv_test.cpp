#include "lamina/layers/conditional_conv.hpp"

#include <cmath>
#include <span>

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

double mean_square(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum / static_cast<double>(values.size());
}

TEST_CASE("every expert begins as a convolution of its own, and weighs about a half", "[layers]") {
  constexpr Index experts = 4, in = 32;
  Model<conditional_conv<64, 3, experts, valid>, input<in, 9, 9>, double> model{seed{2}};
  const auto parameters = model.parameters();
  // He's variance, 2 / fan in, by the fan of one expert. (Of 18432 numbers the variance is known to 1 %.)
  for (std::size_t e = 0; e < experts; ++e) {
    REQUIRE(std::abs(mean_square(parameters[e].values()) * (in * 9) / 2 - 1) < 0.05);
    if (e > 0) REQUIRE(parameters[e].values() != parameters[0].values());
  }
  // A channel's mean is of the order of 1 at most; of maps of ones it is 1.
  const auto router = model.parameter("router_weight"), start = model.parameter("router_bias");
  for (Index e = 0; e < experts; ++e) {
    double sum = start[e];
    for (Index c = 0; c < in; ++c) sum += router[e * in + c];
    REQUIRE(std::abs(1 / (1 + std::exp(-sum)) - 0.5) < 0.05);
  }
  // Four halves of independent kernels have the variance of one: unit maps give 2, as of a plain convolution.
  const RandomImages<double> images(shape<in, 9, 9>, 4);
  REQUIRE(std::abs(mean_square(elements(model.predict(images.view))) / 2 - 1) < 0.1);
}

TEST_CASE("a conditional convolution of one expert is a plain one by the sigmoid of its router", "[layers]") {
  constexpr auto in = input<3, 4, 5>;
  Model<conditional_conv<5, 3, 1>, in, double> model{seed{2}};
  Model<conv<5, 3>, in, double> plain{seed{3}};
  const auto router = model.parameter("router_weight");
  for (Index c = 0; c < 3; ++c) router[c] = 1.5 - static_cast<double>(c);
  model.parameter("router_bias")[0] = -0.4;
  for (Index c = 0; c < 5; ++c) model.parameter("bias")[c] = 0.3 * static_cast<double>(c) - 0.5;
  const auto to = plain.parameters();
  to[0].assign(std::span<const double>(model.parameter("weight_0").values()));
  to[1].assign(std::span<const double>(model.parameter("bias").values()));
  const RandomImages<double> images(in.shape, 3);
  auto expected = elements(plain.predict(images.view));
  for (Index n = 0; n < 3; ++n) {
    double sum = -0.4;
    for (Index i = 0; i < 3 * 20; ++i) sum += router[i / 20] * images.storage[n * 60 + i] / 20;
    for (Index i = 0; i < 5 * 20; ++i) expected[static_cast<std::size_t>(n * 100 + i)] /= 1 + std::exp(-sum);
  }
  require_close(elements(model.predict(images.view)), expected, 1e-12);
}

}  // namespace
