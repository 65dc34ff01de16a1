#include "lamina/blocks/ghost_bottleneck.hpp"

#include "lamina/layers/dropout.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

TEST_CASE("ghost bottlenecks: shapes and the parameters of GhostNet's rows", "[blocks]") {
  STATIC_REQUIRE(output_shape(ghost_bottleneck<72, 40, 5, stride<2>, ghost_excite>, input<24, 56, 56>) ==
                 shape<40, 28, 28>);
  STATIC_REQUIRE(output_shape(ghost_bottleneck<6, 4, 3, stride<2>>, input<3, 5, 4>) == shape<4, 3, 2>);
  STATIC_REQUIRE(parameter_count(ghost_bottleneck<16, 16>, input<16, 112, 112>) == 464);
  STATIC_REQUIRE(parameter_count(ghost_bottleneck<48, 24, 3, stride<2>>, input<16, 112, 112>) == 2'564);
  STATIC_REQUIRE(parameter_count(ghost_bottleneck<72, 24>, input<24, 56, 56>) == 2'352);
  STATIC_REQUIRE(parameter_count(ghost_bottleneck<72, 40, 5, stride<2>, ghost_excite>, input<24, 56, 56>) ==
                 9'636);
  STATIC_REQUIRE(parameter_count(ghost_bottleneck<120, 40, 5, stride<1>, ghost_excite>, input<40, 28, 28>) ==
                 13'672);
  STATIC_REQUIRE(parameter_count(ghost_bottleneck<240, 80, 3, stride<2>>, input<40, 28, 28>) == 22'920);
  STATIC_REQUIRE(parameter_count(ghost_bottleneck<480, 112, 3, stride<1>, ghost_excite>, input<80, 14, 14>) ==
                 175'792);
}

// GhostNet of W / 2 times the width.
template <Index W, Index E, Index C, int K, Stride S = stride<1>, auto Attention = id>
constexpr auto row = ghost_bottleneck<E * W / 2, C * W / 2, K, S, Attention>;
template <Index W>
constexpr auto first_half =
    conv<8 * W, 3, stride<2>, no_bias> | batch_norm | relu | row<W, 16, 16, 3> |
    row<W, 48, 24, 3, stride<2>> | row<W, 72, 24, 3> | row<W, 72, 40, 5, stride<2>, ghost_excite> |
    row<W, 120, 40, 5, stride<1>, ghost_excite> | row<W, 240, 80, 3, stride<2>> | row<W, 200, 80, 3> |
    repeat<2>(row<W, 184, 80, 3>);
template <Index W>
constexpr auto second_half =
    row<W, 480, 112, 3, stride<1>, ghost_excite> | row<W, 672, 112, 3, stride<1>, ghost_excite> |
    row<W, 672, 160, 5, stride<2>, ghost_excite> |
    repeat<2>(row<W, 960, 160, 5> | row<W, 960, 160, 5, stride<1>, ghost_excite>) |
    conv<480 * W, 1, no_bias> | batch_norm | relu | global_avg_pool | dense<1280> | relu | dropout<0.2> |
    dense<1000>;

TEST_CASE("GhostNet whole: the published parameters and multiply-adds", "[blocks]") {
  constexpr auto net = first_half<2> | second_half<2>;
  STATIC_REQUIRE(output_shape(first_half<2>, input<3, 224, 224>) == shape<80, 14, 14>);
  STATIC_REQUIRE(parameter_count(net, input<3, 224, 224>) == 5'182'508);
  STATIC_REQUIRE(macs(net, input<3, 224, 224>) == 141'150'512);
  // Of half the width; the excitation of 36 channels has 12.
  constexpr auto slim = first_half<1> | second_half<1>;
  STATIC_REQUIRE(parameter_count(slim, input<3, 224, 224>) == 2'587'292);
  STATIC_REQUIRE(macs(slim, input<3, 224, 224>) == 42'328'152);
}

TEST_CASE("ghost bottlenecks: gradients", "[blocks]") {
  check_gradients<ghost_bottleneck<4, 3, 3>, input<3, 3, 4>>({.step = 1e-7});
  check_gradients<ghost_bottleneck<4, 5, 3, stride<2>, ghost_excite>, input<2, 5, 4>>({.step = 1e-7});
}

}  // namespace
