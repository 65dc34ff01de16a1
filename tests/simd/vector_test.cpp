#include "lamina/simd/vector.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "support/catch.hpp"

namespace simd = lamina::simd;

namespace {

static_assert(simd::width<float> == 2 * simd::width<double>);
static_assert(simd::lanes<simd::Vector<float>> == simd::width<float>);
static_assert(simd::lanes<double> == 1);
static_assert(std::is_same_v<simd::Element<simd::Vector<double>>, double>);
static_assert(std::is_same_v<simd::Mask<float>, bool>);
static_assert(simd::Number<float> && simd::Number<simd::Vector<double>> && !simd::Number<int>);
static_assert(sizeof(simd::native<float>) == sizeof(simd::Vector<float>));
#if defined(__AVX2__) && !defined(__AVX512F__)
static_assert(simd::width<float> == 8);
#endif

template <class T> using Lanes = std::array<T, static_cast<std::size_t>(simd::width<T>)>;

template <class T> Lanes<T> lanes_of(const simd::Vector<T>& v) {
  Lanes<T> lanes;
  v.store_unaligned(lanes.data());
  return lanes;
}

/// Lane i is first + i * step.
template <class T> simd::Vector<T> ramp(T first, T step) {
  Lanes<T> lanes;
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = first + static_cast<T>(i) * step;
  return simd::Vector<T>::load_unaligned(lanes.data());
}

}  // namespace

TEMPLATE_TEST_CASE("a vector and the compiler's own vector are one register", "[simd]", float, double) {
  using T = TestType;
  const simd::Vector<T> v = ramp<T>(1, 2);
  const simd::native<T> n = simd::to_native(v);
  REQUIRE(n[1] == 3);
  const simd::native<T> doubled = n + n;
  REQUIRE(lanes_of<T>(simd::from_native<T>(doubled)) == lanes_of<T>(v + v));
  REQUIRE(lanes_of<T>(simd::broadcast<T>(7)) == lanes_of<T>(ramp<T>(7, 0)));
}

TEMPLATE_TEST_CASE("arithmetic acts lane by lane, and on scalars alike", "[simd]", float, double) {
  using T = TestType;
  const auto a = ramp<T>(T(-2.5), T(0.75)), b = ramp<T>(3, T(-0.5)), c = ramp<T>(T(0.125), 1);
  const auto check = [&](const auto& vector, const auto& f) {
    const auto got = lanes_of<T>(vector), x = lanes_of<T>(a), y = lanes_of<T>(b), z = lanes_of<T>(c);
    for (std::size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i, x[i], y[i], z[i]);
      REQUIRE(got[i] == f(x[i], y[i], z[i]));
    }
  };
  check(simd::fma(a, b, c), [](T x, T y, T z) { return simd::fma(x, y, z); });
  check(simd::fma(a, b, c), [](T x, T y, T z) { return x * y + z; });  // exact: few bits
  check(simd::max(a, b), [](T x, T y, T) { return std::fmax(x, y); });
  check(simd::min(a, b), [](T x, T y, T) { return std::fmin(x, y); });
  check(simd::abs(a), [](T x, T, T) { return std::abs(x); });
  check(simd::sqrt(simd::abs(a)), [](T x, T, T) { return std::sqrt(std::abs(x)); });
  check(simd::floor(a), [](T x, T, T) { return std::floor(x); });
  check(simd::ceil(a), [](T x, T, T) { return std::ceil(x); });
  check(simd::round(a), [](T x, T, T) { return std::nearbyint(x); });
  check(simd::copysign(c, a), [](T x, T, T z) { return std::copysign(z, x); });
  check(simd::select(a < b, a, c), [](T x, T y, T z) { return x < y ? x : z; });

  REQUIRE(simd::max(T(1), T(2)) == 2);
  REQUIRE(simd::min(T(1), T(2)) == 1);
  REQUIRE(simd::select(true, T(1), T(2)) == 1);
  REQUIRE(simd::floor(T(-1.5)) == -2);
  REQUIRE(simd::ceil(T(-1.5)) == -1);
  REQUIRE(simd::sqrt(T(9)) == 3);
}

TEMPLATE_TEST_CASE("rounding takes the even one of two near integers", "[simd]", float, double) {
  using T = TestType;
  const auto got = lanes_of<T>(simd::round(simd::broadcast<T>(T(2.5))));
  REQUIRE(got[0] == 2);
  REQUIRE(simd::round(T(2.5)) == 2);
  REQUIRE(simd::round(T(3.5)) == 4);
  REQUIRE(simd::round(T(-0.5)) == 0);
}

