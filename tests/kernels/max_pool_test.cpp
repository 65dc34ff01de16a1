#include "lamina/kernels/max_pool.hpp"

#include "kernels/pool_reference.hpp"

namespace lamina::test {
namespace {

/// Values from a handful of numbers, so that windows hold ties.
Plain with_ties(const Extents& e) {
  Plain x = random_plain(e, 1);
  for (double& value : x.values) value = std::floor(value * 4);
  return x;
}

template <class T, class Geometry> void check(const Geometry& g, const Plain& x) {
  const Extents out = pooled(g, x.extents);
  const Plain dy = random_plain(out, 2);
  Map<T> in(x, 1), gradient(dy, 1), y(out, 2), dx(x.extents, 1);
  in.set_padding(T{0});
  kernels::max_pool_forward(g, in, y.view());
  require_map(y, max_pool_reference(g, x), 0);
  gradient.set_padding(T{0});
  kernels::max_pool_backward(g, in, y, gradient, dx.view());
  require_map(dx, max_pool_gradient(g, x, dy), tolerance<T>);
}

}  // namespace

TEMPLATE_TEST_CASE("max pooling and its gradient", "[kernels][max_pool]", float, double) {
  for (const Extents& e : pool_maps()) {
    for (const kernels::PoolGeometry& g : poolings(true)) {
      if (g.out_height(e.h) <= 0 || g.out_width(e.w) <= 0) continue;
      CAPTURE(g.kernel_height, g.kernel_width, g.stride_height, g.pad_top, g.ceil_mode, g.dilation_height);
      check<TestType>(g, random_plain(e, 1));
      check<TestType>(g, with_ties(e));
    }
    for (const kernels::AdaptivePool& g : {kernels::AdaptivePool{1, 1}, {2, 3}, {7, 5}})
      check<TestType>(g, with_ties(e));
  }
}

TEMPLATE_TEST_CASE("the maximum of whole maps and its gradient", "[kernels][max_pool]", float, double) {
  using T = TestType;
  for (const Extents& e : sweep()) {
    const Plain x = with_ties(e), dy = random_plain({e.n, e.c}, 2);
    const kernels::AdaptivePool whole{1, 1};
    const Map<T> in(x, 1), gradient(dy, 1);
    Map<T> y(Extents{e.n, e.c}, 1), dx(e, 1);
    kernels::global_max_pool_forward(in, y.view());
    kernels::global_max_pool_backward(in, y, gradient, dx.view());
    require_close(y.plain().values, max_pool_reference(whole, x).values, 0);
    require_close(dx.plain().values, max_pool_gradient(whole, x, dy).values, tolerance<T>);
  }
}

TEMPLATE_TEST_CASE("NaN comes through a max pooling, with its gradient", "[kernels][max_pool]", float,
                   double) {
  using T = TestType;
  for (const kernels::PoolGeometry& g :
       {kernels::PoolGeometry{}, {3, 3, 3, 3}, {2, 2, 2, 2, 1, 1, 1, 1, 1, 1}})
    for (Index at = 0; at < 36; ++at) {
      Plain x = random_plain({1, 3, 6, 6}, 1);
      x(0, 1, at / 6, at % 6) = std::nan("");
      const Map<T> in(x);
      const Extents out = pooled(g, x.extents);
      const Map<T> dy(Plain(out, 1));
      Map<T> y(out), dx(x.extents);
      kernels::max_pool_forward(g, in, y.view());
      kernels::max_pool_backward(g, in, y, dy, dx.view());
      int windows_with_nan = 0;
      each(out, [&](Index n, Index c, Index oh, Index ow) {
        bool expected = false;
        each_in_window(g, x.extents, oh, ow,
                       [&](Index h, Index w) { expected |= std::isnan(x(n, c, h, w)); });
        REQUIRE(std::isnan(y.view()(n, c, oh, ow)) == expected);
        windows_with_nan += expected;
      });
      REQUIRE(dx.view()(0, 1, at / 6, at % 6) == static_cast<T>(windows_with_nan));  // theirs go to it
      double total = 0;
      for (const double value : dx.plain().values) total += value;
      REQUIRE(total == static_cast<double>(out.count()));  // every window gave its gradient to one element
    }
}

TEMPLATE_TEST_CASE("max pooling has the same bits on any number of threads", "[kernels][max_pool]", float,
                   double) {
  using T = TestType;
  const Map<T> x(random_plain({3, 20, 70, 61}, 1));
  for (const kernels::PoolGeometry& g : {kernels::PoolGeometry{}, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1}}) {
    const Extents out = pooled(g, {3, 20, 70, 61});
    Map<T> y(out);
    const Map<T> dy(random_plain(out, 2));
    require_thread_invariant([&] {
      kernels::max_pool_forward(g, x, y.view());
      Map<T> dx(Extents{3, 20, 70, 61});
      kernels::max_pool_backward(g, x, y, dy, dx.view());
      return dx;
    });
  }
}

}  // namespace lamina::test
