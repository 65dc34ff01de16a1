#include "lamina/kernels/pool_geometry.hpp"

#include "kernels/pool_reference.hpp"

namespace lamina::test {

using kernels::AdaptivePool;
using kernels::PoolGeometry;
using kernels::Taps;

TEST_CASE("extents of poolings are PyTorch's", "[kernels][pool_geometry]") {
  STATIC_REQUIRE(PoolGeometry{}.out_height(7) == 3);
  STATIC_REQUIRE(PoolGeometry{.ceil_mode = true}.out_height(7) == 4);
  STATIC_REQUIRE(PoolGeometry{3, 3, 2, 2}.out_height(112) == 55);
  STATIC_REQUIRE(PoolGeometry{3, 3, 2, 2, 1, 1, 0, 0, 0, 0, true}.out_width(112) == 56);  // GoogLeNet
  STATIC_REQUIRE(PoolGeometry{3, 3, 2, 2, 1, 1, 1, 1, 1, 1}.out_height(112) == 56);       // ResNet
  STATIC_REQUIRE(PoolGeometry{2, 2, 2, 2, 3, 3}.out_height(7) == 2);                      // dilation 3
  STATIC_REQUIRE(PoolGeometry{3, 3, 2, 2}.out_height(2) == 0);
  // Ceil mode adds no window that would begin in the right padding: 5 + 2 · 2 wide, the third would begin
  // at 7.
  STATIC_REQUIRE(PoolGeometry{4, 4, 3, 3, 1, 1, 2, 2, 2, 2, true}.out_width(5) == 3);
  STATIC_REQUIRE(PoolGeometry{2, 2, 3, 3, 1, 1, 1, 1, 1, 1, true}.out_width(5) == 2);
  STATIC_REQUIRE(PoolGeometry{1, 1, 2, 2, 1, 1, 0, 0, 0, 0, true}.out_width(4) == 2);
  STATIC_REQUIRE(AdaptivePool{6, 1}.out_height(13) == 6);
  STATIC_REQUIRE(AdaptivePool{6, 1}.out_width(13) == 1);
}

TEST_CASE("windows and divisors equal their definition", "[kernels][pool_geometry]") {
  const auto check_axis = [](const auto& g, const Extents& e) {
    for (Index o = 0; o < g.out_height(e.h); ++o) {
      const Taps taps = g.row_taps(o, e.h);
      const Window expected = row_window(g, o, e.h);
      std::vector<Index> inside;
      for (const Index h : expected.positions)
        if (h >= 0 && h < e.h) inside.push_back(h);
      REQUIRE(taps.count == static_cast<Index>(inside.size()));
      for (Index i = 0; i < taps.count; ++i)
        REQUIRE(taps.first + i * taps.step == inside[static_cast<std::size_t>(i)]);
      if (taps.step == 1) REQUIRE(g.row_divisor(o, e.h) == expected.divisor);
    }
  };
  for (const Extents& e : pool_maps()) {
    for (const PoolGeometry& g : poolings(true)) check_axis(g, e);
    for (const Index out : {1, 2, 3, 5, 7, 30}) check_axis(AdaptivePool{out, 1}, e);
  }
  STATIC_REQUIRE(PoolGeometry{3, 3, 1, 1, 4, 1}.row_taps(0, 3).count == 1);
  STATIC_REQUIRE(PoolGeometry{2, 2, 2, 2, 5, 1, 1, 0, 1, 0}.row_taps(0, 3).count == 0);  // steps over the map
}

TEST_CASE("poolings that cannot be are refused in words", "[kernels][pool_geometry]") {
  check(PoolGeometry{3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, 2, 2);
  REQUIRE_THROWS_WITH(check(PoolGeometry{3, 3, 2, 2}, 2, 7), containing("larger than the padded map"));
  REQUIRE_THROWS_WITH(check(PoolGeometry{0, 3, 2, 2}, 9, 9), containing("at least one row"));
  REQUIRE_THROWS_WITH(check(PoolGeometry{3, 3, 0, 2}, 9, 9), containing("start at 1"));
  REQUIRE_THROWS_WITH(check(PoolGeometry{3, 3, 2, 2, 1, 1, 2, 0, 0, 0}, 9, 9), containing("half the window"));
  REQUIRE_THROWS_WITH(check(PoolGeometry{3, 3, 2, 2, 1, 1, -1, 0, 0, 0}, 9, 9), containing("negative"));
}

}  // namespace lamina::test
