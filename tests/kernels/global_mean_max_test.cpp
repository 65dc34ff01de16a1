#include "lamina/kernels/global_mean_max.hpp"

#include <limits>

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("means and maxima over pixels from one read", "[kernels]", float, double) {
  using T = TestType;
  for (const Extents& e : {Extents{2, 3, 1, 1}, Extents{1, 17, 5, 7}, Extents{2, 9, 16, 16},
                           Extents{1, 8, 1, 129}, Extents{1, 20, 40, 41}}) {
    CAPTURE(e.c, e.h, e.w);
    const Map<T> x(random_plain(e, 1), 1);
    const Extents one{e.n, e.c, 1, 1}, two{e.n, e.c, 1, 2};
    Map<T> mean(one), most(one), both(two, 2);
    kernels::global_average_pool_forward<T>(x.view(), mean.view());
    kernels::global_max_pool_forward<T>(x.view(), most.view());
    kernels::global_mean_max_forward<T>(x.view(), both.view());
    const Plain means = mean.plain(), maxima = most.plain(), got = both.plain();
    for (Index n = 0; n < e.n; ++n)
      for (Index c = 0; c < e.c; ++c) {
        require_close(got(n, c, 0, 0), means(n, c, 0, 0), tolerance<T>);
        REQUIRE(got(n, c, 0, 1) == maxima(n, c, 0, 0));
      }
    REQUIRE(both.gap_untouched());
  }
}

TEST_CASE("a NaN among the pixels is the maximum", "[kernels]") {
  Plain plain(Extents{1, 2, 20, 20});
  plain(0, 1, 13, 7) = std::numeric_limits<double>::quiet_NaN();
  const Map<double> x(plain);
  Map<double> both(Extents{1, 2, 1, 2});
  kernels::global_mean_max_forward<double>(x.view(), both.view());
  REQUIRE(both.plain()(0, 0, 0, 1) == 0);
  REQUIRE(std::isnan(both.plain()(0, 1, 0, 1)));
}

}  // namespace lamina::test
