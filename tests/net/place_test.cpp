#include "lamina/net/place.hpp"

#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("a place carries its shape as a type and its value as a number", "[net]") {
  constexpr Place<shape<3, 4, 5>, true> place{7};
  STATIC_REQUIRE(decltype(place)::shape == shape<3, 4, 5>);
  STATIC_REQUIRE(decltype(place)::image);
  STATIC_REQUIRE(decltype(place)::taps::count == 0);
  constexpr auto marked = detail::with_taps(place, detail::append<TapMark<"x", shape<1>, false>>(Taps<>{}));
  STATIC_REQUIRE(decltype(marked)::taps::count == 1);
  STATIC_REQUIRE(decltype(marked)::shape == shape<3, 4, 5>);
  STATIC_REQUIRE(marked.value == 7);
}

}  // namespace
