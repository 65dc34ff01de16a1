#include "lamina/net/input.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/net/operators.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("vectors, sequences and maps", "[net]") {
  STATIC_REQUIRE(decltype(input<10>)::shape.rank() == 1);
  STATIC_REQUIRE(decltype(input<4, 100>)::shape.rank() == 2);
  STATIC_REQUIRE(decltype(input<3, 32, 32>)::shape == shape<3, 32, 32>);
  STATIC_REQUIRE_FALSE(decltype(input<3, dyn, dyn>)::shape.is_static());
}

TEST_CASE("extra inputs are taps", "[net]") {
  constexpr auto net = conv<6, 3> | add(id, from<"mask"> | conv<6, 1>);
  constexpr auto both = inputs(input<3, 4, 4>, extra<"mask", 1, 4, 4>);
  STATIC_REQUIRE(output_shape(net, both) == shape<6, 4, 4>);
  STATIC_REQUIRE(parameter_count(net, both) == 6 * 27 + 6 + 6 + 6);
}

}  // namespace
