#include "lamina/kernels/conv_epilogue.hpp"

#include "kernels/conv_cases.hpp"
#include "lamina/kernels/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina::test {

static_assert(kernels::no_epilogue{}(3.5) == 3.5);

TEST_CASE("An epilogue is applied to every output, once, after the bias", "[kernels]") {
  const auto epilogue = [](auto v) { return v * v + v; };
  for (const ConvCase& c :
       {ConvCase{2, 5, 6, square(9, 10, 3, 1, 1)}, ConvCase{1, 14, 14, square(1, 8, 3)},
        ConvCase{2, 5, 6, square(9, 17, 3, 1, 1)}, ConvCase{2, 5, 10, grouped(square(9, 9, 3, 1, 1), 9)},
        ConvCase{2, 5, 6, bordered(square(9, 9, 3, 1, 1), Border::reflect)},
        ConvCase{2, 5, 6, bordered(square(9, 9, 3, 1, 2), Border::partial)}}) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
    const Array w =
        random_array(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width, 2);
    const std::vector<double> bias = random_bias(g.out_channels);
    for (const bool biased : {true, false}) {
      Array expected = kernels::reference::conv_forward(x, w, biased ? bias : std::vector<double>{}, g);
      for (double& value : expected.values) value = epilogue(value);
      Map<double> y(Extents{c.batch, g.out_channels, c.out_height(), c.out_width()}, 1);
      kernels::conv_forward(Map<double>(plain(x)).view(), arena_weights<double>(w, g).data(),
                            biased ? arena_bias<double>(bias).data() : nullptr, y.view(), g, epilogue);
      require_close(y.plain().values, expected.values, 1e-12);
      REQUIRE(y.gap_untouched());
    }
  }
}

TEST_CASE("Scalar function objects are epilogues", "[kernels]") {
  const ConvGeometry g = square(3, 9, 3, 1, 1);
  const Array x = random_array(1, 3, 6, 13, 1), w = random_array(9, 3, 3, 3, 2);
  Array expected = kernels::reference::conv_forward(x, w, {}, g);
  for (double& value : expected.values) value = std::max(value, 0.0);
  Map<double> y(Extents{1, 9, 6, 13});
  kernels::conv_forward(Map<double>(plain(x)).view(), arena_weights<double>(w, g).data(), nullptr, y.view(),
                        g, relu);
  require_close(y.plain().values, expected.values, 1e-13);
}

}  // namespace lamina::test
