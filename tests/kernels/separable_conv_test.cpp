#include "lamina/kernels/separable_conv.hpp"

#include "kernels/conv_cases.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina::test {
namespace {

/// A depthwise convolution of a map, and the channels that the 1 × 1 convolution after it has.
struct SeparableCase {
  ConvCase depthwise;
  Index out_channels;
};

constexpr ConvGeometry pointwise(Index in, Index out) { return square(in, out, 1); }

constexpr ConvGeometry depthwise(Index channels, Index kernel, Index stride, Index pad, Index dilation = 1) {
  return grouped(square(channels, channels, kernel, stride, pad, dilation), channels);
}

const std::vector<SeparableCase> separable_cases = {
    {{2, 5, 6, depthwise(9, 3, 1, 1)}, 5},
    {{1, 1, 1, depthwise(3, 3, 1, 1)}, 9},
    {{2, 9, 7, depthwise(17, 3, 2, 1)}, 26},
    {{2, 7, 9, depthwise(8, 5, 1, 2)}, 8},
    {{1, 13, 14, depthwise(9, 3, 1, 2, 2)}, 3},
    {{2, 6, 5, depthwise(9, 3, 1, 0)}, 17},
    // Several strips, the last one smaller, and pieces of more than one strip.
    {{1, 37, 150, depthwise(64, 3, 1, 1)}, 24},
    {{2, 41, 200, depthwise(40, 3, 2, 1)}, 9},
    {{1, 23, 90, depthwise(66, 7, 1, 3)}, 8},
    {{1, 29, 120, depthwise(64, 3, 1, 2, 2)}, 8},
    {{2, 1, 50, depthwise(64, 3, 1, 1)}, 8}};

template <class T> void check_separable(const SeparableCase& c, bool accumulate) {
  const ConvGeometry &first = c.depthwise.geometry, second = pointwise(first.out_channels, c.out_channels);
  INFO(c.depthwise << " to " << c.out_channels << (accumulate ? ", added" : ""));
  const Extents middle{c.depthwise.batch, first.out_channels, c.depthwise.out_height(),
                       c.depthwise.out_width()};
  const Extents end{middle.n, c.out_channels, middle.h, middle.w};
  const Map<T> x(random_plain({middle.n, first.in_channels, c.depthwise.height, c.depthwise.width}, 1), 1);
  const auto weights = arena_weights<T>(
      random_array(first.out_channels, 1, first.kernel_height, first.kernel_width, 2), first);
  const auto mixing =
      arena_weights<T>(random_array(second.out_channels, second.in_channels, 1, 1, 3), second);
  const auto bias = arena_bias<T>(random_bias(first.out_channels)),
             shift = arena_bias<T>(random_bias(c.out_channels));
  Map<T> between(middle), expected(random_plain(end, 4), 1), y(random_plain(end, 4), 1);
  kernels::conv_forward(x.view(), weights.data(), bias.data(), between.view(), first, relu6);
  kernels::conv_forward(between.view(), mixing.data(), shift.data(), expected.view(), second, silu,
                        kernels::nothing_follows{}, accumulate);
  kernels::separable_conv_forward(x.view(), first, weights.data(), bias.data(), relu6, second, mixing.data(),
                                  shift.data(), y.view(), silu, accumulate);
  REQUIRE(y.plain().values == expected.plain().values);
  REQUIRE(y.gap_untouched());
}

}  // namespace

TEST_CASE("a depthwise and a 1 × 1 convolution in one pass have the bits of two", "[kernels]") {
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    for (const SeparableCase& c : separable_cases)
      for (const bool accumulate : {false, true}) {
        check_separable<float>(c, accumulate);
        check_separable<double>(c, accumulate);
      }
  }
  set_threads(before);
}

