#include "lamina/kernels/layout.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("images become blocked maps and come back", "[kernels][layout]", float, double) {
  using T = TestType;
  std::vector<Extents> all = sweep();
  for (const Index channels : {1, 2, 3, 4, 11}) all.push_back({2, channels, 70, 65});  // several pieces
  for (const Extents& e : all) {
    const Plain x = random_plain(e, 1);
    const std::vector<T> image(x.values.begin(), x.values.end());
    Map<T> map(e, 1);
    kernels::image_to_blocked({image.data(), e.n, e.c, e.h, e.w}, map.view());
    require_map(map, x, 0);
    std::vector<T> back(image.size());
    kernels::blocked_to_image(map.view(), FeatureMapView<T, 1>(back.data(), e.n, e.c, e.h, e.w));
    REQUIRE(back == image);
  }
}

TEMPLATE_TEST_CASE("flatten orders features by channel, row and column", "[kernels][layout]", float, double) {
  using T = TestType;
  for (const Extents& e : sweep()) {
    const Plain x = random_plain(e, 2);
    const Map<T> map(x, 1);
    const Extents flat{e.n, e.c * e.h * e.w};
    Plain expected(flat);
    expected.values = x.values;
    Map<T> vector(flat, 2);
    kernels::flatten(map, vector.view());
    require_map(vector, expected, 0);
    Map<T> back(e, 1);
    kernels::unflatten(vector, back.view());
    require_map(back, x, 0);
  }
}

}  // namespace lamina::test
