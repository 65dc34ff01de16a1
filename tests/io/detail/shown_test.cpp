#include "lamina/io/detail/shown.hpp"

#include "support/catch.hpp"

using lamina::io::detail::shown;

TEST_CASE("error texts show a hostile name harmlessly") {
  REQUIRE(shown("conv.weight") == R"("conv.weight")");
  REQUIRE(shown("\x1b[2J") == R"("\x1b[2J")");
  REQUIRE(shown("\xff") == R"("\xff")");
  REQUIRE(shown("caf\u00e9 \"\\") == R"("caf\xc3\xa9 \"\\")");
  REQUIRE(shown(std::string(5000, 'a')).size() < 100);
}