TEMPLATE_TEST_CASE("a product and a sum are rounded once where the target can", "[simd]", float, double) {
  using T = TestType;
  // (1 + e)² - 1 - 2e is e²; rounded twice it is 0.
  const T e = std::numeric_limits<T>::epsilon(), x = 1 + e, y = -(1 + 2 * e);
  if (!simd::has_fma) return;  // then compilers that work it out ahead do as they like
  const T expected = e * e;
  REQUIRE(simd::fma(x, x, y) == expected);
  REQUIRE(lanes_of<T>(simd::fma(simd::Vector<T>(x), simd::Vector<T>(x), simd::Vector<T>(y)))[0] == expected);
}

#if defined(__x86_64__)
TEMPLATE_TEST_CASE("max and min give the second argument where either is NaN", "[simd]", float, double) {
  using T = TestType;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  REQUIRE(std::isnan(simd::max(T(0), nan)));
  REQUIRE(simd::max(nan, T(0)) == 0);
  REQUIRE(std::isnan(lanes_of<T>(simd::max(simd::Vector<T>(0), simd::Vector<T>(nan)))[0]));
  REQUIRE(std::isnan(lanes_of<T>(simd::min(simd::Vector<T>(0), simd::Vector<T>(nan)))[0]));
  REQUIRE(lanes_of<T>(simd::min(simd::Vector<T>(nan), simd::Vector<T>(0)))[0] == 0);
}
#endif

TEMPLATE_TEST_CASE("lanes are summed and compared across", "[simd]", float, double) {
  using T = TestType;
  constexpr int w = simd::width<T>;
  // Every lane counts: the extreme stands in each in turn.
  for (int at = 0; at < w; ++at) {
    Lanes<T> lanes;
    for (int i = 0; i < w; ++i) lanes[static_cast<std::size_t>(i)] = static_cast<T>(i);
    lanes[static_cast<std::size_t>(at)] = 100;
    const auto v = simd::Vector<T>::load_unaligned(lanes.data());
    REQUIRE(simd::reduce_max(v) == 100);
    REQUIRE(simd::reduce_min(-v) == -100);
    REQUIRE(simd::reduce_add(v) == static_cast<T>(w * (w - 1) / 2 - at + 100));
    lanes.fill(2);
    lanes[static_cast<std::size_t>(at)] = 3;
    REQUIRE(simd::reduce_multiply(simd::Vector<T>::load_unaligned(lanes.data())) ==
            static_cast<T>(3 * (1 << (w - 1))));
  }
}

TEMPLATE_TEST_CASE("a register of reductions is what each would be by itself", "[simd]", float, double) {
  using T = TestType;
  using V = simd::Vector<T>;
  constexpr int w = simd::width<T>;
  std::array<simd::native<T>, std::size_t{w}> vectors;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    Lanes<T> lanes;
    for (int j = 0; j < w; ++j)
      lanes[static_cast<std::size_t>(j)] = static_cast<T>((static_cast<int>(i) * 7 + j * 13) % 31) / 7 - 2;
    vectors[i] = simd::to_native(V::load_unaligned(lanes.data()));
  }
  auto sums_of = vectors, maxima_of = vectors;
  const auto sums = lanes_of<T>(simd::reduce_each<T>(sums_of, [](V a, V b) { return V(a + b); }));
  const auto maxima = lanes_of<T>(simd::reduce_each<T>(maxima_of, [](V a, V b) { return simd::max(a, b); }));
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    REQUIRE(sums[i] == simd::reduce_add(simd::from_native<T>(vectors[i])));
    REQUIRE(maxima[i] == simd::reduce_max(simd::from_native<T>(vectors[i])));
  }
}

TEMPLATE_TEST_CASE("masks are asked whether any or all lanes are set", "[simd]", float, double) {
  using T = TestType;
  const auto v = ramp<T>(0, 1);
  REQUIRE(simd::any(v == simd::broadcast<T>(simd::width<T> - 1)));
  REQUIRE(!simd::any(v < simd::broadcast<T>(0)));
  REQUIRE(simd::all(v >= simd::broadcast<T>(0)));
  REQUIRE(!simd::all(v > simd::broadcast<T>(0)));
  REQUIRE(simd::any(true));
  REQUIRE(!simd::all(false));
}
