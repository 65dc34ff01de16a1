#include "lamina/blocks/factorized_conv_chain.hpp"

#include "lamina/layers/factorized_conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("a chain of factors: parameters and gradients", "[blocks]") {
  STATIC_REQUIRE(parameter_count(factorized_conv_chain<64, 3, 16>, input<32, 8, 8>) ==
                 16 * (64 + 32 + 9) + 64);
  STATIC_REQUIRE(parameter_count(factorized_conv_chain<64, 3, 16, no_bias>, input<32, 8, 8>) ==
                 16 * (64 + 32 + 9));
  check_gradients<factorized_conv_chain<5, 3, 4, stride<2>>, input<3, 6, 5>>();
}

TEST_CASE("a chain of factors is the convolution with the kernel that they make", "[blocks]") {
  constexpr Index rank = 4, in = 3, out = 5;
  Model<factorized_conv_chain<out, 3, rank>, input<in, 6, 7>> chain{seed{2}};
  Model<factorized_conv<out, 3, rank>, input<in, 6, 7>> whole{seed{3}};
  const auto from = chain.parameters(), to = whole.parameters();
  // The chain's weights are (rank, in, 1, 1), (rank, 1, 3, 3), (out, rank, 1, 1) and its bias.
  for (Index r = 0; r < rank; ++r) {
    for (Index o = 0; o < out; ++o) to[0][r * out + o] = from[2][o * rank + r];
    for (Index i = 0; i < in; ++i) to[1][r * in + i] = from[0][r * in + i];
    for (Index tap = 0; tap < 9; ++tap) to[2][r * 9 + tap] = from[1][r * 9 + tap];
  }
  for (Index o = 0; o < out; ++o) to[3][o] = from[3][o] = 0.1f * static_cast<float>(o);
  RandomImages<float> images(shape<in, 6, 7>, 2);
  require_close(elements(chain.predict(images.view)), elements(whole.predict(images.view)), 1e-5);
}

}  // namespace
