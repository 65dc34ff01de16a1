#include "lamina/core/require_option.hpp"

#include "support/catch.hpp"

namespace lamina::test {

TEST_CASE("an option that makes no sense is refused in words") {
  REQUIRE_NOTHROW(detail::require_option(true, "huber: delta must be positive"));
  REQUIRE_THROWS_AS(detail::require_option(false, "huber: delta must be positive"), error);
  REQUIRE_THROWS_WITH(detail::require_option(false, "huber: delta must be positive"),
                      "huber: delta must be positive");
  REQUIRE_NOTHROW(detail::require_option(true, "huber", "delta must be positive"));
  REQUIRE_THROWS_WITH(detail::require_option(false, "huber", "delta must be positive"),
                      "huber: delta must be positive");
}

}  // namespace lamina::test
