#include "lamina/kernels/moments.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("means and squared deviations of each sample's channels", "[kernels][moments]", float,
                   double) {
  using T = TestType;
  for (const Extents& e : sweep()) {
    Plain x = random_plain(e, 1);
    for (double& value : x.values) value += 100;  // a mean far from 0 must not eat the variance
    const Map<T> map(x, 1);
    Map<T> mean(Extents{e.n, e.c}), deviations(Extents{e.n, e.c});
    kernels::detail::channel_moments<T>(map, mean.view().data, deviations.view().data);
    Plain means(Extents{e.n, e.c}), squares(Extents{e.n, e.c});
    const auto rounded = map.plain();
    each(e, [&](Index n, Index c, Index h, Index w) {
      means(n, c) += rounded(n, c, h, w) / static_cast<double>(e.h * e.w);
    });
    each(e, [&](Index n, Index c, Index h, Index w) {
      squares(n, c) += std::pow(rounded(n, c, h, w) - means(n, c), 2);
    });
    require_close(mean.plain().values, means.values, tolerance<T>);
    require_close(deviations.plain().values, squares.values, 20 * tolerance<T>);
  }
}

TEMPLATE_TEST_CASE("two sums over the pixels of each channel at a time", "[kernels][moments]", float,
                   double) {
  using T = TestType;
  using V = simd::Vector<T>;
  for (const Extents& e : sweep()) {
    const Plain x = random_plain(e, 1);
    const Map<T> map(x, 1);
    Map<T> sums(Extents{e.n, e.c}), squares(Extents{e.n, e.c});
    kernels::detail::channel_sums<T>(
        map,
        [&](Index n, Index block) {
          return [x_at = kernels::detail::pixels_from(map.view(), n, block, 0)](Index p) {
            return kernels::detail::Pair<V>{x_at(p), x_at(p) * x_at(p)};
          };
        },
        sums.view().data, squares.view().data);
    Plain expected(Extents{e.n, e.c}), expected_squares(Extents{e.n, e.c});
    each(e, [&](Index n, Index c, Index h, Index w) {
      expected(n, c) += x(n, c, h, w);
      expected_squares(n, c) += x(n, c, h, w) * x(n, c, h, w);
    });
    require_close(sums.plain().values, expected.values, 5 * tolerance<T>);
    require_close(squares.plain().values, expected_squares.values, 5 * tolerance<T>);
  }
}

}  // namespace lamina::test
