#include "lamina/core/root.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("roots, of the compiler and when the program runs", "[core]") {
  STATIC_REQUIRE(root<2>(9) == 3);
  for (const double x : {1e-6, 0.3, 1.0, 2.0, 1e6}) {
    REQUIRE(std::abs(root<2>(x) / std::sqrt(x) - 1) < 4e-16);
    REQUIRE(std::abs(root<6>(x) / std::pow(x, 1 / 6.0) - 1) < 1e-15);
  }
}

}  // namespace
