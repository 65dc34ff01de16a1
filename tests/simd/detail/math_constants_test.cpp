#include "lamina/simd/detail/math_constants.hpp"

#include <algorithm>
#include <cmath>

#include "support/catch.hpp"

namespace {

template <class C> long double polynomial(const C& c, long double x) {
  long double sum = 0;
  for (std::size_t i = c.size(); i-- > 0;) sum = sum * x + static_cast<long double>(c[i]);
  return sum;
}

/// The greatest relative error of `approximation` in [low, high].
double greatest_polynomial_error(auto approximation, auto function, double low, double high) {
  long double greatest = 0;
  for (int i = 0; i <= 10'000; ++i) {
    const long double x = low + (high - low) * i / 10'000;
    const long double f = function(x);
    if (f != 0) greatest = std::max(greatest, std::abs((approximation(x) - f) / f));
  }
  return static_cast<double>(greatest);
}

template <class T> constexpr double half_ulp = sizeof(T) == 4 ? 0x1p-25 : 0x1p-54;

}  // namespace

// Evaluated exactly, the polynomials of exp and log are good to a quarter of an ulp, that of erf to half of
// one; the rounding of their coefficients is in.
TEMPLATE_TEST_CASE("the polynomials are what they stand for", "[simd]", float, double) {
  using T = TestType;
  using Exp = lamina::simd::detail::ExpConstants<T>;
  using Erf = lamina::simd::detail::ErfConstants<T>;
  using Log = lamina::simd::detail::LogConstants<T>;
  const double allowed = half_ulp<T> / 2;

  REQUIRE(std::abs(static_cast<long double>(Exp::ln2_high) + Exp::ln2_low - std::log(2.0L)) <
          0x1p-16L * half_ulp<T>);
  const double half_ln2 = std::log(2.0) / 2;
  REQUIRE(greatest_polynomial_error([](long double r) { return 1 + r + r * r * polynomial(Exp::tail, r); },
                                    [](long double r) { return std::exp(r); }, -half_ln2,
                                    half_ln2) < allowed);
  REQUIRE(greatest_polynomial_error(
              [](long double f) {
                const long double s = f / (2 + f);
                return s * (2 + s * s * polynomial(Log::tail, s * s));
              },
              [](long double f) { return std::log1p(f); }, std::sqrt(0.5) - 1, std::sqrt(2.0) - 1) < allowed);
  REQUIRE(greatest_polynomial_error(
              [](long double t) { return -std::expm1(-(t + t * polynomial(Erf::tail, t))); },
              [](long double t) { return std::erf(t); }, 0, Erf::limit) < 2 * allowed);
}
