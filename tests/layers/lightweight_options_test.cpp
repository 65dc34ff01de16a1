#include "lamina/layers/lightweight_options.hpp"

#include "support/catch.hpp"

using namespace lamina;

namespace {

template <Index Taps, auto... Option>
constexpr LightweightOptions options_of = detail::lightweight_options<Taps, 2, Option...>();

TEST_CASE("padding of lightweight convolutions, centred or causal, of odd and even kernels", "[layers]") {
  STATIC_REQUIRE((options_of<7>.before() == 3 && options_of<7>.after() == 3));
  STATIC_REQUIRE((options_of<4>.before() == 1 && options_of<4>.after() == 2));
  STATIC_REQUIRE((options_of<1>.before() == 0 && options_of<1>.after() == 0));
  STATIC_REQUIRE((options_of<4, causal>.before() == 3 && options_of<4, causal>.after() == 0));
}

TEST_CASE("options of lightweight convolutions in any order", "[layers]") {
  STATIC_REQUIRE(options_of<3, drop_connect<0.1>, causal>.drop == Fraction(0.1));
  STATIC_REQUIRE(options_of<3, drop_connect<0.1>, causal>.is_causal);
  STATIC_REQUIRE(options_of<3, causal, init<initializers::zeros>>.initializer == initializers::zeros);
  STATIC_REQUIRE(options_of<3>.initializer == initializers::xavier_uniform);
  STATIC_REQUIRE((options_of<3>.divides(6) && !options_of<3>.divides(7)));
}

}  // namespace
