#include "lamina/core/error.hpp"

#include "support/catch.hpp"

namespace {

constexpr int halves(int extent) {
  lamina::require(extent % 2 == 0, "halves: the extent must be even; pad it");
  return extent / 2;
}
static_assert(halves(6) == 3);  // a rule is a constant expression

}  // namespace

TEST_CASE("a broken rule throws its sentence", "[core]") {
  REQUIRE(halves(8) == 4);
  REQUIRE_THROWS_AS(halves(7), lamina::shape_error);
  REQUIRE_THROWS_WITH(halves(7), "halves: the extent must be even; pad it");
}

TEST_CASE("everything lamina throws is caught as lamina::error", "[core]") {
  REQUIRE_THROWS_AS(throw lamina::shape_error("s"), lamina::error);
  REQUIRE_THROWS_AS(throw lamina::file_error("f"), lamina::error);
  REQUIRE_THROWS_AS(throw lamina::error("e"), std::runtime_error);
}
