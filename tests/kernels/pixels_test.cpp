#include "lamina/kernels/pixels.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("sums and maxima over the channels of each pixel", "[kernels][pixels]", float, double) {
  using T = TestType;
  for (const Extents& e : {Extents{1, 1, 1, 1},
                           {3, 3, 1, 1},
                           {2, 13, 9, 16},
                           {1, 17, 8, 8},
                           {3, 8, 1, 65},
                           {2, 75, 3, 23},
                           {1, 152, 2, 9}}) {
    const Plain x = random_plain(e, 1);
    const Map<T> map(x, 1);
    const FeatureMapView<const T> view = map;
    std::vector<T> sums(static_cast<std::size_t>(e.n * e.h * e.w), T{99}), maxima = sums;
    std::vector<int> visits(sums.size());
    kernels::detail::for_each_pixels(view, [&](Index n, Index first, Index count) {
      REQUIRE(count <= kernels::detail::pixels_at_once);
      const auto at = [&](Index block) { return kernels::detail::pixels_from(view, n, block, first); };
      const Index to = n * e.h * e.w + first;
      kernels::detail::sum_channels<T>(view, count, at, sums.data() + to);
      kernels::detail::max_channels<T>(view, count, at, maxima.data() + to);
      for (Index p = 0; p < count; ++p) ++visits[static_cast<std::size_t>(to + p)];
    });
    Plain expected_sums({e.n, 1, e.h, e.w}), expected_maxima({e.n, 1, e.h, e.w}, -10);
    each(e, [&](Index n, Index c, Index h, Index w) {
      expected_sums(n, 0, h, w) += x(n, c, h, w);
      expected_maxima(n, 0, h, w) = std::max(expected_maxima(n, 0, h, w), x(n, c, h, w));
    });
    require_close(sums, expected_sums.values, 5 * tolerance<T>);
    require_close(maxima, expected_maxima.values, 0);
    REQUIRE(std::all_of(visits.begin(), visits.end(), [](int count) { return count == 1; }));
  }
}

}  // namespace lamina::test
