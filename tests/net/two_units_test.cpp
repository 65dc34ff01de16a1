// Two translation units that use the same net from a header link, and mean the same thing.
#include "net/two_units.hpp"
#include "support/catch.hpp"

TEST_CASE("a net in a header is one net", "[net]") {
  using namespace two_units;
  REQUIRE(table_in_second_unit() == &detail::structure_of<std::remove_const_t<decltype(two_units::net)>,
                                                          std::remove_const_t<decltype(input<1, 4, 4>)>>);
  NetModel there = made_in_second_unit(seed{5});
  NetModel here(seed{5});
  REQUIRE(there.parameter("0.weight").values() == here.parameter("0.weight").values());
  REQUIRE(there.architecture_hash() == here.architecture_hash());
}
