#include "lamina/blocks/inception.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

constexpr InceptionWidths three_a{64, 96, 128, 16, 32, 32};
constexpr InceptionWidths three_b{128, 128, 192, 32, 96, 64};
constexpr InceptionWidths small{3, 2, 5, 1, 9, 2};

TEST_CASE("inception: channels and parameters of GoogLeNet's modules", "[blocks]") {
  STATIC_REQUIRE(three_a.channels() == 256 && three_b.channels() == 480);
  STATIC_REQUIRE(output_shape(inception<three_a> | inception<three_b>, input<192, 28, 28>) ==
                 shape<480, 28, 28>);
  // Weights of 1×1, 1×1 and 3×3, 1×1 and 5×5, and the projection, with their biases.
  STATIC_REQUIRE(parameter_count(inception<three_a>, input<192, 28, 28>) ==
                 (192 + 1) * 64 + (192 + 1) * 96 + (96 * 9 + 1) * 128 + (192 + 1) * 16 + (16 * 25 + 1) * 32 +
                     (192 + 1) * 32);
}

TEST_CASE("inception: gradients", "[blocks]") {
  check_gradients<inception<small, tanh_activation>, input<3, 5, 4>>();
  check_gradients<inception<small, batch_norm | sigmoid>, input<2, 3, 3>>();
}

}  // namespace
