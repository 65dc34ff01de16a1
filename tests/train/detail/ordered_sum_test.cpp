#include "lamina/train/detail/ordered_sum.hpp"

#include "support/catch.hpp"

namespace lamina::test {

TEST_CASE("an ordered sum adds its pieces in order on any number of threads") {
  const auto term = [](Index piece) { return piece % 2 == 0 ? 1e16 : 1.0 / static_cast<double>(piece); };
  double expected = 0;
  for (Index piece = 0; piece < 1000; ++piece) expected += term(piece);
  const int before = threads();
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    REQUIRE(detail::ordered_sum(1000, term) == expected);
    REQUIRE(detail::ordered_sum(1000, [&](Index piece, int worker) {
              return worker >= 0 && worker < count ? term(piece) : 1e300;
            }) == expected);
  }
  set_threads(before);
  REQUIRE(detail::ordered_sum(0, term) == 0);
}

TEST_CASE("pieces cover the items") {
  STATIC_REQUIRE(detail::pieces_of(0, 4) == 0);
  STATIC_REQUIRE(detail::pieces_of(1, 4) == 1);
  STATIC_REQUIRE(detail::pieces_of(4, 4) == 1);
  STATIC_REQUIRE(detail::pieces_of(5, 4) == 2);
}

}  // namespace lamina::test
