#include "lamina/layers/conditional_conv.hpp"

#include <array>
#include <cmath>
#include <span>

#include "lamina/blocks/separable_conv.hpp"
#include "lamina/blocks/squeeze_excite.hpp"
#include "lamina/layers/batch_norm.hpp"
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
  check_gradients<(conditional_conv<5, 1, 2>(expert_router<2> | tap<"experts">) | tanh_activation |
                   conditional_conv<5, 3, 2, groups<5>>(from<"experts">)),
                  input<4, 3, 4>>();
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

template <Index In> inline constexpr auto after_depthwise = batch_norm | silu | excite<In / 4>;

/// A block of EfficientNet; with Experts > 0 its convolutions are mixed by one router, from the block's
/// input.
template <Index Expansion, Index In, Index Out, int K, int Experts> constexpr Index block_parameters() {
  constexpr Index wide = Expansion * In;
  constexpr auto whole = [] {
    if constexpr (Experts > 0)
      return conditional_conv<wide, 1, Experts, no_bias>(expert_router<Experts> | tap<"experts">) |
             batch_norm | silu | conditional_conv<wide, K, Experts, groups<wide>, no_bias>(from<"experts">) |
             after_depthwise<In> | conditional_conv<Out, 1, Experts, no_bias>(from<"experts">) | batch_norm;
    else if constexpr (Expansion > 1)
      return conv<wide, 1, no_bias> | batch_norm | silu | depthwise_conv<K, no_bias> | after_depthwise<In> |
             conv<Out, 1, no_bias> | batch_norm;
    else
      return depthwise_conv<K, no_bias> | after_depthwise<In> | conv<Out, 1, no_bias> | batch_norm;
  }();
  return parameter_count(whole, input<In, 7, 7>);
}
template <int Experts> constexpr Index efficient_net_b0() {
  constexpr Index ends = parameter_count(conv<32, 3, no_bias> | batch_norm, input<3, 7, 7>) +
                         parameter_count(conv<1280, 1, no_bias> | batch_norm, input<320, 7, 7>) +
                         1280 * 1000 + 1000;
  return ends + block_parameters<1, 32, 16, 3, 0>() + block_parameters<6, 16, 24, 3, 0>() +
         block_parameters<6, 24, 24, 3, 0>() + block_parameters<6, 24, 40, 5, 0>() +
         block_parameters<6, 40, 40, 5, 0>() + block_parameters<6, 40, 80, 3, 0>() +
         2 * block_parameters<6, 80, 80, 3, 0>() + block_parameters<6, 80, 112, 5, Experts>() +
         2 * block_parameters<6, 112, 112, 5, Experts>() + block_parameters<6, 112, 192, 5, Experts>() +
         3 * block_parameters<6, 192, 192, 5, Experts>() + block_parameters<6, 192, 320, 3, Experts>();
}

TEST_CASE("conditional convolutions in EfficientNet-B0: its published sizes", "[layers]") {
  STATIC_REQUIRE(efficient_net_b0<0>() == 5'288'548);
  STATIC_REQUIRE(efficient_net_b0<4>() / 1000 == 13'314);
  STATIC_REQUIRE(efficient_net_b0<8>() / 1000 == 24'013);
}

TEST_CASE("a conditional convolution is the mixture of its experts' convolutions", "[layers]") {
  constexpr Index experts = 2, in = 3, out = 5;
  constexpr auto at = input<in, 4, 5>;
  Model<conditional_conv<out, 3, experts>, at> model{seed{2}};
  Model<conv<out, 3>, at> expert{seed{3}};
  const auto router = model.parameter("1.router.weight"), start = model.parameter("1.router.bias");
  const auto biases = model.parameter("bias");
  const std::array weights{model.parameter("weight_0"), model.parameter("weight_1")};
  for (Index i = 0; i < biases.size(); ++i) biases[i] = 0.1f * static_cast<float>(i);
  for (Index i = 0; i < router.size(); ++i) router[i] = 0.5f - 0.3f * static_cast<float>(i);
  RandomImages<float> images(shape<in, 4, 5>, 2);
  const auto y = elements(model.predict(images.view));
  std::vector<double> expected(y.size(), 0.0);
  for (Index e = 0; e < experts; ++e) {
    const auto plain = expert.parameters();
    for (Index i = 0; i < plain[0].size(); ++i) plain[0][i] = weights[static_cast<std::size_t>(e)][i];
    for (Index c = 0; c < out; ++c) plain[1][c] = biases[e * out + c];
    const auto of_expert = elements(expert.predict(images.view));
    for (Index n = 0; n < 2; ++n) {
      double sum = static_cast<double>(start[e]);
      for (Index c = 0; c < in; ++c) {
        double mean = 0;
        for (Index p = 0; p < 20; ++p)
          mean += static_cast<double>(images.storage[(n * in + c) * 20 + p]) / 20;
        sum += static_cast<double>(router[e * in + c]) * mean;
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
  const std::array weights{model.parameter("weight_0").values(), model.parameter("weight_1").values(),
                           model.parameter("weight_2").values(), model.parameter("weight_3").values()};
  // He's variance, 2 / fan in, by the fan of one expert. (Of 18432 numbers the variance is known to 1 %.)
  for (std::size_t e = 0; e < experts; ++e) {
    REQUIRE(std::abs(mean_square(weights[e]) * (in * 9) / 2 - 1) < 0.05);
    if (e > 0) REQUIRE(weights[e] != weights[0]);
  }
  // A channel's mean is of the order of 1 at most; of maps of ones it is 1.
  const auto router = model.parameter("1.router.weight"), start = model.parameter("1.router.bias");
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
  const auto router = model.parameter("1.router.weight");
  for (Index c = 0; c < 3; ++c) router[c] = 1.5 - static_cast<double>(c);
  model.parameter("1.router.bias")[0] = -0.4;
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