TEST_CASE("separable convolutions without biases, of no samples", "[kernels]") {
  const ConvGeometry first = depthwise(9, 3, 1, 1), second = pointwise(9, 4);
  const Map<float> x(random_plain({1, 9, 5, 6}, 1));
  const auto weights = arena_weights<float>(random_array(9, 1, 3, 3, 2), first);
  const auto mixing = arena_weights<float>(random_array(4, 9, 1, 1, 3), second);
  Map<float> between(Extents{1, 9, 5, 6}), expected(Extents{1, 4, 5, 6}), y(Extents{1, 4, 5, 6});
  kernels::conv_forward(x.view(), weights.data(), nullptr, between.view(), first);
  kernels::conv_forward(between.view(), mixing.data(), nullptr, expected.view(), second);
  kernels::separable_conv_forward(x.view(), first, weights.data(), nullptr, kernels::no_epilogue{}, second,
                                  mixing.data(), nullptr, y.view());
  REQUIRE(y.plain().values == expected.plain().values);
  FeatureMapView<const float> none = std::as_const(x).view();
  FeatureMapView<float> nothing = y.view();
  none.batch = nothing.batch = 0;
  kernels::separable_conv_forward(none, first, weights.data(), nullptr, kernels::no_epilogue{}, second,
                                  mixing.data(), nullptr, nothing);
  REQUIRE(y.plain().values == expected.plain().values);
}

TEST_CASE("what separable convolution is, and when it pays", "[kernels]") {
  constexpr auto pays = [](const ConvGeometry& first, const ConvGeometry& second, Index columns = 56) {
    return kernels::separable_pays(first, second, columns);
  };
  constexpr ConvGeometry of_32 = depthwise(32, 3, 1, 1), to_16 = pointwise(32, 16);
  STATIC_REQUIRE(pays(of_32, to_16));
  STATIC_REQUIRE(pays(depthwise(128, 3, 2, 1), pointwise(128, 256)));
  STATIC_REQUIRE(pays(bordered(depthwise(32, 3, 1, 0), Border::reflect), to_16));
  STATIC_REQUIRE(!pays(depthwise(728, 3, 1, 1), pointwise(728, 728), 19));  // the weights outweigh
  STATIC_REQUIRE(pays(of_32, to_16, 512));
  STATIC_REQUIRE(!pays(of_32, to_16, 513));  // two rows are no strip
  STATIC_REQUIRE(!pays(depthwise(32, 3, 1, 2, 2), to_16, 512));
  STATIC_REQUIRE(!pays(square(32, 32, 3, 1, 1), to_16));
  STATIC_REQUIRE(!pays(grouped(square(32, 32, 3, 1, 1), 16), to_16));
  STATIC_REQUIRE(!pays(of_32, square(32, 16, 3, 1, 1)));
  STATIC_REQUIRE(!pays(of_32, square(32, 16, 1, 2)));
  STATIC_REQUIRE(!pays(of_32, square(32, 16, 1, 1, 1)));
  STATIC_REQUIRE(!pays(of_32, pointwise(32, 1)));  // which has a kernel of its own
  STATIC_REQUIRE(!pays(bordered(of_32, Border::reflect), to_16));
  STATIC_REQUIRE(!pays(bordered(of_32, Border::partial), to_16));
}

TEST_CASE("separable convolution refuses other geometries and maps", "[kernels]") {
  const Map<float> x(random_plain({1, 9, 5, 6}, 1));
  Map<float> y(Extents{1, 4, 5, 6}), narrow(Extents{1, 4, 5, 5});
  const Storage<float> weights(1000), bias(32);
  const auto run = [&](const ConvGeometry& first, const ConvGeometry& second, Map<float>& to) {
    kernels::separable_conv_forward(x.view(), first, weights.data(), bias.data(), relu, second,
                                    weights.data(), bias.data(), to.view());
  };
  REQUIRE_NOTHROW(run(depthwise(9, 3, 1, 1), pointwise(9, 4), y));
  REQUIRE_THROWS_AS(run(square(9, 9, 3, 1, 1), pointwise(9, 4), y), shape_error);
  REQUIRE_THROWS_AS(run(depthwise(9, 3, 1, 1), pointwise(8, 4), y), shape_error);
  REQUIRE_THROWS_AS(run(depthwise(9, 3, 1, 1), pointwise(9, 5), y), shape_error);
  REQUIRE_THROWS_AS(run(depthwise(8, 3, 1, 1), pointwise(8, 4), y), shape_error);
  REQUIRE_THROWS_AS(run(depthwise(9, 3, 1, 1), pointwise(9, 4), narrow), shape_error);
  REQUIRE_THROWS_AS(run(depthwise(9, 3, 2, 1), pointwise(9, 4), y), shape_error);
}

}  // namespace lamina::test
