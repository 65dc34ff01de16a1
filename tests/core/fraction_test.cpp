#include "lamina/core/fraction.hpp"

#include <type_traits>

#include "support/catch.hpp"

namespace {

template <lamina::Fraction Rate> struct Dropout {
  static constexpr float rate = Rate.value<float>();
};

static_assert(Dropout<0.1>::rate == 0.1f);
static_assert(Dropout<1>::rate == 1.0f);
static_assert(std::is_same_v<Dropout<0.5>, Dropout<1.0 / 2>>);
static_assert(!std::is_same_v<Dropout<0.5>, Dropout<0.25>>);
static_assert(std::is_same_v<Dropout<0.0>, Dropout<-0.0>>);

}  // namespace

TEST_CASE("a fraction keeps every bit of a double", "[core]") {
  STATIC_REQUIRE(lamina::Fraction(0.1).value() == 0.1);
  STATIC_REQUIRE(lamina::Fraction(-1e-300).value<double>() == -1e-300);
  STATIC_REQUIRE(lamina::Fraction(0.1).value<float>() == 0.1f);
}
