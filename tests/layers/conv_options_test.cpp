#include "lamina/layers/conv_options.hpp"

#include "support/catch.hpp"

using namespace lamina;

namespace {

template <auto... Option> constexpr ConvOptions of = detail::conv_options<8, 3, Option...>();

TEST_CASE("conv's options: the geometry of a map, a sequence, and a map that is known at run time",
          "[layers]") {
  constexpr ConvOptions options = of<stride<2>, same_upper, no_bias, groups<2>>;
  STATIC_REQUIRE(!options.bias);
  STATIC_REQUIRE(options.geometry(shape<4, 7, 6>).groups == 2);
  // TensorFlow's padding of an even extent lies on one side.
  STATIC_REQUIRE(options.geometry(shape<4, 7, 6>).pad_top == 1);
  STATIC_REQUIRE(options.geometry(shape<4, 7, 6>).pad_left == 0);
  STATIC_REQUIRE(options.geometry(shape<4, 7, 6>).pad_right == 1);
  STATIC_REQUIRE(options.geometry(shape<4, 9>).kernel_height == 1);

  struct {
    Index height, width;
  } const map{5, 6};
  REQUIRE(options.geometry(shape<4, dyn, dyn>, map) == options.geometry(shape<4, 5, 6>));
  REQUIRE(options.geometry(shape<4, dyn, 6>, map) == options.geometry(shape<4, 5, 6>));
}

TEST_CASE("conv's options: where windows lie wholly outside, a partial border leaves the bias out",
          "[layers]") {
  STATIC_REQUIRE(of<pad<3>>.adds_bias_everywhere());
  STATIC_REQUIRE(of<border<Border::partial>>.adds_bias_everywhere());
  STATIC_REQUIRE(of<border<Border::partial>, dilation<5>>.adds_bias_everywhere());
  STATIC_REQUIRE(of<border<Border::partial>, stride<2>, same_upper>.adds_bias_everywhere());
  STATIC_REQUIRE(of<border<Border::partial>, pad<2>>.adds_bias_everywhere());
  STATIC_REQUIRE(!of<border<Border::partial>, pad<0, 0, 0, 3>>.adds_bias_everywhere());
  // On a map of one column all four taps of an even kernel may lie beside it.
  STATIC_REQUIRE(!of<border<Border::partial>, dilation<2>, pad<1>>.adds_bias_everywhere());
}

TEST_CASE("conv's options: algorithms are chosen where extents are known and the rounding admits them",
          "[layers]") {
  using enum kernels::ConvAlgorithm;
  constexpr Shape map = shape<64, 56, 56>;
  STATIC_REQUIRE(of<>.frozen_algorithm(map) != direct);
  STATIC_REQUIRE(of<kernels::Accuracy::exact>.frozen_algorithm(map) == direct);
  STATIC_REQUIRE(of<>.frozen_algorithm(shape<64, dyn, 56>) == direct);
  STATIC_REQUIRE(of<>.frozen_algorithm(shape<3, 56, 56>) == direct);  // three channels are short sums
  STATIC_REQUIRE(of<winograd_2x2>.training_algorithm(map) == winograd_2x2);
}

}  // namespace
