#include "lamina/tensor/expressions/math.hpp"

#include <cmath>
#include <limits>

#include "lamina/tensor/functions/rectifiers.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Numbers in (low, high), 17 of them: two vectors and a tail.
template <class T> Tensor<T, 17> spread(double low, double high) {
  Tensor<T, 17> x;
  for (Index i = 0; i < 17; ++i)
    x(i) = static_cast<T>(low + (high - low) * (static_cast<double>(i) + 0.5) / 17);
  return x;
}

}  // namespace

TEMPLATE_TEST_CASE("functions agree with those of the standard library", "", float, double) {
  const auto x = spread<TestType>(-3, 3), p = spread<TestType>(0.01, 5);
  const double tolerance = std::is_same_v<TestType, float> ? 1e-6 : 1e-14;
  const auto check = [&](const auto& actual, const auto& from, auto reference) {
    const Tensor<TestType, 17> values = actual;
    for (Index i = 0; i < 17; ++i)
      require_close(values(i), reference(static_cast<double>(from(i))), tolerance);
  };
  check(abs(x), x, [](double v) { return std::abs(v); });
  check(sqrt(p), p, [](double v) { return std::sqrt(v); });
  check(rsqrt(p), p, [](double v) { return 1 / std::sqrt(v); });
  check(exp(x), x, [](double v) { return std::exp(v); });
  check(expm1(x), x, [](double v) { return std::expm1(v); });
  check(log(p), p, [](double v) { return std::log(v); });
  check(log1p(p), p, [](double v) { return std::log1p(v); });
  check(sin(x), x, [](double v) { return std::sin(v); });
  check(cos(x), x, [](double v) { return std::cos(v); });
  check(tanh(x), x, [](double v) { return std::tanh(v); });
  check(erf(x), x, [](double v) { return std::erf(v); });
  check(floor(x), x, [](double v) { return std::floor(v); });
  check(ceil(x), x, [](double v) { return std::ceil(v); });
  check(round(x), x, [](double v) { return std::nearbyint(v); });
  check(square(x), x, [](double v) { return v * v; });
  check(pow(p, 1.5), p, [](double v) { return std::pow(v, 1.5); });
  check(pow(2, x), x, [](double v) { return std::pow(2, v); });
  check(min(x, 0.5), x, [](double v) { return std::min(v, static_cast<double>(TestType(0.5))); });
  check(max(x, p - p), x, [](double v) { return std::max(v, 0.0); });
  check(clamp(x, -1, 2), x, [](double v) { return std::clamp(v, -1.0, 2.0); });
  check(sign(x), x, [](double v) { return v < 0 ? -1.0 : v > 0 ? 1.0 : 0.0; });
  check(where(x > 0, x, 2 * x), x, [](double v) { return v > 0 ? v : 2 * v; });
}

TEST_CASE("special values") {
  const Tensor<double, 5> x{-infinity, -0.0, 0.0, infinity, not_a_number};
  REQUIRE(evaluate(isnan(x)) == Tensor<bool, 5>{false, false, false, false, true});
  REQUIRE(evaluate(not_equal(x, x)) == evaluate(isnan(x)));
  const Tensor signs = sign(x);
  REQUIRE(signs(0) == -1);
  REQUIRE(std::signbit(signs(1)));
  REQUIRE(signs(3) == 1);
  REQUIRE(std::isnan(signs(4)));
  REQUIRE(evaluate(min(x, 1))(4) == 1);
  REQUIRE(evaluate(isinf(x)) == Tensor<bool, 5>{true, false, false, true, false});
  STATIC_REQUIRE(std::is_same_v<decltype(isinf(x))::lane, double>);
  REQUIRE(evaluate(isinf(x > 0)) == evaluate(isinf(cast<int>(where(isnan(x) || isinf(x), 0, x)))));
  REQUIRE(evaluate(abs(x))(0) == infinity);
}

TEMPLATE_TEST_CASE("powers with a number as exponent", "", float, double) {
  using T = TestType;
  const auto x = spread<T>(-30, 30), p = spread<T>(0.01, 30);
  REQUIRE(evaluate(pow(x, 2)) == evaluate(x * x));
  REQUIRE(evaluate(pow(x, 2.0)) == evaluate(x * x));
  REQUIRE(evaluate(pow(x, 3)) == evaluate(x * x * x));
  REQUIRE(evaluate(pow(x, 0)) == evaluate(x * 0 + 1));
  REQUIRE(evaluate(pow(x, 1)) == x);
  for (const double exponent : {-2., -1., 0.5, 1.5, 4., 7.})
    for (Index i = 0; i < 17; ++i)
      require_close(evaluate(pow(p, exponent))(i) / std::pow(static_cast<double>(p(i)), exponent), 1,
                    std::numeric_limits<T>::epsilon());
  REQUIRE(evaluate(cast<int>(pow(Tensor<T, 1>{7}, x(range(0, 1)) - x(0) + 3)))(0) == 343);
  STATIC_REQUIRE(std::is_same_v<typename decltype(pow(x, 2.5))::lane, T>);
}

