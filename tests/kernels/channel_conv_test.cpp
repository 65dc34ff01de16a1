#include "lamina/kernels/channel_conv.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("convolution along channels: values and gradients", "[kernels]", float, double) {
  using T = TestType;
  for (const Index channels : {1, 2, 7, 8, 9, 33})
    for (const Index taps : {1, 3, 5, 9}) {
      const Extents e{3, channels};
      const Plain x = random_plain(e, 1), dy = random_plain(e, 2), weight = random_plain({1, taps}, 3),
                  before = random_plain({1, taps}, 4);
      Plain y(e), dx(e), dweight = before;
      each(e, [&](Index n, Index c, Index, Index) {
        for (Index t = 0; t < taps; ++t) {
          const Index from = c + t - (taps - 1) / 2;
          if (from < 0 || from >= channels) continue;
          y(n, c) += weight(0, t) * x(n, from);
          dx(n, from) += weight(0, t) * dy(n, c);
          dweight(0, t) += dy(n, c) * x(n, from);
        }
      });
      const Map<T> in(x, 1), gradient(dy, 2);
      std::vector<T> w(weight.values.begin(), weight.values.end());
      std::vector<T> dw(before.values.begin(), before.values.end());
      Map<T> out(e, 1), dx_map(e);
      kernels::channel_conv_forward(in, w.data(), taps, out.view());
      require_map(out, y, tolerance<T>);
      kernels::channel_conv_backward(in, gradient, w.data(), taps, dx_map.view(), dw.data());
      require_map(dx_map, dx, tolerance<T>);
      require_close(std::vector<double>(dw.begin(), dw.end()), dweight.values, 10 * tolerance<T>);
      kernels::channel_conv_backward(in, gradient, w.data(), taps, FeatureMapView<T>{}, dw.data());
      kernels::channel_conv_backward(in, gradient, w.data(), taps, dx_map.view(), nullptr);
      require_map(dx_map, dx, tolerance<T>);
    }
}

}  // namespace lamina::test
