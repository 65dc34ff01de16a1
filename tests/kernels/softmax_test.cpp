#include "lamina/kernels/softmax.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {
namespace {

Plain reference(const Plain& x, bool logarithm) {
  Plain y(x.extents);
  each({x.extents.n, 1, x.extents.h, x.extents.w}, [&](Index n, Index, Index h, Index w) {
    double greatest = x(n, 0, h, w), sum = 0;
    for (Index c = 0; c < x.extents.c; ++c) greatest = std::max(greatest, x(n, c, h, w));
    for (Index c = 0; c < x.extents.c; ++c) sum += std::exp(x(n, c, h, w) - greatest);
    for (Index c = 0; c < x.extents.c; ++c) {
      const double value = x(n, c, h, w) - greatest;
      y(n, c, h, w) = logarithm ? value - std::log(sum) : std::exp(value) / sum;
    }
  });
  return y;
}

template <class T> void check(const Extents& e, bool logarithm, double largest) {
  CAPTURE(e.n, e.c, e.h, e.w, logarithm);
  Plain x = random_plain(e, 1);
  for (double& value : x.values) value = static_cast<double>(static_cast<T>(value * largest));
  const Plain dy = random_plain(e, 2), expected = reference(x, logarithm);
  const Plain expected_dx =
      numeric_gradient(x, dy, [&](const Plain& at) { return reference(at, logarithm); }, 1e-6 * largest);
  Map<T> in(x, 1), gradient(dy, 1), y(e, 2), dx(e, 1);
  const auto forward = [&](FeatureMapView<const T> from, FeatureMapView<T> to) {
    logarithm ? kernels::log_softmax_forward(from, to) : kernels::softmax_forward(from, to);
  };
  const auto backward = [&](FeatureMapView<const T> given, FeatureMapView<T> to) {
    logarithm ? kernels::log_softmax_backward(y.view(), given, to)
              : kernels::softmax_backward(y.view(), given, to);
  };
  forward(in, y);
  require_map(y, expected, 5 * tolerance<T>);
  backward(gradient, dx);
  require_map(dx, expected_dx, sizeof(T) == 4 ? 1e-5 : 1e-6);
  forward(in, in);  // in place
  backward(gradient, gradient);
  require_map(in, y.plain(), 0);
  require_map(gradient, dx.plain(), 0);
}

}  // namespace

TEMPLATE_TEST_CASE("softmax and log-softmax: values and gradients", "[kernels][softmax]", float, double) {
  for (const Extents& e : {Extents{1, 1, 1, 1}, {3, 10, 1, 1}, {2, 7, 5, 3}, {3, 8, 2, 2}, {1, 17, 9, 8}})
    for (const bool logarithm : {false, true}) {
      check<TestType>(e, logarithm, 1);
      check<TestType>(e, logarithm, 1000);  // exp(1000) overflows both types
    }
}

TEMPLATE_TEST_CASE("softmax has the same bits on any number of threads", "[kernels][softmax]", float,
                   double) {
  using T = TestType;
  const Map<T> x(random_plain({5, 20, 40, 33}, 1));
  require_thread_invariant([&] {
    Map<T> y(Extents{5, 20, 40, 33});
    kernels::softmax_forward(x, y.view());
    kernels::log_softmax_backward(x, x, y.view());
    return y;
  });
}

}  // namespace lamina::test
