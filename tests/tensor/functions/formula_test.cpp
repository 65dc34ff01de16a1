#include "lamina/tensor/functions/formula.hpp"

#include <cmath>
#include <type_traits>

#include "support/catch.hpp"

using lamina::Condition;
using lamina::Variable;
namespace simd = lamina::simd;

namespace {

template <class X> auto formula(X x) {
  x += 2;
  return select(x > 2 && !(x >= 5), 0.1 * x, -x / 4 + 1);
}
double expected(double x) {
  x += 2;
  return x > 2 && x < 5 ? 0.1 * x : -x / 4 + 1;
}

static_assert(lamina::FormulaArgument<Variable<float>>);
static_assert(!lamina::FormulaArgument<float> && !lamina::FormulaArgument<simd::Vector<float>>);
// A lane-wise condition must not decide a branch.
static_assert(!std::is_constructible_v<bool, Condition<Variable<float>>>);

}  // namespace

TEMPLATE_TEST_CASE("a formula reads as arithmetic, on scalars and vectors", "[functions]", float, double) {
  using T = TestType;
  using V = simd::Vector<T>;
  for (const double x : {-3.0, 0.0, 0.5, 2.0, 3.0, 7.0}) {
    const T scalar = formula(Variable<T>(static_cast<T>(x))).value;
    require_close(scalar, expected(x), 1e-6);
    REQUIRE(simd::to_native(formula(Variable<V>(V(static_cast<T>(x)))).value)[0] == scalar);
  }
}

TEST_CASE("literals take the precision of the variable", "[functions]") {
  const Variable<float> x(3.0f);
  STATIC_REQUIRE(std::is_same_v<decltype(0.1 * x), Variable<float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(x - 1), Variable<float>>);
  REQUIRE((0.1 * x).value == 0.1f * 3.0f);
  REQUIRE((x / 3).value == 1);
  REQUIRE((1ll - x).value == -2);
  const Variable<double> y(3.0);
  REQUIRE((0.1 * y).value == 0.1 * 3.0);
  REQUIRE((0.1f * y).value == static_cast<double>(0.1f) * 3.0);
}

TEST_CASE("conditions combine and select", "[functions]") {
  const Variable<double> x(1.5);
  const auto pick = [](auto condition) { return select(condition, 1, 0).value == 1; };
  REQUIRE(pick(x > 1));
  REQUIRE(pick(x >= 1.5));
  REQUIRE(!pick(x < 1.5));
  REQUIRE(pick(x <= 1.5));
  REQUIRE(pick(x == 1.5));
  REQUIRE(pick(x != 1));
  REQUIRE(pick(1 < x));
  REQUIRE(pick(x > 1 && x < 2));
  REQUIRE(!pick(x > 1 && x > 2));
  REQUIRE(pick(x > 2 || x < 2));
  REQUIRE(!pick(!(x > 1)));
}

TEST_CASE("a branch not taken leaves no trace", "[functions]") {
  const Variable<float> x(-1.0f);
  REQUIRE(select(x > 0, 1 / (x - x), x).value == -1);
}

TEST_CASE("NaN equals nothing, in vectors either", "[functions]") {
  const auto without_nan = [](auto x) { return select(x != x, 0, x); };
  using Vector = simd::Vector<float>;
  const Variable<Vector> nan(Vector(std::nanf("")));
  REQUIRE(simd::reduce_add(without_nan(nan).value) == 0);
  REQUIRE(without_nan(Variable<float>(std::nanf(""))).value == 0);
}

TEST_CASE("max and min with a constant keep NaN", "[functions]") {
  const Variable<float> nan(std::nanf(""));
  REQUIRE(std::isnan(max(nan, 0).value));
  REQUIRE(std::isnan(min(nan, 6).value));
  REQUIRE(max(Variable<float>(2.0f), 3).value == 3);
  REQUIRE(min(Variable<float>(2.0f), 3).value == 2);
}

TEST_CASE("formulas in steps", "[functions]") {
  Variable<double> x(6.0);
  x += 2;
  x *= x;
  x -= 4.0;
  x /= 3;
  REQUIRE(x.value == 20);
}

// Included here, for its templates then see namespace lamina.
using namespace lamina;
#include <Eigen/Core>

TEST_CASE("Eigen may be included where namespace lamina is used", "[functions]") {
  const Eigen::VectorXf ones = Eigen::VectorXf::Ones(19);
  Eigen::VectorXf twos = ones;
  twos += ones;
  REQUIRE((ones.transpose() * twos).value() == 38);
}
