#include "lamina/kernels/channel_pool.hpp"

#include <cmath>
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

TEMPLATE_TEST_CASE("a NaN among the channels is the maximum, and takes its gradient", "[kernels]", float,
                   double) {
  using T = TestType;
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  for (const Index channels : {3, 8, 20, 75})
    for (const Index at : {Index{0}, channels / 2, channels - 1}) {
      CAPTURE(channels, at);
      const Extents e{1, channels, 3, 5}, one{1, 1, 3, 5}, two{1, 2, 3, 5};
      Plain x = random_plain(e, 1);
      x(0, at, 1, 2) = nan;
      x(0, 0, 2, 0) = infinity;  // their sum is NaN, and none of them
      x(0, channels - 1, 2, 0) = -infinity;
      const Map<T> in(x, 1), gates(Plain(Extents{1, channels, 1, 1}, 1)), dy(Plain(one, 1));
      Map<T> most(one), both(two), gated(two), dx(e);
      kernels::channel_max_forward(in, most.view());
      kernels::channel_mean_max_forward<T>(in, both.view(), 0);
      kernels::channel_mean_max_forward<T>(in, gates, gated.view(), 0);
      each(one, [&](Index, Index, Index h, Index w) {
        const bool is_nan = h == 1 && w == 2;
        REQUIRE(std::isnan(most.view()(0, 0, h, w)) == is_nan);
        REQUIRE(std::isnan(both.view()(0, 1, h, w)) == is_nan);
        REQUIRE(std::isnan(gated.view()(0, 1, h, w)) == is_nan);
      });
      REQUIRE(most.view()(0, 0, 2, 0) == static_cast<T>(infinity));
      kernels::channel_max_backward(in, most, dy, dx.view());
      REQUIRE(dx.view()(0, at, 1, 2) == 1);
    }
}

}  // namespace lamina::test
