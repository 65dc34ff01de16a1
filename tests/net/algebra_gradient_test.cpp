// The algebra's gradients: nets that use every combinator, against central differences. They also show that
// the memory plan's liberties (towers in place, slices as views, results over dead inputs) change nothing.
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/layer_norm.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

constexpr auto unit = with_input([](auto in) {
  return residual(conv<in.channels, 3> | tanh_activation | conv<in.channels, 3>) | sigmoid;
});

TEST_CASE("a chain of layers", "[net]") {
  check_gradients<(conv<5, 3> | tanh_activation | conv<9, 3, stride<2>> | sigmoid | conv<3, 1>),
                  input<2, 7, 6>>();
}

TEST_CASE("residuals and gates", "[net]") {
  check_gradients<(conv<8, 3> | unit | unit | gate(conv<8, 1> | sigmoid)), input<3, 5, 5>>();
}

TEST_CASE("a single layer as a residual", "[net]") {
  check_gradients<(conv<8, 3> | residual(conv<8, 3>) | residual(id) | residual(sigmoid)), input<1, 4, 5>>();
}

TEST_CASE("towers that fill blocks, and towers that do not", "[net]") {
  constexpr auto towers =
      concat(conv<4, 1>, conv<3, 1> | silu | conv<8, 3>, id, avg_pool<3, stride<1>, same> | conv<5, 1>);
  check_gradients<(conv<4, 3> | towers | silu | towers), input<2, 5, 4>>();
}

TEST_CASE("dense units write into one map", "[net]") {
  constexpr auto dense_unit = concat(id, silu | conv<4, 3>);
  check_gradients<(conv<4, 3> | dense_unit | dense_unit | dense_unit | conv<2, 1>), input<1, 4, 4>>();
}

TEST_CASE("splits at and off block boundaries", "[net]") {
  check_gradients<(conv<12, 1> | split<4, 8>(id, conv<4, 3> | tanh_activation) |
                   split<3, 5>(conv<2, 1>, sigmoid)),
                  input<2, 4, 3>>();
}

TEST_CASE("slices and towers that begin at a block boundary and end within a block", "[net]") {
  check_gradients<(conv<16, 1> | split<6, 2, 3, 5>(id, sigmoid, conv<3, 3>, id) |
                   split<5, 3, 8>(batch_norm | tanh_activation, max_pool<3, stride<1>, same>, conv<4, 1>) |
                   concat(silu | conv<5, 1>, channel_norm | sigmoid)),
                  input<2, 3, 4>>();
}

TEST_CASE("a split beside another use of its input", "[net]") {
  check_gradients<(conv<8, 1> | residual(split<4, 4>(sigmoid, tanh_activation))), input<2, 3, 3>>();
}

TEST_CASE("shared weights run twice and their gradients add", "[net]") {
  constexpr auto mlp = shared<"mlp">(conv<4, 1> | tanh_activation | conv<8, 1>);
  check_gradients<(conv<8, 3> | gate(add(mlp, sigmoid | mlp) | sigmoid)), input<2, 3, 4>>();
}

TEST_CASE("broadcasting over missing axes and single channels", "[net]") {
  check_gradients<(conv<9, 3> | gate(global_avg_pool | sigmoid) | gate(conv<1, 3> | sigmoid) |
                   add(id, global_avg_pool | tanh_activation)),
                  input<2, 4, 4>>();
}

TEST_CASE("taps reach across the nesting", "[net]") {
  check_gradients<(conv<4, 3> | tap<"early"> | sigmoid | conv<4, 3> | tap<"late"> | tanh_activation |
                   concat(id, from<"early">, from<"late">) | conv<3, 1>),
                  input<2, 4, 4>>();
}

TEST_CASE("scale, maximum, multiply and repeat", "[net]") {
  check_gradients<(conv<4, 3> | scale<0.3>(conv<4, 3>) | maximum(conv<4, 1>, id) |
                   multiply(conv<4, 1>, id, conv<4, 1>) | repeat<2>(conv<4, 1> | sigmoid)),
                  input<2, 3, 3>>();
}

TEST_CASE("a net that begins with branches on the image", "[net]") {
  check_gradients<add(conv<2, 3>, id, conv<2, 1> | sigmoid), input<2, 4, 4>>();
}

TEST_CASE("a sequence (channels, width)", "[net]") {
  check_gradients<(conv<5, 3> | tanh_activation | conv<8, 3, stride<2>> | max_pool<2>), input<3, 13>>();
}

}  // namespace
