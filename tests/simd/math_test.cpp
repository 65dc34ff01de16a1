// Each function against the C library's in long double, in units in the last place; the bounds are what
// math.hpp states, plus a little for other compilers and versions of xsimd.
#include "lamina/simd/math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.hpp"

namespace simd = lamina::simd;

namespace {

/// |got - expected| in units in the last place of `expected`.
template <class T> double ulps(T got, long double expected) {
  const T rounded = static_cast<T>(expected);
  if (std::isnan(rounded) || std::isnan(got)) return std::isnan(rounded) == std::isnan(got) ? 0 : 1e9;
  if (std::isinf(rounded) || std::isinf(got)) return rounded == got ? 0 : 1e9;
  int exponent = std::numeric_limits<T>::min_exponent;
  if (rounded != 0) exponent = std::max(exponent, std::ilogb(rounded) + 1);
  const long double unit = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
  return static_cast<double>(std::abs(static_cast<long double>(got) - expected) / unit);
}

/// The greatest error of f in [low, high], in vectors; scalars must give the same bits. `spread` maps [0, 1]
/// to the arguments.
template <class T, class F, class Reference, class Spread>
double greatest_error(F f, Reference reference, Spread spread) {
  constexpr int w = simd::width<T>, n = 40'000 / w * w;
  double greatest = 0;
  for (int i = 0; i < n; i += w) {
    alignas(64) T x[w], y[w];
    for (int lane = 0; lane < w; ++lane) x[lane] = static_cast<T>(spread((i + lane + 0.37) / n));
    f(simd::Vector<T>::load_aligned(x)).store_aligned(y);
    for (int lane = 0; lane < w; ++lane) {
      const double error = ulps(y[lane], reference(static_cast<long double>(x[lane])));
      if (error > greatest) greatest = error;
      if (y[lane] != f(x[lane])) return 1e9;
    }
  }
  return greatest;
}

auto linear(double low, double high) {
  return [=](double u) { return low + (high - low) * u; };
}
auto logarithmic(double low, double high) {
  return [=](double u) { return low * std::pow(high / low, u); };
}

template <class T, class F, class Reference>
void require_ulps(double float_bound, double double_bound, F f, Reference reference, auto spread) {
  const double error = greatest_error<T>(f, reference, spread);
  CAPTURE(error);
  REQUIRE(error <= (sizeof(T) == 4 ? float_bound : double_bound));
}

template <class T> constexpr bool single = sizeof(T) == 4;

}  // namespace

#define LAMINA_FUNCTION(name) [](auto x) { return simd::name(x); }, [](long double x) { return std::name(x); }

TEMPLATE_TEST_CASE("exponentials are accurate", "[simd]", float, double) {
  using T = TestType;
  require_ulps<T>(1.1, 1.2, LAMINA_FUNCTION(exp), linear(single<T> ? -103 : -745, single<T> ? 88.7 : 709.7));
  require_ulps<T>(1.0, 1.1, LAMINA_FUNCTION(exp), linear(-1, 1));
  require_ulps<T>(1.6, 2.3, LAMINA_FUNCTION(expm1), linear(-20, 20));
  require_ulps<T>(1.6, 2.3, LAMINA_FUNCTION(expm1), logarithmic(1e-9, 1));
  require_ulps<T>(
      1.7, 1.6, [](auto x) { return simd::sigmoid(x); }, [](long double x) { return 1 / (1 + std::exp(-x)); },
      linear(single<T> ? -104 : -746, 40));
  require_ulps<T>(1.6, 2.3, LAMINA_FUNCTION(expm1), linear(single<T> ? 88 : 709, single<T> ? 88.7 : 709.7));
}

