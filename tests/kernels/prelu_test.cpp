#include "lamina/kernels/prelu.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("rectifiers with learnt slopes: values and gradients", "[kernels][prelu]", float, double) {
  using T = TestType;
  using kernels::Slopes;
  for (const Extents& e : sweep())
    for (const Slopes slopes : {Slopes::per_channel, Slopes::one}) {
      const Index count = slopes == Slopes::one ? 1 : e.c;
      Plain x = random_plain(e, 1);
      x.values[0] = 0;  // takes the slope, PyTorch's choice
      const Plain dy = random_plain(e, 2), slope = random_plain({1, count}, 3),
                  before = random_plain({1, count}, 4);
      Plain y(e), dx(e), dslope = before;
      each(e, [&](Index n, Index c, Index h, Index w) {
        const double value = x(n, c, h, w), gradient = dy(n, c, h, w), s = slope.broadcast(0, c, 0, 0);
        y(n, c, h, w) = value > 0 ? value : s * value;
        dx(n, c, h, w) = value > 0 ? gradient : s * gradient;
        if (value <= 0) dslope(0, count == 1 ? 0 : c) += gradient * value;
      });
      Map<T> in(x, 1), gradient(dy, 1), slope_map(slope), out(e, 2), dx_map(e, 1), dslope_map(before);
      in.set_padding(T{0});
      gradient.set_padding(T{0});
      slope_map.set_padding(T{0});
      dslope_map.set_padding(T{0});
      kernels::prelu_forward(in, slope_map.view().data, slopes, out.view());
      require_map(out, y, tolerance<T>);
      kernels::prelu_backward(in, gradient, slope_map.view().data, slopes, dx_map.view(),
                              dslope_map.view().data);
      require_map(dx_map, dx, tolerance<T>);
      require_map(dslope_map, dslope, 10 * tolerance<T>);

      kernels::prelu_backward(in, gradient, slope_map.view().data, slopes, gradient.view(),
                              nullptr);  // in place
      require_map(gradient, dx_map.plain(), 0);
      kernels::prelu_forward(in, slope_map.view().data, slopes, in.view());
      require_map(in, out.plain(), 0);
    }
}

TEMPLATE_TEST_CASE("the gradient of a slope has the same bits on any number of threads, and none in padding",
                   "[kernels][prelu]", float, double) {
  using T = TestType;
  const Extents e{3, 21, 40, 33};
  const Map<T> x(random_plain(e, 1)), dy(random_plain(e, 2));  // with rubbish in padding lanes
  for (const auto slopes : {kernels::Slopes::per_channel, kernels::Slopes::one})
    require_thread_invariant([&] {
      Map<T> dslope(Plain({1, 21}));
      dslope.set_padding(T{0});
      kernels::prelu_backward(x, dy, nullptr, slopes, FeatureMapView<T>(), dslope.view().data);
      REQUIRE(dslope.padding_is(T{0}));
      return dslope;
    });
}

}  // namespace lamina::test
