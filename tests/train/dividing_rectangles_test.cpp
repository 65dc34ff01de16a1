#include "lamina/train/dividing_rectangles.hpp"

#include <numbers>

#include "support/catch.hpp"

namespace lamina::test {
namespace {

// Three minima of 0.397887, in [-5, 10] × [0, 15].
double branin(std::span<const double> x) {
  const double pi = std::numbers::pi;
  const double a = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
  return a * a + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}
// A curved valley that falls slowly to 0 at (1, 1).
double rosenbrock(std::span<const double> x) {
  const double a = x[1] - x[0] * x[0], b = 1 - x[0];
  return 100 * a * a + b * b;
}
// 3 at (0, -1), with three other local minima in [-2, 2]².
double goldstein_price(std::span<const double> v) {
  const double x = v[0], y = v[1], p = x + y + 1, q = 2 * x - 3 * y;
  return (1 + p * p * (19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y)) *
         (30 + q * q * (18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y));
}

}  // namespace

TEST_CASE("the minima of known functions, by few evaluations") {
  for (const bool biased : {false, true}) {
    const auto way = [&](Index evaluations) {
      return dividing_rectangles{.evaluations = evaluations, .locally_biased = biased};
    };
    const FoundMinimum of_branin = minimize(branin, {{-5, 10}, {0, 15}}, way(195));
    REQUIRE(of_branin.evaluations <= 195);
    REQUIRE(of_branin.value == branin(of_branin.at));
    REQUIRE(of_branin.value >= 0.39788735);
    REQUIRE(of_branin.value < 0.39788735 * 1.0001);
    REQUIRE(minimize(goldstein_price, {{-2, 2}, {-2, 2}}, way(191)).value < 3 * 1.0001);
    const FoundMinimum of_rosenbrock = minimize(rosenbrock, {{-2, 2}, {-1.5, 3}}, way(3000));
    REQUIRE(of_rosenbrock.value < 1e-5);
    require_close(of_rosenbrock.at, {1, 1}, 2e-3);
  }
}

TEST_CASE("a minimum on the edge of a box, on a line, and in five axes") {
  const auto falling = [](std::span<const double> x) { return -x[0]; };
  const FoundMinimum at_edge = minimize(falling, {{-1, 2}}, {.evaluations = 60});
  REQUIRE(at_edge.at[0] > 2 - 1e-4);
  REQUIRE(at_edge.at[0] <= 2);
  const auto bowl = [](std::span<const double> x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double d = x[i] - 0.1 * static_cast<double>(i + 1);
      sum += d * d;
    }
    return sum;
  };
  const FoundMinimum of_bowl =
      minimize(bowl, std::vector<SearchInterval>(5, {-1, 1.5}), {.evaluations = 2000});
  REQUIRE(of_bowl.value < 1e-3);
}

TEST_CASE("the budget is kept, and a search ends when rectangles are small") {
  Index asked = 0;
  const auto counted = [&](std::span<const double> x) {
    ++asked;
    return std::abs(x[0] - 0.3) + std::abs(x[1] + 0.2);
  };
  for (const Index budget : {1, 2, 3, 10, 77}) {
    asked = 0;
    const FoundMinimum found = minimize(counted, {{-1, 1}, {-1, 1}}, {.evaluations = budget});
    REQUIRE(found.evaluations == asked);
    REQUIRE(asked <= budget);
    REQUIRE(asked >= budget - 1);  // values come in pairs
  }
  REQUIRE(minimize(counted, {{-1, 1}, {-1, 1}}, {.evaluations = 1}).at == std::vector<double>{0, 0});
  const FoundMinimum coarse =
      minimize(counted, {{-1, 1}, {-1, 1}}, {.evaluations = 100'000, .smallest_side = 0.1});
  REQUIRE(coarse.evaluations == 27 * 27);  // every rectangle has been cut to a 27th of a side
  require_close(coarse.at, {8.0 / 27, -6.0 / 27}, 1e-12);
}

TEST_CASE("where the function has no value is avoided") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto holed = [&](std::span<const double> x) {
    return x[0] < 0.6 ? nan : (x[0] - 0.7) * (x[0] - 0.7) - 5;
  };
  const FoundMinimum found = minimize(holed, {{0, 1}}, {.evaluations = 200});
  REQUIRE(found.value < -5 + 1e-6);
  const auto nowhere = [&](std::span<const double>) { return nan; };
  REQUIRE(std::isnan(minimize(nowhere, {{0, 1}, {0, 1}}, {.evaluations = 20}).value));
}

TEST_CASE("a box that is none is refused") {
  REQUIRE_THROWS_WITH(minimize(branin, {}), containing("at least one side"));
  REQUIRE_THROWS_WITH(minimize(branin, {{0, 1}, {1, 1}}), containing("below its upper"));
  REQUIRE_THROWS_WITH(minimize(branin, {{0, 1}, {0, 1}}, {.evaluations = 0}), containing("one evaluation"));
}

}  // namespace lamina::test
