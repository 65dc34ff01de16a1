#include "lamina/tensor/functions/dual.hpp"

#include <cmath>

#include "support/catch.hpp"

using lamina::Dual;
namespace simd = lamina::simd;

namespace {

void require_dual(const Dual<double>& got, double value, double derivative) {
  require_close(got.value, value, 1e-14);
  require_close(got.derivative, derivative, 1e-14);
}

}  // namespace

TEST_CASE("dual numbers follow the rules of differentiation", "[functions]") {
  const Dual<double> f(3, 2), g(-5, 0.5);  // f = 3, f' = 2, g = -5, g' = 0.5
  require_dual(f + g, -2, 2.5);
  require_dual(f - g, 8, 1.5);
  require_dual(f * g, -15, 3 * 0.5 + 2 * -5);
  require_dual(f / g, -0.6, (2 * -5 - 3 * 0.5) / 25);
  require_dual(-f, -3, -2);
  require_dual(+f, 3, 2);
  require_dual(f.chain(9, [] { return 6.0; }), 9, 12);
}

TEST_CASE("literals are constants", "[functions]") {
  const Dual<double> f(3, 2);
  require_dual(f + 4, 7, 2);
  require_dual(4 + f, 7, 2);
  require_dual(f - 4, -1, 2);
  require_dual(4 - f, 1, -2);
  require_dual(f * 4, 12, 8);
  require_dual(0.5 * f, 1.5, 1);
  require_dual(f / 4, 0.75, 0.5);
  require_dual(4 / f, 4.0 / 3, -4.0 / 9 * 2);
  require_dual(Dual<double>(7), 7, 0);

  const Dual<float> single(3.0f, 2.0f);
  REQUIRE((0.1 * single).value == 0.1f * 3.0f);
  REQUIRE((0.1 * single).derivative == 0.1f * 2.0f);
}

TEST_CASE("a selected value brings its derivative", "[functions]") {
  using Vector = simd::Vector<float>;
  const Dual<Vector> nan(Vector(std::nanf("")), Vector(1.0f));
  REQUIRE(simd::reduce_add(select(nan != nan, 0, nan).derivative) == 0);
  const Dual<double> f(3, 2), g(-5, 0.5);
  require_dual(select(f > g, f, g), 3, 2);
  require_dual(select(f < g, f, g), -5, 0.5);
  require_dual(select(f > 0, 1, 0), 1, 0);
  require_dual(max(f, g), 3, 2);
  require_dual(min(f, g), -5, 0.5);
  require_dual(max(f, 3), 3, 0);  // at a tie, the second argument's
  require_dual(min(f, 3), 3, 0);
  require_dual(max(3, f), 3, 2);
}

TEMPLATE_TEST_CASE("duals over vectors differentiate every lane", "[functions]", float, double) {
  using T = TestType;
  using V = simd::Vector<T>;
  constexpr int w = simd::width<T>;
  alignas(64) T x[w];
  for (int i = 0; i < w; ++i) x[i] = static_cast<T>(i) / 2 - 1;
  const Dual<V> at(simd::load(static_cast<const T*>(x)), V(1));
  const Dual<V> y = select(at > 0, at * at / (1 + at), 3 - at);
  for (int i = 0; i < w; ++i) {
    const double v = x[i];
    require_close(simd::to_native(y.value)[i], v > 0 ? v * v / (1 + v) : 3 - v, 1e-6);
    require_close(simd::to_native(y.derivative)[i], v > 0 ? (v * v + 2 * v) / ((1 + v) * (1 + v)) : -1, 1e-6);
  }
}