TEMPLATE_TEST_CASE("logarithms are accurate", "[simd]", float, double) {
  using T = TestType;
  require_ulps<T>(1, 1, LAMINA_FUNCTION(log),
                  logarithmic(single<T> ? 1e-37 : 1e-300, single<T> ? 1e38 : 1e300));
  require_ulps<T>(1, 1, LAMINA_FUNCTION(log), linear(0.5, 2));
  require_ulps<T>(1, 1, LAMINA_FUNCTION(log1p), logarithmic(1e-9, 1e8));
  require_ulps<T>(1, 1, LAMINA_FUNCTION(log1p), linear(-0.9, 1));
}

TEMPLATE_TEST_CASE("tanh and erf are accurate", "[simd]", float, double) {
  using T = TestType;
  require_ulps<T>(2.0, 2.2, LAMINA_FUNCTION(tanh), linear(-20, 20));
  require_ulps<T>(2.0, 2.2, LAMINA_FUNCTION(tanh), logarithmic(1e-9, 1));
  require_ulps<T>(1.9, 2.1, LAMINA_FUNCTION(erf), linear(-7, 7));
  require_ulps<T>(1.9, 2.1, LAMINA_FUNCTION(erf), logarithmic(1e-9, 1.2));
}

TEMPLATE_TEST_CASE("sine and cosine are accurate", "[simd]", float, double) {
  using T = TestType;
  require_ulps<T>(2, 2, LAMINA_FUNCTION(sin), linear(-100, 100));
  require_ulps<T>(2, 2.5, LAMINA_FUNCTION(cos), linear(-100, 100));
}

TEMPLATE_TEST_CASE("the ends of the line, zeros and NaN come out right", "[simd]", float, double) {
  using T = TestType;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const T tiny = std::numeric_limits<T>::denorm_min(), large = std::numeric_limits<T>::max();

  REQUIRE(simd::exp(inf) == inf);
  REQUIRE(simd::exp(large) == inf);
  REQUIRE(simd::exp(-inf) == 0);
  REQUIRE(simd::exp(-large) == 0);
  REQUIRE(simd::exp(T(0)) == 1);
  REQUIRE(simd::exp(T(single<T> ? 88.8 : 709.8)) == inf);
  REQUIRE(simd::exp(T(single<T> ? -103.5 : -745)) == tiny);

  REQUIRE(simd::expm1(inf) == inf);
  REQUIRE(simd::expm1(large) == inf);
  REQUIRE(simd::expm1(-inf) == -1);
  REQUIRE(simd::expm1(T(0)) == 0);
  REQUIRE(simd::expm1(tiny) == tiny);

  REQUIRE(simd::sigmoid(inf) == 1);
  REQUIRE(simd::sigmoid(-inf) == 0);
  REQUIRE(simd::sigmoid(-large) == 0);
  REQUIRE(simd::sigmoid(T(0)) == T(0.5));

  REQUIRE(simd::log(T(0)) == -inf);
  REQUIRE(simd::log(inf) == inf);
  REQUIRE(std::isnan(simd::log(T(-1))));
  REQUIRE(ulps(simd::log(tiny), std::log(static_cast<long double>(tiny))) <= 1);
  REQUIRE(simd::log(T(1)) == 0);
  REQUIRE(simd::log1p(T(-1)) == -inf);
  REQUIRE(std::isnan(simd::log1p(T(-2))));

  REQUIRE(simd::tanh(inf) == 1);
  REQUIRE(simd::tanh(-inf) == -1);
  REQUIRE(simd::erf(inf) == 1);
  REQUIRE(simd::erf(-inf) == -1);
  REQUIRE(std::signbit(simd::tanh(T(-0.0))));
  REQUIRE(std::signbit(simd::erf(T(-0.0))));

  REQUIRE(std::isnan(simd::exp(nan)));
  REQUIRE(std::isnan(simd::expm1(nan)));
  REQUIRE(std::isnan(simd::sigmoid(nan)));
  REQUIRE(std::isnan(simd::log(nan)));
  REQUIRE(std::isnan(simd::log1p(nan)));
  REQUIRE(std::isnan(simd::tanh(nan)));
  REQUIRE(std::isnan(simd::erf(nan)));
  REQUIRE(std::isnan(simd::sin(nan)));
}
