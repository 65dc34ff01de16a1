#include "lamina/data/draws.hpp"

#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("draws are the values of their stream, one after another") {
  const Random random(seed{5}, 9);
  Draws draws(random);
  REQUIRE(draws.uniform() == random.uniform_double(0));
  REQUIRE(draws.normal() == random.normal(1));
  REQUIRE(draws.below(1000) == static_cast<Index>(random.below(2, 1000)));
  REQUIRE(draws.uniform(-1, 3) == -1 + 4 * random.uniform_double(3));
}

TEST_CASE("a chance comes as often as it says") {
  Draws draws(Random(seed{5}));
  int often = 0, never = 0, always = 0;
  for (int i = 0; i < 10'000; ++i) {
    often += draws.chance(0.3);
    never += draws.chance(0);
    always += draws.chance(1);
  }
  REQUIRE(std::abs(often - 3000) < 200);
  REQUIRE(never == 0);
  REQUIRE(always == 10'000);
}
