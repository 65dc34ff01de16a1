#include "lamina/kernels/partial_conv.hpp"

#include "kernels/conv_cases.hpp"

namespace lamina::test {

namespace {

/// Zeros and ones, of which about `share` are ones.
Array random_mask(Index n, Index c, Index h, Index w, double share, std::uint64_t stream) {
  Array mask = random_array(n, c, h, w, stream);
  for (double& m : mask.values) m = m < 2 * share - 1 ? 1 : 0;
  return mask;
}

std::vector<ConvCase> partial_cases() {
  return {{2, 5, 6, square(3, 10, 3, 1, 1)},
          {1, 6, 5, square(9, 4, 3, 2, 1)},
          {2, 7, 7, square(2, 9, 2, 1, 1)},
          {1, 7, 6, square(4, 3, 3, 1, 2, 2)},
          {2, 4, 5, grouped(square(6, 9, 3, 1, 1), 3)},
          {2, 5, 4, grouped(square(9, 9, 3, 1, 1), 9)},
          {2, 1, 1, square(3, 8, 3, 1, 3)}};
}

/// What is defined, in plain loops: for every output f(sample, row, column, ratio).
template <class F> void for_each_window(const ConvCase& c, const Array& mask, F f) {
  const ConvGeometry& g = c.geometry;
  for (Index n = 0; n < c.batch; ++n)
    for (Index row = 0; row < c.out_height(); ++row)
      for (Index column = 0; column < c.out_width(); ++column) {
        double sum = 0;
        for (Index u = 0; u < g.kernel_height; ++u)
          for (Index v = 0; v < g.kernel_width; ++v) {
            const Index h = row * g.stride_height - g.pad_top + u * g.dilation_height,
                        w = column * g.stride_width - g.pad_left + v * g.dilation_width;
            if (h < 0 || h >= c.height || w < 0 || w >= c.width) continue;
            for (Index k = 0; k < mask.c; ++k) sum += mask(n, k, h, w);
          }
        f(n, row, column, sum > 0 ? static_cast<double>(g.taps() * mask.c) / sum : 0);
      }
}

}  // namespace

TEMPLATE_TEST_CASE("partial convolution and its gradients against their definition", "[kernels]", float,
                   double) {
  using T = TestType;
  for (const ConvCase& c : partial_cases())
    for (const bool wide_mask : {false, true}) {
      const ConvGeometry& g = c.geometry;
      if (wide_mask && g.groups > 1) continue;
      INFO(c << ", mask of " << (wide_mask ? "all channels" : "one channel"));
      const Index out_height = c.out_height(), out_width = c.out_width();
      const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
      const Array w =
          random_array(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width, 2);
      const Array dy = random_array(c.batch, g.out_channels, out_height, out_width, 3);
      const Array mask = random_mask(c.batch, wide_mask ? g.in_channels : 1, c.height, c.width, 0.3, 4);
      const auto b = random_bias(g.out_channels);

      Array seen = x, scaled = dy;
      each({x.n, x.c, x.h, x.w},
           [&](Index n, Index i, Index h, Index v) { seen(n, i, h, v) *= mask(n, wide_mask ? i : 0, h, v); });
      Array y = kernels::reference::conv_forward(seen, w, {}, g);
      std::vector<double> db(b.size(), 0.0);
      for_each_window(c, mask, [&](Index n, Index row, Index column, double ratio) {
        for (Index o = 0; o < g.out_channels; ++o) {
          const auto channel = static_cast<std::size_t>(o);
          y(n, o, row, column) = ratio == 0 ? 0 : ratio * y(n, o, row, column) + b[channel];
          scaled(n, o, row, column) *= ratio;
          if (ratio != 0) db[channel] += dy(n, o, row, column);
        }
      });
      Array dx = kernels::reference::conv_backward_data(scaled, w, c.height, c.width, g);
      each({x.n, x.c, x.h, x.w},
           [&](Index n, Index i, Index h, Index v) { dx(n, i, h, v) *= mask(n, wide_mask ? i : 0, h, v); });
      const Array dw = kernels::reference::conv_backward_weights(seen, scaled, g);

      const double tolerance = 16 * sum_tolerance<T>(g.in_channels * g.taps() * out_height * out_width);
      const auto weight = arena_weights<T>(w, g);
      const auto bias = arena_bias<T>(b);
      Map<T> x_map(plain(x), 1), mask_map(plain(mask)), dy_map(plain(dy));
      Map<T> y_map(Extents{c.batch, g.out_channels, out_height, out_width}, 1);
      kernels::partial_conv_forward(x_map.view(), mask_map.view(), weight.data(), bias.data(), y_map.view(),
                                    g);
      require_close(y_map.plain().values, y.values, tolerance);
      REQUIRE(y_map.gap_untouched());

      Map<T> dx_map(plain(x));
      kernels::partial_conv_backward_data(dy_map.view(), mask_map.view(), weight.data(), dx_map.view(), g,
                                          true);
      for (std::size_t i = 0; i < dx.values.size(); ++i) dx.values[i] += x.values[i];
      require_close(dx_map.plain().values, dx.values, tolerance);

      Storage<T> dweight(weight.size()), dbias(bias.size());
      kernels::partial_conv_backward_weights(x_map.view(), mask_map.view(), dy_map.view(), dweight.data(),
                                             dbias.data(), g);
      require_close(logical_weights(dweight, g).values, dw.values, tolerance);
      require_close(std::vector<double>(dbias.begin(), dbias.begin() + g.out_channels), db, tolerance);
    }
}

TEST_CASE("with a mask of ones, partial convolution is the one of the border", "[kernels]") {
  for (const ConvCase& c : partial_cases()) {
    const ConvGeometry g = c.geometry, at_border = bordered(g, Border::partial);
    INFO(c);
    const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
    const Array w =
        random_array(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width, 2);
    const auto weight = arena_weights<double>(w, g);
    const auto bias = arena_bias<double>(random_bias(g.out_channels));
    const Extents out{c.batch, g.out_channels, c.out_height(), c.out_width()};
    Map<double> x_map(plain(x)), mask(Plain({c.batch, 1, c.height, c.width}, 1)), y(out), expected(out);
    kernels::partial_conv_forward(x_map.view(), mask.view(), weight.data(), bias.data(), y.view(), g);
    kernels::conv_forward(x_map.view(), weight.data(), bias.data(), expected.view(), at_border);
    require_close(y.plain().values, expected.plain().values, 1e-12);
  }
}

TEST_CASE("ratios and the updated mask of known windows", "[kernels]") {
  // 7×7, stride 2, padding 3: at a corner 16 of 49 taps are inside.
  Map<float> mask(Plain({1, 1, 14, 14}, 1)), ratio({1, 1, 7, 7}), updated({1, 1, 7, 7});
  const ConvGeometry g = square(1, 1, 7, 2, 3);
  kernels::partial_conv_ratio(mask.view(), g, ratio.view());
  REQUIRE(ratio.view()(0, 0, 0, 0) == 3.0625f);
  REQUIRE(ratio.view()(0, 0, 3, 3) == 1);
  REQUIRE(ratio.padding_is(0));

  for (Index r = 0; r < 14; ++r)
    for (Index c = 0; c < 14; ++c) mask.view()(0, 0, r, c) = r == 13 && c == 13 ? 1.f : 0.f;
  kernels::partial_conv_ratio(mask.view(), g, ratio.view());
  kernels::update_mask(mask.view(), g, updated.view());
  for (Index r = 0; r < 7; ++r)
    for (Index c = 0; c < 7; ++c) {
      const bool sees = 2 * r + 3 >= 13 && 2 * c + 3 >= 13;
      REQUIRE(ratio.view()(0, 0, r, c) == (sees ? 49.f : 0.f));
      REQUIRE(updated.view()(0, 0, r, c) == (sees ? 1.f : 0.f));
    }
}

}  // namespace lamina::test
