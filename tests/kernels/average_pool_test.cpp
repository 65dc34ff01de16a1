#include "lamina/kernels/average_pool.hpp"

#include "kernels/pool_reference.hpp"

namespace lamina::test {
namespace {

template <class T, class Geometry> void check(const Geometry& g, const Extents& e) {
  const Plain x = random_plain(e, 1), dy = random_plain(pooled(g, e), 2);
  Map<T> in(x, 1), gradient(dy, 1), y(dy.extents, 2), dx(e, 1);
  in.set_padding(T{0});
  gradient.set_padding(T{0});
  kernels::average_pool_forward(g, in, y.view());
  require_map(y, average_pool_reference(g, x), tolerance<T>);
  kernels::average_pool_backward(g, gradient, dx.view());
  require_map(dx, average_pool_gradient(g, e, dy), tolerance<T>);
}

}  // namespace

TEMPLATE_TEST_CASE("average pooling and its gradient", "[kernels][average_pool]", float, double) {
  for (const Extents& e : pool_maps())
    for (const kernels::PoolGeometry& g : poolings(false)) {
      if (g.out_height(e.h) <= 0 || g.out_width(e.w) <= 0) continue;
      CAPTURE(g.kernel_height, g.kernel_width, g.stride_height, g.pad_top, g.ceil_mode, g.count_include_pad);
      check<TestType>(g, e);
    }
}

TEMPLATE_TEST_CASE("adaptive average pooling and its gradient", "[kernels][average_pool]", float, double) {
  for (const Extents& e : pool_maps())
    for (const kernels::AdaptivePool& g : {kernels::AdaptivePool{1, 1}, {2, 3}, {7, 7}, {13, 1}})
      check<TestType>(g, e);
}

TEMPLATE_TEST_CASE("the mean of whole maps and its gradient", "[kernels][average_pool]", float, double) {
  using T = TestType;
  for (const Extents& e : {Extents{1, 1, 1, 1}, {3, 7, 1, 1}, {3, 17, 9, 8}, {1, 16, 31, 33}, {2, 3, 1, 2}}) {
    const Plain x = random_plain(e, 1), dy = random_plain({e.n, e.c}, 2);
    const kernels::AdaptivePool whole{1, 1};
    Map<T> in(x, 1), gradient(dy, 1);
    in.set_padding(T{0});
    gradient.set_padding(T{0});
    Map<T> y(Extents{e.n, e.c}, 1), dx(e, 1);
    kernels::global_average_pool_forward(in, y.view());
    kernels::global_average_pool_backward(gradient, dx.view());
    require_map(y, average_pool_reference(whole, x), tolerance<T>);
    require_map(dx, average_pool_gradient(whole, e, dy), tolerance<T>);
  }
}

TEST_CASE("the mean of a large map keeps its digits in float", "[kernels][average_pool]") {
  const Extents e{1, 8, 1000, 1000};
  Map<float> x(Plain(e, double{0.1f}));
  Map<float> y(Extents{1, 8});
  kernels::global_average_pool_forward(x, y.view());
  require_close(y.plain().values, Plain({1, 8}, double{0.1f}).values, 1e-7);
}

TEMPLATE_TEST_CASE("average pooling has the same bits on any number of threads", "[kernels][average_pool]",
                   float, double) {
  using T = TestType;
  const Map<T> x(random_plain({3, 20, 70, 61}, 1));
  const kernels::PoolGeometry g{3, 3, 2, 2, 1, 1, 1, 1, 1, 1};
  const Extents out = pooled(g, {3, 20, 70, 61});
  require_thread_invariant([&] {
    Map<T> y(out);
    kernels::average_pool_forward(g, x, y.view());
    return y;
  });
  const Map<T> dy(random_plain(out, 2));
  require_thread_invariant([&] {
    Map<T> dx(Extents{3, 20, 70, 61});
    kernels::average_pool_backward(g, dy, dx.view());
    return dx;
  });
}

}  // namespace lamina::test
