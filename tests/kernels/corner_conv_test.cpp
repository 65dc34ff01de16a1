#include "lamina/kernels/corner_conv.hpp"

#include "kernels/conv_cases.hpp"
#include "lamina/kernels/conv.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("a corner convolution is undone to rounding, in every corner", "[kernels]", float,
                   double) {
  using T = TestType;
  using kernels::Corner;
  for (const Corner corner : {Corner::top_left, Corner::top_right, Corner::bottom_left, Corner::bottom_right})
    for (const Index channels : {1, 3, 8, 13})
      for (const Index kernel : {1, 2, 3}) {
        const ConvGeometry g = kernels::corner_geometry(corner, channels, kernel);
        const ConvCase c{kernel == 2 ? 3 : 5, 6, 7, g};  // by diagonals, by samples
        INFO(c);
        const Array x = random_array(c.batch, channels, c.height, c.width, 1);
        Array w = random_array(channels, channels, kernel, kernel, 2);
        for (double& value : w.values) value *= 0.2;
        const Index row = kernels::is_bottom(corner) ? 0 : kernel - 1;
        const Index column = kernels::is_right(corner) ? 0 : kernel - 1;
        const auto own = [&](Index o, Index i) -> double& {
          return w.values[static_cast<std::size_t>(((o * channels + i) * kernel + row) * kernel + column)];
        };
        for (Index o = 0; o < channels; ++o)
          for (Index i = o; i < channels; ++i) own(o, i) = i == o ? 1 : 0;
        const auto weight = arena_weights<T>(w, g);
        const Extents extents{c.batch, channels, c.height, c.width};
        Map<T> y(extents, 1), back(extents, 2);
        kernels::conv_forward(Map<T>(plain(x)).view(), weight.data(), nullptr, y.view(), g);
        kernels::corner_conv_inverse(y.view(), weight.data(), corner, kernel, back.view());
        require_close(back.plain().values, x.values, sizeof(T) == 4 ? 1e-5 : 1e-12);
        REQUIRE(back.gap_untouched());
        // What the backward function solves is the transposed system, whose left side is the convolution's
        // own gradient; in place, too.
        Map<T> gradient(plain(x));
        kernels::corner_conv_inverse_backward(gradient.view(), weight.data(), corner, kernel,
                                              gradient.view());
        Map<T> transposed(extents);
        kernels::conv_backward_data(gradient.view(), weight.data(), transposed.view(), g);
        require_close(transposed.plain().values, x.values, sizeof(T) == 4 ? 1e-5 : 1e-12);
      }
}

}  // namespace lamina::test
