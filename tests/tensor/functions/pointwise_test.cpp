#include "lamina/tensor/functions/pointwise.hpp"

#include <cmath>
#include <type_traits>

#include "tensor/functions/check_function.hpp"

using namespace lamina;

namespace {
inline constexpr auto swish = pointwise([](auto x) { return x * sigmoid(x); });
inline constexpr auto shrink =
    pointwise([](auto x) { return select(x > 0.5, x - 0.5, select(x < -0.5, x + 0.5, 0)); });
}  // namespace

TEST_CASE("an expression in one variable is a function", "[functions]") {
  STATIC_REQUIRE(std::is_empty_v<decltype(swish)>);
  check_function(swish, [](double x) { return x / (1 + std::exp(-x)); });
  check_function(pointwise([](auto x) { return 0.5 * x * (1 + tanh(x)) + exp(-x * x) / 3; }),
                 [](double x) { return 0.5 * x * (1 + std::tanh(x)) + std::exp(-x * x) / 3; });
  check_function(pointwise([](auto x) { return sqrt(1 + x * x) - log(1 + abs(x)) + sin(x) * cos(2 * x); }),
                 [](double x) {
                   return std::sqrt(1 + x * x) - std::log(1 + std::abs(x)) + std::sin(x) * std::cos(2 * x);
                 },
                 {0});
  check_function(pointwise([](auto x) { return max(min(x, 2), -1) + pow(x, 2) * 0.01; }),
                 [](double x) { return std::max(std::min(x, 2.0), -1.0) + x * x * 0.01; }, {-1, 2});
}

TEST_CASE("its conditional is select", "[functions]") {
  // Not by check_function, which wants NaN back: NaN meets neither condition here.
  const auto reference = [](double x) { return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0; };
  for (const double x : {-2.0, -0.25, 0.0, 0.3, 1.75}) {
    REQUIRE(shrink(x) == reference(x));
    REQUIRE(derivative(shrink, x) == (std::abs(x) > 0.5 ? 1 : 0));
  }
}

TEST_CASE("a formula may be a constant", "[functions]") {
  constexpr auto half = pointwise([](auto) { return 0.5; });
  REQUIRE(half(3.0f) == 0.5f);
  REQUIRE(derivative(half, 3.0f) == 0);
}
