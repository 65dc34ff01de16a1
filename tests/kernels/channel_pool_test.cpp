#include "lamina/kernels/channel_pool.hpp"

#include <limits>

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("pooling over channels: values and gradients", "[kernels]", float, double) {
  using T = TestType;
  for (const Extents& e : sweep()) {
    Plain x = random_plain(e, 1);
    if (e.c > 2) x.values[0] = x.values[static_cast<std::size_t>(e.h * e.w)] = 2;  // a tie goes to the first
    const Extents one{e.n, 1, e.h, e.w};
    const Plain dy = random_plain(one, 2);
    Plain mean(one), most(one, -std::numeric_limits<double>::infinity()), d_mean(e), d_most(e);
    each(e, [&](Index n, Index c, Index h, Index w) {
      mean(n, 0, h, w) += x(n, c, h, w) / static_cast<double>(e.c);
      most(n, 0, h, w) = std::max(most(n, 0, h, w), x(n, c, h, w));
      d_mean(n, c, h, w) = dy(n, 0, h, w) / static_cast<double>(e.c);
    });
    each(one, [&](Index n, Index, Index h, Index w) {
      Index c = 0;
      while (x(n, c, h, w) != most(n, 0, h, w)) ++c;
      d_most(n, c, h, w) = dy(n, 0, h, w);
    });
    const Map<T> in(x, 1), gradient(dy);
    Map<T> y(one, 2), dx(e, 1);
    kernels::channel_mean_forward(in, y.view());
    require_map(y, mean, tolerance<T>);
    kernels::channel_mean_backward(gradient, dx.view());
    require_map(dx, d_mean, tolerance<T>);
    kernels::channel_max_forward(in, y.view());
    require_map(y, most, 0);
    kernels::channel_max_backward(in, y, gradient, dx.view());
    require_map(dx, d_most, 0);
    for (const Index mean_channel : {0, 1}) {
      const Extents two{e.n, 2, e.h, e.w};
      Plain both(two);
      each(one, [&](Index n, Index, Index h, Index w) {
        both(n, mean_channel, h, w) = mean(n, 0, h, w);
        both(n, 1 - mean_channel, h, w) = most(n, 0, h, w);
      });
      Map<T> pair(two, 2);
      kernels::channel_mean_max_forward(in, pair.view(), mean_channel);
      require_map(pair, both, tolerance<T>);

      // Gated: the same of the product.
      const Plain gates = random_plain({e.n, e.c, 1, 1}, 5);
      Plain product(e);
      each(e, [&](Index n, Index c, Index h, Index w) {
        product(n, c, h, w) = x(n, c, h, w) * gates(n, c, 0, 0);
      });
      const Map<T> gated(product), in_gates(gates);
      Map<T> expected(two);
      kernels::channel_mean_max_forward(gated, expected.view(), mean_channel);
      kernels::channel_mean_max_forward(in, in_gates, pair.view(), mean_channel);
      require_map(pair, expected.plain(), tolerance<T>);
    }
  }
}

}  // namespace lamina::test
