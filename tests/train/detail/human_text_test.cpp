#include "lamina/train/detail/human_text.hpp"

#include <limits>

#include "support/catch.hpp"

namespace lamina::test {

TEST_CASE("durations are told as people tell them") {
  REQUIRE(detail::duration_text(0) == "0.0 s");
  REQUIRE(detail::duration_text(0.44) == "0.4 s");
  REQUIRE(detail::duration_text(9.94) == "9.9 s");
  REQUIRE(detail::duration_text(9.96) == "10 s");
  REQUIRE(detail::duration_text(59.4) == "59 s");
  REQUIRE(detail::duration_text(59.6) == "1 min 00 s");
  REQUIRE(detail::duration_text(185) == "3 min 05 s");
  REQUIRE(detail::duration_text(3599.7) == "1 h 00 min");
  REQUIRE(detail::duration_text(3720) == "1 h 02 min");
  REQUIRE(detail::duration_text(2 * 86400 + 3 * 3600) == "2 d 03 h");
  REQUIRE(detail::duration_text(-1) == "a long time");
  REQUIRE(detail::duration_text(1e30) == "a long time");
  REQUIRE(detail::duration_text(std::numeric_limits<double>::quiet_NaN()) == "a long time");
}

TEST_CASE("numbers, shares and rates") {
  REQUIRE(detail::number_text(0.123456) == "0.1235");
  REQUIRE(detail::number_text(1234.5) == "1234");
  REQUIRE(detail::number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
  REQUIRE(detail::percent_text(0.97125) == "97.12 %");
  REQUIRE(detail::rate_text(3.44) == "3.4");
  REQUIRE(detail::rate_text(99.96) == "100");
  REQUIRE(detail::rate_text(5210.2) == "5210");
  REQUIRE(detail::right_aligned(5, "12 %") == " 12 %");
  REQUIRE(detail::right_aligned(2, "100") == "100");
}

TEST_CASE("bars fill from the left") {
  REQUIRE(detail::bar_text(0, 4, false) == "----");
  REQUIRE(detail::bar_text(0.5, 4, false) == "##--");
  REQUIRE(detail::bar_text(1, 4, false) == "####");
  REQUIRE(detail::bar_text(0, 4, true) == "    ");
  REQUIRE(detail::bar_text(0.5, 4, true) == "██  ");
  REQUIRE(detail::bar_text(0.53125, 4, true) == "██▏ ");
  REQUIRE(detail::bar_text(1, 4, true) == "████");
  REQUIRE(detail::bar_text(7, 2, true) == "██");
  REQUIRE(detail::bar_text(std::numeric_limits<double>::quiet_NaN(), 2, false) == "--");
  REQUIRE(detail::bar_text(0.5, 0, true).empty());
}

}  // namespace lamina::test
