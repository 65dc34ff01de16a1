#include "lamina/simd/power.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace simd = lamina::simd;

namespace {

/// pow in vectors; scalars must give the same bits.
template <class T> std::vector<T> powers(const std::vector<T>& bases, const std::vector<T>& exponents) {
  constexpr std::size_t width = simd::width<T>;
  std::vector<T> results;
  for (std::size_t i = 0; i < bases.size(); i += width) {
    alignas(64) T x[width] = {}, y[width] = {}, z[width];
    const std::size_t count = std::min(width, bases.size() - i);
    std::copy_n(bases.begin() + static_cast<std::ptrdiff_t>(i), count, x);
    std::copy_n(exponents.begin() + static_cast<std::ptrdiff_t>(i), count, y);
    simd::pow(simd::Vector<T>::load_aligned(x), simd::Vector<T>::load_aligned(y)).store_aligned(z);
    results.insert(results.end(), z, z + count);
  }
  for (std::size_t i = 0; i < bases.size(); ++i) {
    const T scalar = simd::pow(bases[i], exponents[i]);
    CAPTURE(bases[i], exponents[i]);
    if (std::isnan(scalar))
      REQUIRE(std::isnan(results[i]));
    else if (scalar != results[i] || std::signbit(scalar) != std::signbit(results[i]))
      REQUIRE(scalar == results[i]);
  }
  return results;
}

/// The greatest error, in units in the last place, of x^y for `count` bases between the two given, and
/// exponents for which y log x is between `lowest` and `highest`.
template <class T> double greatest_power_error(double least, double most, double lowest, double highest) {
  const int count = 60'000;
  std::vector<T> bases, exponents;
  for (int i = 0; i < count; ++i) {
    const double u = (i + 0.37) / count, v = std::fmod(i * 0.6180339887498949, 1.0);
    bases.push_back(static_cast<T>(std::exp2(std::log2(least) + (std::log2(most) - std::log2(least)) * u)));
    const double logarithm = std::log(static_cast<double>(bases.back()));
    exponents.push_back(static_cast<T>(logarithm == 0 ? v : (lowest + (highest - lowest) * v) / logarithm));
  }
  const auto results = powers(bases, exponents);
  double greatest = 0;
  for (std::size_t i = 0; i < bases.size(); ++i) {
    const long double exact =
        std::pow(static_cast<long double>(bases[i]), static_cast<long double>(exponents[i]));
    const T rounded = static_cast<T>(exact);
    CAPTURE(bases[i], exponents[i], results[i], rounded);
    if (!std::isfinite(rounded) || !std::isfinite(results[i])) {
      REQUIRE(rounded == results[i]);
      continue;
    }
    const int exponent = rounded == 0
                             ? std::numeric_limits<T>::min_exponent
                             : std::max(std::numeric_limits<T>::min_exponent, std::ilogb(rounded) + 1);
    const long double unit = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
    greatest = std::max(greatest, static_cast<double>(std::abs(results[i] - exact) / unit));
  }
  return greatest;
}

}  // namespace

TEMPLATE_TEST_CASE("powers are accurate", "[simd]", float, double) {
  using T = TestType;
  constexpr bool is_single = sizeof(T) == 4;
  constexpr double bound = is_single ? 0.51 : 1;
  const double least = is_single ? 1e-44 : 1e-320, most = is_single ? 3e38 : 1e308;
  const double lowest = is_single ? -87 : -708, highest = is_single ? 88.7 : 709.7;
  for (const double error :
       {greatest_power_error<T>(least, most, lowest, highest), greatest_power_error<T>(least, most, -5, 5),
        greatest_power_error<T>(0.5, 2, lowest, highest),
        greatest_power_error<T>(0.99, 1.01, lowest, highest), greatest_power_error<T>(0.7, 0.71, -1, 1),
        greatest_power_error<T>(1.41, 1.42, -30, 30)})
    REQUIRE(error <= bound);
  // What is below the normal numbers is rounded twice in double.
  REQUIRE(greatest_power_error<T>(least, most, is_single ? -103.9 : -745, lowest) <=
          (is_single ? 0.51 : 1.2));
}

TEMPLATE_TEST_CASE("whole powers of whole numbers are exact", "[simd]", float, double) {
  using T = TestType;
  std::vector<T> bases, exponents, expected;
  for (int base = -40; base <= 40; ++base) {
    T power = 1;
    for (int exponent = 0;
         std::abs(power) < std::ldexp(T{1}, std::numeric_limits<T>::digits) && exponent < 80;
         ++exponent, power *= static_cast<T>(base)) {
      bases.push_back(static_cast<T>(base));
      exponents.push_back(static_cast<T>(exponent));
      expected.push_back(power);
    }
  }
  REQUIRE(powers(bases, exponents) == expected);
}

TEMPLATE_TEST_CASE("powers have the special values of C", "[simd]", float, double) {
  using T = TestType;
  constexpr T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  constexpr T greatest = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::denorm_min();
  constexpr T special[] = {0,        T(-0.),    1,       -1,     2,        -2,        3,
                           -3,       T(0.5),    T(-0.5), 4,      infinity, -infinity, nan,
                           greatest, -greatest, least,   -least, T(1.5),   1023,      -1025};
  std::vector<T> bases, exponents;
  for (const T base : special)
    for (const T exponent : special) {
      bases.push_back(base);
      exponents.push_back(exponent);
    }
  const auto results = powers(bases, exponents);
  for (std::size_t i = 0; i < bases.size(); ++i) {
    const T expected = std::pow(bases[i], exponents[i]);
    CAPTURE(bases[i], exponents[i], results[i], expected);
    if (std::isnan(expected)) {
      CHECK(std::isnan(results[i]));
    } else {
      CHECK(results[i] == expected);
      CHECK(std::signbit(results[i]) == std::signbit(expected));
    }
  }
}
