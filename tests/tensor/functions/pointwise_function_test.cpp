#include "lamina/tensor/functions/pointwise_function.hpp"

#include <type_traits>

#include "support/catch.hpp"

namespace simd = lamina::simd;

namespace {

/// x² for x > 0, else 0.
struct HalfSquare : lamina::PointwiseFunction<HalfSquare> {
  static constexpr std::string_view name = "half_square";
  template <class X> static X value(const X& x) { return select(x > 0, x * x, 0); }
};
constexpr HalfSquare half_square{};

struct Doubled : lamina::PointwiseFunction<Doubled> {
  static constexpr std::string_view name = "doubled";
  static constexpr bool derivative_from_output = true;
  template <class X> static auto value(const X& x) { return 2 * x; }
  template <class Y> static Y slope(const Y&) { return 2; }
};

/// A formula may be a bare literal.
struct One : lamina::PointwiseFunction<One> {
  static constexpr std::string_view name = "one";
  template <class X> static auto value(const X&) { return 1.0; }
};

/// A stand-in for tensor expressions: something that `map` knows.
struct NamedFormula {
  int nodes = 0;
};
template <class F> NamedFormula map(const F&, const NamedFormula& x) { return {x.nodes + 1}; }

static_assert(lamina::pointwise_function<HalfSquare> && lamina::pointwise_function<const HalfSquare&>);
static_assert(!lamina::pointwise_function<NamedFormula> && !lamina::pointwise_function<float>);
static_assert(std::is_empty_v<HalfSquare>);
static_assert(!HalfSquare::derivative_from_output && Doubled::derivative_from_output);
static_assert(!std::is_invocable_v<HalfSquare, const char*> && !std::is_invocable_v<HalfSquare, int>);

}  // namespace

TEMPLATE_TEST_CASE("one formula serves scalars, vectors, variables and duals", "[functions]", float, double) {
  using T = TestType;
  using V = simd::Vector<T>;
  STATIC_REQUIRE(std::is_same_v<decltype(half_square(T(3))), T>);
  REQUIRE(half_square(T(3)) == 9);
  REQUIRE(half_square(T(-3)) == 0);
  REQUIRE(simd::to_native(half_square(V(3)))[0] == 9);
  REQUIRE(half_square(lamina::Variable<T>(T(3))).value == 9);
  const lamina::Dual<T> dual = half_square(lamina::Dual<T>(T(3), T(10)));
  REQUIRE(dual.value == 9);
  REQUIRE(dual.derivative == 60);
  REQUIRE(One{}(T(5)) == 1);
  REQUIRE(simd::to_native(One{}(V(5)))[0] == 1);
}

TEST_CASE("a function has a name", "[functions]") {
  REQUIRE(half_square.name == "half_square");
  REQUIRE(Doubled::name == "doubled");
  REQUIRE(One::name == "one");
}

TEST_CASE("derivatives come from the formula", "[functions]") {
  REQUIRE(derivative(half_square, 3.0) == 6);
  REQUIRE(derivative(half_square, -3.0) == 0);
  REQUIRE(simd::to_native(derivative(half_square, simd::Vector<float>(4)))[0] == 8);
  const auto both = value_and_derivative(half_square, 3.0);
  REQUIRE(both.value == 9);
  REQUIRE(both.derivative == 6);
  REQUIRE(derivative(One{}, 3.0) == 0);
}

TEST_CASE("a derivative may come from the output alone", "[functions]") {
  REQUIRE(Doubled::derivative_of_output(7.0) == 2);
  REQUIRE(simd::to_native(Doubled::derivative_of_output(simd::Vector<double>(7)))[0] == 2);
}

TEST_CASE("expressions are handed to their map", "[functions]") {
  REQUIRE(half_square(half_square(NamedFormula{})).nodes == 2);
}
