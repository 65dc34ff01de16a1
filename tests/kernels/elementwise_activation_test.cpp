#include "lamina/kernels/elementwise.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

struct Cubic : PointwiseFunction<Cubic> {  // x³ - 1/x: unbounded where padding lanes hold 0
  static constexpr std::string_view name = "cubic";
  template <class X> static X value(const X& x) { return x * x * x - 1 / x; }
};

struct Ramp : PointwiseFunction<Ramp> {
  static constexpr std::string_view name = "ramp";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) { return max(x, 0); }
  template <class Y> static Y slope(const Y& y) { return select(y > 0, Y(1), Y(0)); }
};

namespace {

/// f and f' given as plain functions.
template <class T, class F, class Value, class Slope> void check_activation(F f, Value value, Slope slope) {
  for (const Extents& e : sweep()) {
    const Plain x = random_plain(e, 1), gradient = random_plain(e, 2);
    Plain y(e), dx(e);
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      y.values[i] = value(x.values[i]);
      dx.values[i] = gradient.values[i] * slope(x.values[i]);
    }
    Map<T> in(x, 1), out(e, 2), dy(gradient, 1), dx_map(e, 1);
    in.set_padding(T{0});
    kernels::activation_forward(f, in, out.view());
    require_map(out, y, 10 * tolerance<T>);
    const FeatureMapView<const T> unused;
    if constexpr (F::derivative_from_output)
      kernels::activation_backward(f, unused, out, dy, dx_map.view());
    else
      kernels::activation_backward(f, in, unused, dy, dx_map.view());
    require_map(dx_map, dx, 10 * tolerance<T>);

    if constexpr (F::derivative_from_output)  // in place
      kernels::activation_backward(f, unused, out, dy, dy.view());
    else
      kernels::activation_backward(f, in, unused, dy, dy.view());
    kernels::activation_forward(f, in, in.view());
    REQUIRE(same_bits(Map<T>(in.plain()), Map<T>(out.plain())));
    REQUIRE(same_bits(Map<T>(dy.plain()), Map<T>(dx_map.plain())));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("activations and their gradients, from the input or the output", "[kernels][activation]",
                   float, double) {
  check_activation<TestType>(
      Cubic{}, [](double x) { return x * x * x - 1 / x; }, [](double x) { return 3 * x * x + 1 / (x * x); });
  check_activation<TestType>(
      Ramp{}, [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1 : 0; });
}

}  // namespace lamina::test
