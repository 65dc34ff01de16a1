// The vector functions over the whole line: from the lowest finite number to the greatest, denormals and
// zeros among them, in steps of the bit pattern, so that every binade is seen alike. Errors are in units in
// the last place of the result (below the normal range, of the smallest number). What they may be is stated
// at the top of simd/math.hpp, where the errors are measured on the intervals that matter.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// What float is compared with, and what double is.
template <class T> using Exact = std::conditional_t<std::is_same_v<T, float>, double, long double>;
template <class T> using Bits = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;

/// |got - expected| in units in the last place of `expected`; infinite where one is NaN or infinite and the
/// other is not.
template <class T> double ulps(T got, Exact<T> expected) {
  const T rounded = static_cast<T>(expected);
  if (std::isnan(rounded) || std::isinf(rounded) || !std::isfinite(got)) {
    const bool agrees = std::isnan(rounded) ? std::isnan(got) : got == rounded;
    return agrees ? 0 : std::numeric_limits<double>::infinity();
  }
  // The exponent's bits alone are the binade's lowest number; 2^-(digits - 1) of that is its unit.
  constexpr Bits<T> exponent = std::bit_cast<Bits<T>>(std::numeric_limits<T>::infinity());
  const T binade = std::bit_cast<T>(std::bit_cast<Bits<T>>(rounded) & exponent);
  const Exact<T> unit = std::max(binade, std::numeric_limits<T>::min()) *
                        static_cast<Exact<T>>(std::numeric_limits<T>::epsilon());
  return static_cast<double>(std::abs(static_cast<Exact<T>>(got) - expected) / unit);
}

struct Worst {
  double error = -1;
  double at = 0;
};

/// The greatest error of f over the finite numbers of both signs, `step` bit patterns apart.
template <class T, class F, class Reference> Worst sweep(Bits<T> step, const F& f, Reference reference) {
  constexpr int width = simd::width<T>;
  constexpr Bits<T> end = std::bit_cast<Bits<T>>(std::numeric_limits<T>::infinity());
  alignas(64) T x[width], y[width];
  Worst worst;
  const auto check = [&](int lanes) {
    simd::store(y, simd::Vector<T>(f(simd::load<T>(x))));
    for (int lane = 0; lane < lanes; ++lane) {
      const double error = ulps<T>(y[lane], reference(static_cast<Exact<T>>(x[lane])));
      if (error > worst.error) worst = {error, static_cast<double>(x[lane])};
    }
  };
  int lane = 0;
  for (const T sign : {T{1}, T{-1}})
    for (Bits<T> bits = 0; bits < end; bits += step) {
      x[lane++] = std::copysign(std::bit_cast<T>(bits), sign);
      if (lane == width) check(width), lane = 0;
    }
  check(lane);
  return worst;
}

template <class T, class F, class Reference>
void require_accurate(const F& f, double bound, Reference reference) {
  constexpr bool single = std::is_same_v<T, float>;
  const Worst worst = sweep<T>(
      single ? static_cast<Bits<T>>(251) : static_cast<Bits<T>>((1ull << 43) + 12'345), f, reference);
  CAPTURE(F::name, worst.error, worst.at);
  REQUIRE(worst.error <= bound);

  // Where the line ends, and at the zeros, the result is exact, and a zero has the sign it should have.
  const T infinity = std::numeric_limits<T>::infinity();
  for (const T x : {T{0}, -T{0}, infinity, -infinity, std::numeric_limits<T>::quiet_NaN()}) {
    CAPTURE(x);
    alignas(64) T y[simd::width<T>];
    simd::store(y, simd::Vector<T>(f(simd::broadcast<T>(x))));
    const T expected = static_cast<T>(reference(static_cast<Exact<T>>(x)));
    if (std::isnan(expected)) {
      REQUIRE(std::isnan(y[0]));
    } else {
      REQUIRE(y[0] == expected);
      REQUIRE(std::signbit(y[0]) == std::signbit(expected));
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("exp, log, tanh, sigmoid and erf are accurate over the whole line", "[functions]", float,
                   double) {
  using T = TestType;
  constexpr bool single = std::is_same_v<T, float>;
  require_accurate<T>(exponential, single ? 1.1 : 1.2, [](auto x) { return std::exp(x); });
  require_accurate<T>(logarithm, single ? 1.0 : 1.0, [](auto x) { return std::log(x); });
  require_accurate<T>(tanh_activation, single ? 2.0 : 2.2, [](auto x) { return std::tanh(x); });
  require_accurate<T>(sigmoid, single ? 1.7 : 1.7, [](auto x) { return 1 / (1 + std::exp(-x)); });
  require_accurate<T>(ErrorFunction{}, single ? 1.9 : 2.1, [](auto x) { return std::erf(x); });
}
