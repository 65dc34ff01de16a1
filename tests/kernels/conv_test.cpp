#include "lamina/kernels/conv.hpp"

#include <limits>

#include "kernels/conv_cases.hpp"

namespace lamina::test {
namespace {

struct Operands {
  explicit Operands(const ConvCase& c)
      : x(random_array(c.batch, c.geometry.in_channels, c.height, c.width, 1)),
        w(random_array(c.geometry.out_channels, c.geometry.in_channels_per_group(), c.geometry.kernel_height,
                       c.geometry.kernel_width, 2)),
        bias(random_bias(c.geometry.out_channels)) {}
  Array x, w;
  std::vector<double> bias;
};

template <class T> double tolerance_of(const ConvGeometry& g) {
  return sum_tolerance<T>(g.taps() * (g.border == Border::partial ? g.taps() : 1) *
                          g.in_channels_per_group());
}

template <class T, kernels::ConvKind Kind = kernels::ConvKind::any, class In>
Map<T> forward(const ConvCase& c, const Operands& o, In in, Index gap) {
  Map<T> y(Extents{c.batch, c.geometry.out_channels, c.out_height(), c.out_width()}, gap);
  const auto weight = arena_weights<T>(o.w, c.geometry);
  const auto bias = arena_bias<T>(o.bias);
  kernels::conv_forward<Kind>(in, weight.data(), bias.data(), y.view(), c.geometry);
  return y;
}

template <class T, kernels::ConvKind Kind = kernels::ConvKind::any>
void check_forward(const std::vector<ConvCase>& cases) {
  for (const ConvCase& c : cases) {
    INFO(c);
    const Operands o(c);
    const Array expected = kernels::reference::conv_forward(o.x, o.w, o.bias, c.geometry);
    const double tolerance = tolerance_of<T>(c.geometry);

    const Map<T> x(plain(o.x), 1);
    const Map<T> y = forward<T, Kind>(c, o, x.view(), 2);
    require_close(y.plain().values, expected.values, tolerance);
    REQUIRE(y.gap_untouched());
    REQUIRE(y.padding_is(T{0}));

    PlainMap<T> image(o.x);
    require_close(forward<T, Kind>(c, o, image.view(), 0).plain().values, expected.values, tolerance);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("conv_forward equals the reference", "[kernels]", float, double) {
  SECTION("dense") { check_forward<TestType>(dense_cases()); }
  SECTION("borders") { check_forward<TestType>(border_cases()); }
  SECTION("groups") { check_forward<TestType>(group_cases()); }
  SECTION("depthwise") { check_forward<TestType>(depthwise_cases()); }
  SECTION("to one channel") {
    check_forward<TestType, kernels::ConvKind::single_output>(single_output_cases());
  }
}

TEST_CASE("to one channel: an epilogue, sums that are added, padding lanes that hold anything", "[kernels]") {
  const Index channels = GENERATE(9, 2);
  const ConvCase c{2, 5, 6, square(channels, 1, 3, 1, 1)};
  const Operands o(c);
  Map<double> x(plain(o.x));
  x.set_padding(std::numeric_limits<double>::quiet_NaN());
  const auto weight = arena_weights<double>(o.w, c.geometry), bias = arena_bias<double>(o.bias);
  Array expected = kernels::reference::conv_forward(o.x, o.w, o.bias, c.geometry);
  Map<double> y(Extents{2, 1, 5, 6});
  kernels::conv_forward<kernels::ConvKind::single_output>(x.view(), weight.data(), bias.data(), y.view(),
                                                          c.geometry, [](auto v) { return v * v; });
  kernels::conv_forward<kernels::ConvKind::single_output>(
      x.view(), weight.data(), bias.data(), y.view(), c.geometry, [](auto v) { return v * v * v; },
      kernels::nothing_follows{}, true);
  for (double& value : expected.values) {
    const double sum = value * value + value;
    value = sum * sum * sum;
  }
  require_close(y.plain().values, expected.values, 1e-12);
}

TEST_CASE("conv_forward has the same bits on one thread and on two", "[kernels]") {
  for (const ConvCase& c :
       {ConvCase{5, 17, 19, square(17, 60, 3, 1, 1)}, ConvCase{1, 60, 20, square(8, 40, 3, 2, 1)},
        ConvCase{2, 7, 7, square(70, 200, 3, 1, 1)},
        ConvCase{5, 40, 40, grouped(square(40, 40, 3, 1, 1), 40)},
        ConvCase{5, 20, 20, bordered(square(20, 20, 3, 1, 1), Border::reflect)}}) {
    const Operands o(c);
    const Map<float> x(plain(o.x));
    require_thread_invariant([&] { return forward<float>(c, o, x.view(), 0); });
  }
  for (const Index in : {40, 2}) {
    const ConvCase c{3, 60, 60, square(in, 1, 3, 1, 1)};
    const Operands o(c);
    const Map<float> x(plain(o.x));
    require_thread_invariant(
        [&] { return forward<float, kernels::ConvKind::single_output>(c, o, x.view(), 0); });
  }
}

TEST_CASE("conv_forward refuses maps that do not fit", "[kernels]") {
  const ConvGeometry g = square(3, 8, 3);
  const Storage<float> weight(g.weight_size(channel_block<float>));
  Map<float> x(Extents{2, 3, 5, 5}), y(Extents{2, 8, 3, 3}), small(Extents{2, 8, 2, 3}),
      thin(Extents{2, 4, 5, 5});
  const auto run = [&](const Map<float>& in, Map<float>& out, const ConvGeometry& geometry) {
    kernels::conv_forward(in.view(), weight.data(), nullptr, out.view(), geometry);
  };
  run(x, y, g);
  REQUIRE_THROWS_AS(run(x, small, g), shape_error);
  REQUIRE_THROWS_AS(run(thin, y, g), shape_error);
  REQUIRE_THROWS_WITH(run(x, y, square(3, 8, 7)), containing("kernel is larger"));
  REQUIRE_THROWS_WITH(run(x, y, bordered(square(3, 8, 3, 1, 5), Border::reflect)), containing("reflect"));
  REQUIRE_THROWS_WITH(run(x, y, grouped(g, 2)), containing("groups"));
}

}  // namespace lamina::test