TEST_CASE("powers of integers are integers") {
  const Tensor<int, 4> base{-3, 0, 2, 10};
  STATIC_REQUIRE(std::is_same_v<decltype(evaluate(pow(base, 2))), Tensor<int, 4>>);
  REQUIRE(evaluate(pow(base, 2)) == Tensor<int, 4>{9, 0, 4, 100});
  REQUIRE(evaluate(pow(base, base + 3)) == Tensor<int, 4>{1, 0, 32, 1316134912});  // 10^13 modulo 2^32
  REQUIRE(evaluate(pow(2, Tensor<std::int64_t, 2>{62, 0})) ==
          Tensor<std::int64_t, 2>{std::int64_t{1} << 62, 1});
  REQUIRE(evaluate(pow(Tensor<std::int64_t, 1>{(1LL << 60) + 1}, 1)) ==
          Tensor<std::int64_t, 1>{(1LL << 60) + 1});
  REQUIRE(evaluate(pow(Tensor<std::uint8_t, 2>{255, 2}, 2)) == Tensor<int, 2>{65025, 4});
  REQUIRE(evaluate(pow(Tensor<int, 5>{-2, -1, 0, 1, 2}, -1)) == Tensor<int, 5>{0, -1, 0, 1, 0});
  REQUIRE(evaluate(pow(Tensor<int, 2>{-1, 1}, -4)) == Tensor<int, 2>{1, 1});
  REQUIRE(evaluate(pow(base, 0.5))(3) == std::sqrt(10.0));
  REQUIRE(evaluate(pow(base > 0, 2)) == Tensor<int, 4>{0, 0, 1, 1});
}

TEST_CASE("clamp keeps NaN") {
  const Tensor<double, 9> x{not_a_number, 1, 5, -infinity, infinity, not_a_number, 2, 3, not_a_number};
  const Tensor limited = clamp(x, 2, 4);
  REQUIRE(evaluate(isnan(limited)) == evaluate(isnan(x)));
  REQUIRE(evaluate(where(isnan(x), 0, limited)) == Tensor<double, 9>{0, 2, 4, 2, 4, 0, 2, 3, 0});
  REQUIRE(std::isnan(evaluate(clamp(Tensor<float, 1>{NAN}, 0, 1))(0)));
  REQUIRE(evaluate(clamp(Tensor<int, 3>{-5, 0, 5}, 3, 1)) == Tensor<int, 3>{1, 1, 1});
}

TEST_CASE("integers stay integers where results are whole") {
  const Tensor<int, 3> x{-3, 0, 5};
  REQUIRE(evaluate(abs(x)) == Tensor<int, 3>{3, 0, 5});
  REQUIRE(evaluate(relu(x)) == Tensor<int, 3>{0, 0, 5});
  REQUIRE(evaluate(square(x)) == Tensor<int, 3>{9, 0, 25});
  REQUIRE(evaluate(ceil(x)) == x);
  const Tensor<std::int64_t, 1> large{-(1LL << 60) - 1};
  REQUIRE(evaluate(abs(large)) == Tensor<std::int64_t, 1>{(1LL << 60) + 1});
  const Tensor<std::uint8_t, 2> bytes{16, 255};
  STATIC_REQUIRE(std::is_same_v<decltype(evaluate(abs(bytes))), Tensor<std::uint8_t, 2>>);
  REQUIRE(evaluate(square(bytes)) == Tensor<int, 2>{256, 65025});
  STATIC_REQUIRE(std::is_same_v<decltype(evaluate(abs(x))), Tensor<int, 3>>);
  REQUIRE(evaluate(sign(x)) == Tensor<int, 3>{-1, 0, 1});
  REQUIRE(evaluate(max(x, 1)) == Tensor<int, 3>{1, 1, 5});
  REQUIRE(evaluate(floor(x)) == x);
  REQUIRE(evaluate(clamp(x, -1, 1)) == Tensor<int, 3>{-1, 0, 1});
  REQUIRE(evaluate(where(x > 0, x, -1)) == Tensor<int, 3>{-1, -1, 5});
  require_close(evaluate(sqrt(square(x)))(2), 5, 1e-12);
}

TEST_CASE("cast converts as static_cast does") {
  const Tensor<float, 3> x{-1.75f, 0.5f, 3.25f};
  REQUIRE(evaluate(cast<int>(x)) == Tensor<int, 3>{-1, 0, 3});
  STATIC_REQUIRE(std::is_same_v<decltype(evaluate(cast<double>(x) / 3)), Tensor<double, 3>>);
  REQUIRE(evaluate(cast<double>(x) / 3)(1) == 0.5 / 3);
  const Tensor<std::uint8_t, 2> pixels{0, 255};
  REQUIRE(evaluate(cast<float>(pixels) / 255) == Tensor<float, 2>{0, 1});
  STATIC_REQUIRE(std::is_same_v<decltype(cast<float>(x > 0))::lane, float>);
  REQUIRE(evaluate(cast<float>(x > 0)) == Tensor<float, 3>{0, 1, 1});
}

TEST_CASE("where picks by stored masks, constants and numbers") {
  const Tensor<float, 3> x{1, 2, 3};
  const Tensor<bool, 3> mask{true, false, true};
  REQUIRE(evaluate(where(mask, x, 0)) == Tensor<float, 3>{1, 0, 3});
  REQUIRE(evaluate(where(x - 2, x, 9)) == Tensor<float, 3>{1, 9, 3});
  REQUIRE(evaluate(where(x > 1, 1, 0)) == Tensor<int, 3>{0, 1, 1});
}
