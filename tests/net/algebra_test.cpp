#include "lamina/net/algebra.hpp"

#include <type_traits>

#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("sequences flatten, blocks stay", "[net]") {
  constexpr auto a = conv<4, 3>;
  constexpr auto b = conv<8, 3>;
  STATIC_REQUIRE(std::is_same_v<decltype(sequence(sequence(a, relu), sequence(b, relu))),
                                decltype(sequence(a, relu, b, relu))>);
  STATIC_REQUIRE(decltype(sequence(a, named<"x">(sequence(b, relu))))::length == 2);
  STATIC_REQUIRE(decltype(repeat<3>(sequence(a, relu)))::length == 3);
  STATIC_REQUIRE(output_shape(residual(b), input<8, 5, 5>) == output_shape(add(id, b), input<8, 5, 5>));
  STATIC_REQUIRE(output_shape(gate(b), input<8, 5, 5>) == output_shape(multiply(id, b), input<8, 5, 5>));
}

TEST_CASE("nets are empty values", "[net]") {
  constexpr auto net = sequence(conv<4, 3>, relu, concat(id, conv<8, 1>), split<4, 8>(id, relu));
  STATIC_REQUIRE(std::is_empty_v<decltype(net)>);
  STATIC_REQUIRE(output_shape(net, input<2, 5, 6>) == shape<12, 5, 6>);
}

TEST_CASE("a deferred block sees its input's extents", "[net]") {
  constexpr auto half = with_input([](auto in) { return conv<in.channels / 2, kernel<1, in.width>, valid>; });
  STATIC_REQUIRE(output_shape(half, input<6, 3, 5>) == shape<3, 3, 1>);
  STATIC_REQUIRE(output_shape(sequence(half, expects<3, 3, 1>), input<6, 3, 5>) == shape<3, 3, 1>);
}

}  // namespace
