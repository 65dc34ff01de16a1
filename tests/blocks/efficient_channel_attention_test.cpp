#include "lamina/blocks/efficient_channel_attention.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

// The paper's rule for 16 … 2048 channels.
static_assert(channel_attention_taps(16) == 3 && channel_attention_taps(32) == 3 &&
              channel_attention_taps(64) == 3 && channel_attention_taps(96) == 3 &&
              channel_attention_taps(128) == 5 && channel_attention_taps(256) == 5 &&
              channel_attention_taps(320) == 5 && channel_attention_taps(512) == 5 &&
              channel_attention_taps(1024) == 5 && channel_attention_taps(2048) == 7);
static_assert(channel_attention_taps(1) == 3 && channel_attention_taps(2) == 3);

TEST_CASE("efficient channel attention: parameters on ResNet-50", "[blocks]") {
  constexpr auto by_rule = [](auto in) { return parameter_count(efficient_channel_attention<>, in); };
  STATIC_REQUIRE(3 * by_rule(input<256, 56, 56>) + 4 * by_rule(input<512, 28, 28>) +
                     6 * by_rule(input<1024, 14, 14>) + 3 * by_rule(input<2048, 7, 7>) ==
                 86);
  // The 80 that are published come from kernels set by hand.
  STATIC_REQUIRE(3 * parameter_count(efficient_channel_attention<3>, input<256, 56, 56>) +
                     4 * parameter_count(efficient_channel_attention<5>, input<512, 28, 28>) +
                     6 * parameter_count(efficient_channel_attention<5>, input<1024, 14, 14>) +
                     3 * parameter_count(efficient_channel_attention<7>, input<2048, 7, 7>) ==
                 80);
}

TEST_CASE("efficient channel attention: gradients", "[blocks]") {
  check_gradients<(conv<9, 3> | efficient_channel_attention<>), input<2, 4, 3>>();
  check_gradients<(conv<2, 1> | efficient_channel_attention<5>), input<1, 1, 1>>();
}

TEST_CASE("efficient channel attention: the gate is the sigmoid of neighbouring means", "[blocks]") {
  Model<efficient_channel_attention<3>, input<3, 2, 2>> model{seed{1}};
  const double weight[] = {0.5, -1, 2};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < 3; ++i) parameter[i] = static_cast<float>(weight[i]);
  RandomImages<float> images(shape<3, 2, 2>, 1);
  const auto x = [&](Index c, Index p) { return static_cast<double>(images.storage[c * 4 + p]); };
  const auto mean = [&](Index c) { return c < 0 || c > 2 ? 0 : (x(c, 0) + x(c, 1) + x(c, 2) + x(c, 3)) / 4; };
  std::vector<double> expected;
  for (Index c = 0; c < 3; ++c)
    for (Index p = 0; p < 4; ++p)
      expected.push_back(x(c, p) / (1 + std::exp(-(weight[0] * mean(c - 1) + weight[1] * mean(c) +
                                                   weight[2] * mean(c + 1)))));
  require_close(elements(model.predict(images.view)), expected, 1e-6);
}

}  // namespace
