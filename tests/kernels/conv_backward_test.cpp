// The gradients of conv.hpp, against the reference's sums.
#include <limits>

#include "kernels/conv_cases.hpp"
#include "lamina/kernels/conv.hpp"

namespace lamina::test {
namespace {

struct BackwardOperands {
  explicit BackwardOperands(const ConvCase& c)
      : x(random_array(c.batch, c.geometry.in_channels, c.height, c.width, 1)),
        w(random_array(c.geometry.out_channels, c.geometry.in_channels_per_group(), c.geometry.kernel_height,
                       c.geometry.kernel_width, 2)),
        dy(random_array(c.batch, c.geometry.out_channels, c.out_height(), c.out_width(), 3)) {}
  Array x, w, dy;
};

Index partial_factor(const ConvGeometry& g) { return g.border == Border::partial ? g.taps() * g.taps() : 1; }

template <class T> void check_data(const std::vector<ConvCase>& cases) {
  for (const ConvCase& c : cases) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const BackwardOperands o(c);
    const Array expected = kernels::reference::conv_backward_data(o.dy, o.w, c.height, c.width, g);
    // Borders other than zero may lead many windows to one pixel.
    const Index gathered = g.border == Border::replicate ? (1 + g.pad_top) * (1 + g.pad_left) : 4;
    const double tolerance =
        sum_tolerance<T>(g.taps() * g.out_channels_per_group() * gathered * partial_factor(g));
    const Map<T> dy(plain(o.dy), 1);
    const auto weight = arena_weights<T>(o.w, g);

    Map<T> dx(plain(o.x), 2);
    kernels::conv_backward_data(dy.view(), weight.data(), dx.view(), g);
    require_close(dx.plain().values, expected.values, tolerance);
    REQUIRE(dx.gap_untouched());

    PlainMap<T> image(o.x);
    kernels::conv_backward_data(dy.view(), weight.data(), image.view(), g);
    require_close(image.values(), expected.values, tolerance);

    Array sum = expected;
    for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += o.x.values[i];
    Map<T> added(plain(o.x));
    kernels::conv_backward_data(dy.view(), weight.data(), added.view(), g, true);
    require_close(added.plain().values, sum.values, tolerance);

    PlainMap<T> image_added(o.x);
    kernels::conv_backward_data(dy.view(), weight.data(), image_added.view(), g, true);
    require_close(image_added.values(), sum.values, tolerance);
  }
}

TEST_CASE("The gradient of an image does not see the padding lanes of dy", "[kernels]") {
  const ConvCase c{1, 5, 6, square(3, 11, 3, 1, 1)};
  const BackwardOperands o(c);
  Map<double> dy(plain(o.dy));
  dy.set_padding(std::numeric_limits<double>::quiet_NaN());
  PlainMap<double> image(o.x);
  kernels::conv_backward_data(dy.view(), arena_weights<double>(o.w, c.geometry).data(), image.view(),
                              c.geometry);
  require_close(image.values(),
                kernels::reference::conv_backward_data(o.dy, o.w, c.height, c.width, c.geometry).values,
                1e-12);
}

/// The gradient begins at `start` where there is a weight, so that adding is seen to add.
template <class T> void check_weights(const std::vector<ConvCase>& cases) {
  for (const ConvCase& c : cases) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const BackwardOperands o(c);
    Array expected = kernels::reference::conv_backward_weights(o.x, o.dy, g);
    std::vector<double> expected_bias = kernels::reference::conv_backward_bias(o.dy, c.height, c.width, g);
    for (std::size_t i = 0; i < expected.values.size(); ++i) expected.values[i] += o.w.values[i];
    for (std::size_t i = 0; i < expected_bias.size(); ++i) expected_bias[i] += o.w.values[i];
    const double tolerance = sum_tolerance<T>(c.batch * c.out_height() * c.out_width() * partial_factor(g));
    const Map<T> dy(plain(o.dy), 1), x(plain(o.x), 2);

    const auto check = [&](const auto& in) {
      auto dw = arena_weights<T>(o.w, g);
      auto db = arena_bias<T>(std::vector<double>(o.w.values.begin(), o.w.values.begin() + o.w.n));
      kernels::conv_backward_weights(in, dy.view(), dw.data(), db.data(), g);
      const Array actual = logical_weights(dw, g);
      require_close(actual.values, expected.values, tolerance);
      require_close(std::vector<double>(db.begin(), db.begin() + o.w.n), expected_bias, tolerance);
      // With the logical elements cleared only padding lanes are left, and they are zero.
      each({o.w.n, o.w.c, o.w.h, o.w.w}, [&](Index out, Index i, Index u, Index v) {
        dw[g.weight_offset(channel_block<T>, out, i, u, v)] = T{0};
      });
      REQUIRE(std::all_of(dw.begin(), dw.end(), [](T value) { return value == T{0}; }));
      REQUIRE(std::all_of(db.begin() + o.w.n, db.end(), [](T value) { return value == T{0}; }));
    };
    check(x.view());
    check(PlainMap<T>(o.x).view());
  }
}

}  // namespace

TEMPLATE_TEST_CASE("conv_backward_data equals the reference", "[kernels]", float, double) {
  SECTION("dense") { check_data<TestType>(dense_cases()); }
  SECTION("borders") { check_data<TestType>(border_cases()); }
  SECTION("groups") { check_data<TestType>(group_cases()); }
  SECTION("depthwise") { check_data<TestType>(depthwise_cases()); }
}

TEMPLATE_TEST_CASE("conv_backward_weights equals the reference", "[kernels]", float, double) {
  SECTION("dense") { check_weights<TestType>(dense_cases()); }
  SECTION("borders") { check_weights<TestType>(border_cases()); }
  SECTION("groups") { check_weights<TestType>(group_cases()); }
  SECTION("depthwise") { check_weights<TestType>(depthwise_cases()); }
}

TEST_CASE("gradients have the same bits on one thread and on two", "[kernels]") {
  const int before = threads();
  for (const ConvCase& c :
       {ConvCase{40, 12, 12, square(8, 16, 5)}, ConvCase{64, 14, 14, square(1, 8, 5)},
        ConvCase{3, 20, 21, square(17, 60, 3, 1, 1)}, ConvCase{2, 7, 7, square(70, 200, 3, 1, 1)},
        ConvCase{5, 40, 40, grouped(square(40, 40, 3, 1, 1), 40)},
        ConvCase{9, 20, 20, bordered(square(20, 20, 3, 1, 1), Border::reflect)},
        ConvCase{9, 20, 20, bordered(square(20, 20, 3, 1, 1), Border::partial)}}) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const BackwardOperands o(c);
    const Map<float> x(plain(o.x)), dy(plain(o.dy));
    const auto weight = arena_weights<float>(o.w, g);
    require_thread_invariant([&] {
      Map<float> dx(plain(o.x));
      kernels::conv_backward_data(dy.view(), weight.data(), dx.view(), g);
      return dx;
    });
    std::vector<Storage<float>> dweight, dbias;
    for (const int count : {1, 2}) {
      set_threads(count);
      dweight.emplace_back(weight.size());
      dbias.push_back(arena_bias<float>(std::vector<double>(static_cast<std::size_t>(g.out_channels))));
      kernels::conv_backward_weights(x.view(), dy.view(), dweight.back().data(), dbias.back().data(), g);
    }
    set_threads(before);
    REQUIRE(std::equal(dweight[0].begin(), dweight[0].end(), dweight[1].begin()));
    REQUIRE(std::equal(dbias[0].begin(), dbias[0].end(), dbias[1].begin()));
  }
}

}  // namespace lamina::test
