// Transposed convolution, of kernels/conv.hpp: the gradient of the data run forward.
#include "kernels/conv_cases.hpp"
#include "lamina/kernels/conv.hpp"

namespace lamina::test {
namespace {

/// out, whose convolution is as large as x.
template <class T, class In>
Map<T> transpose(const In& in, const Array& w, const std::vector<double>& bias, Index height, Index width,
                 const ConvGeometry& g) {
  Map<T> y(Extents{in.batch, g.in_channels, height, width}, 1);
  kernels::conv_transposed(in, arena_weights<T>(w, g).data(), arena_bias<T>(bias).data(), y.view(), g);
  return y;
}

}  // namespace

TEMPLATE_TEST_CASE("conv_transposed is the adjoint of the convolution, and has a bias", "[kernels]", float,
                   double) {
  std::vector<ConvCase> cases = {
      {2, 8, 10, square(8, 16, 2, 2)},
      {2, 7, 9, square(9, 10, 3, 2, 1)},
      {2, 8, 10, square(9, 10, 3, 2, 1)},  // PyTorch's output_padding: one more row and column
      {1, 9, 9, square(3, 5, 4, 2, 1)},
      {3, 5, 6, square(1, 20, 3, 1, 1)},
      {1, 11, 13, square(4, 4, 3, 3, 0, 2)},
      {2, 6, 7, grouped(square(16, 32, 3, 2, 1), 2)},
      {2, 6, 7, grouped(square(9, 9, 3, 2, 1), 9)},
      {2, 6, 7, grouped(square(12, 6, 3, 1, 1), 3)},
      {1,
       9,
       1,
       {.in_channels = 3, .out_channels = 4, .kernel_height = 1, .kernel_width = 1, .stride_height = 4}},
  };
  for (const ConvCase& c : cases) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const Array x = random_array(c.batch, g.out_channels, c.out_height(), c.out_width(), 1);
    const Array w =
        random_array(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width, 2);
    const std::vector<double> bias = random_bias(g.in_channels);
    Array expected = kernels::reference::conv_backward_data(x, w, c.height, c.width, g);
    each({c.batch, g.in_channels, c.height, c.width}, [&](Index n, Index channel, Index r, Index column) {
      expected(n, channel, r, column) += bias[static_cast<std::size_t>(channel)];
    });
    const double tolerance = sum_tolerance<TestType>(g.taps() * g.out_channels_per_group());
    const auto blocked = transpose<TestType>(Map<TestType>(plain(x)).view(), w, bias, c.height, c.width, g);
    require_close(blocked.plain().values, expected.values, tolerance);
    REQUIRE(blocked.gap_untouched());
    const auto from_plain = transpose<TestType>(PlainMap<TestType>(x).view(), w, bias, c.height, c.width, g);
    require_close(from_plain.plain().values, expected.values, tolerance);
  }
}

TEST_CASE("conv_transposed refuses what it cannot do", "[kernels]") {
  const Array x = random_array(1, 4, 3, 3, 1), w = random_array(4, 3, 3, 3, 2);
  const Map<float> in(plain(x));
  REQUIRE_THROWS_WITH(
      transpose<float>(in.view(), w, {0, 0, 0}, 3, 3, bordered(square(3, 4, 3, 1, 1), Border::replicate)),
      containing("border is zero"));
  REQUIRE_THROWS_AS(transpose<float>(in.view(), w, {0, 0, 0}, 4, 3, square(3, 4, 3, 1, 1)), shape_error);
}

}  // namespace lamina::test
