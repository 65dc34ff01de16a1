#include "lamina/core/sentence.hpp"

#include <cstdint>
#include <limits>

#include "support/catch.hpp"

using lamina::sentence;

TEST_CASE("a sentence is its pieces in a row", "[core]") {
  const std::string name = "a.bin";
  REQUIRE(sentence() == "");
  REQUIRE(sentence(name, ": byte ", 7, ':', std::string_view(" short")) == "a.bin: byte 7: short");
  REQUIRE(sentence(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  REQUIRE(sentence(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  REQUIRE(sentence(std::uint8_t{200}, ' ', short{-3}) == "200 -3");
}
