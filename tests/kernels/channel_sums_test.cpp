#include "lamina/kernels/channel_sums.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("channel sums are added to what is there, and to no padding lane", "[kernels]", float,
                   double) {
  using T = TestType;
  for (const Extents& e : sweep()) {
    CAPTURE(e.n, e.c, e.h, e.w);
    const Plain x = random_plain(e, 1);
    const Map<T> map(x, 1);
    Plain expected(Extents{1, e.c}, 0.5);
    each(e, [&](Index n, Index c, Index h, Index w) { expected(0, c) += x(n, c, h, w); });
    Map<T> sums(Plain(Extents{1, e.c}, 0.5));
    sums.set_padding(T{0});
    kernels::add_channel_sums<T>(map.view(), sums.view().data);
    require_map(sums, expected, 10 * tolerance<T>);
  }
}

}  // namespace lamina::test
