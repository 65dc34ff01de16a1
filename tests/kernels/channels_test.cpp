#include "lamina/kernels/channels.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("a range of channels moves between any offsets", "[kernels][channels]", float, double) {
  using T = TestType;
  for (const Index count : {1, 3, 7, 8, 13, 16, 17})
    for (const Index src_first : {0, 1, 5, 8, 11})
      for (const Index dst_first : {0, 2, 7, 8, 16})
        for (const Index behind : {0, 1, 9}) {
          const Extents in{2, src_first + count + behind, 3, 2}, out{2, dst_first + count + behind, 3, 2};
          const Plain x = random_plain(in, 1), before = random_plain(out, 2);
          const Map<T> src(x, 1);
          Map<T> copied(before, 2), added(before, 1);
          added.set_padding(T{0});
          if (behind > 0) copied.set_padding(T{0});
          kernels::copy_channels(src, src_first, copied.view(), dst_first, count);
          kernels::accumulate_channels(src, src_first, added.view(), dst_first, count);
          Plain expected = before, expected_sum = before;
          each(Extents{2, count, 3, 2}, [&](Index n, Index c, Index h, Index w) {
            expected(n, dst_first + c, h, w) = x(n, src_first + c, h, w);
            expected_sum(n, dst_first + c, h, w) += x(n, src_first + c, h, w);
          });
          CAPTURE(count, src_first, dst_first, behind);
          require_map(copied, expected, 0);  // padding becomes zero where the range ends the map
          require_map(added, expected_sum, tolerance<T>);
        }
}

TEST_CASE("moving no channels is nothing", "[kernels][channels]") {
  const Map<float> src(random_plain({1, 3, 2, 2}, 1));
  const Plain before = random_plain({1, 5, 2, 2}, 2);
  Map<float> dst(before);
  kernels::copy_channels(src, 3, dst.view(), 5, 0);
  require_close(dst.plain().values, before.values, 0);
}

TEMPLATE_TEST_CASE("channel shuffle transposes groups, and back", "[kernels][channels]", float, double) {
  using T = TestType;
  struct Case {
    Index channels, groups;
  };
  for (const Case& k : {Case{12, 3}, {17, 17}, {16, 2}, {30, 5}, {7, 1}}) {
    const Index columns = k.channels / k.groups;
    const Extents e{2, k.channels, 3, 5};
    const Plain x = random_plain(e, 1);
    const Map<T> in(x, 1);
    Map<T> out(e, 1), back(e, 1);
    kernels::channel_shuffle(in, out.view(), k.groups);
    Plain expected(e);
    each(e, [&](Index n, Index c, Index h, Index w) {
      expected(n, c % columns * k.groups + c / columns, h, w) = x(n, c, h, w);
    });
    require_map(out, expected, 0);
    kernels::channel_shuffle(out, back.view(), columns);
    require_map(back, x, 0);
  }
}

TEMPLATE_TEST_CASE("pixel shuffle trades channels for pixels, and back", "[kernels][channels]", float,
                   double) {
  using T = TestType;
  for (const Index r : {1, 2, 3})
    for (const Index c : {1, 3, 8, 13}) {
      const Extents small{2, c * r * r, 3, 5}, large{2, c, 3 * r, 5 * r};
      const Plain x = random_plain(small, 1);
      const Map<T> in(x, 1);
      Map<T> out(large, 1), back(small, 2);
      kernels::pixel_shuffle(in, out.view(), r);
      Plain expected(large);
      each(large, [&](Index n, Index channel, Index h, Index w) {
        expected(n, channel, h, w) = x(n, channel * r * r + h % r * r + w % r, h / r, w / r);
      });
      require_map(out, expected, 0);
      kernels::pixel_unshuffle(out, back.view(), r);
      require_map(back, x, 0);
    }
}

}  // namespace lamina::test
