#include "lamina/kernels/window_options.hpp"

#include "support/catch.hpp"

using namespace lamina;

namespace {

constexpr bool equal(const Padding& p, Index top, Index left, Index bottom, Index right) {
  return p.rule == Padding::Rule::fixed && p.top == top && p.left == left && p.bottom == bottom &&
         p.right == right;
}

constexpr bool equal(detail::AxisPadding p, Index before, Index after) {
  return p.before == before && p.after == after;
}

TEST_CASE("options: one extent stands for both", "[kernels]") {
  STATIC_REQUIRE(kernel<3> == Kernel{3, 3});
  STATIC_REQUIRE(kernel<1, 7> == Kernel{1, 7});
  STATIC_REQUIRE(Kernel(5) == kernel<5, 5>);
  STATIC_REQUIRE((stride<2>.vertical == 2 && stride<2>.horizontal == 2));
  STATIC_REQUIRE((stride<1, 2>.vertical == 1 && stride<1, 2>.horizontal == 2));
  STATIC_REQUIRE((dilation<3>.vertical == 3 && dilation<1, 4>.horizontal == 4));
}

TEST_CASE("options: one number is the depth too, a third one stands before the others", "[kernels]") {
  STATIC_REQUIRE((stride<2>.depth == 2 && stride<3, 4>.depth == 1 && dilation<2>.depth == 2));
  STATIC_REQUIRE(
      (stride<1, 2, 3>.depth == 1 && stride<1, 2, 3>.vertical == 2 && stride<1, 2, 3>.horizontal == 3));
  STATIC_REQUIRE((output_padding<1>.depth == 1 && output_padding<1, 2>.depth == 0));
  STATIC_REQUIRE((output_padding<1, 2>.vertical == 1 && output_padding<1, 2>.horizontal == 2));
  STATIC_REQUIRE(
      (pad<2>.front == 2 && pad<2>.back == 2 && pad<1, 2>.front == 0 && pad<1, 2, 3, 4>.back == 0));
  STATIC_REQUIRE(equal(pad<1, 2, 3>, 2, 3, 2, 3));
  STATIC_REQUIRE((pad<1, 2, 3>.front == 1 && pad<1, 2, 3>.back == 1));
  STATIC_REQUIRE(equal(pad<1, 2, 3, 4, 5, 6>, 2, 3, 5, 6));
  STATIC_REQUIRE((pad<1, 2, 3, 4, 5, 6>.front == 1 && pad<1, 2, 3, 4, 5, 6>.back == 4));
}

TEST_CASE("options: a depth is for volumes alone", "[kernels]") {
  using detail::fits_axes;
  STATIC_REQUIRE((fits_axes(stride<2>, 1) && fits_axes(stride<2>, 2) && fits_axes(stride<2>, 3)));
  STATIC_REQUIRE((fits_axes(stride<1, 2>, 1) && fits_axes(stride<1, 2>, 2) && !fits_axes(stride<1, 2>, 3)));
  STATIC_REQUIRE((!fits_axes(dilation<1, 2, 3>, 2) && fits_axes(dilation<1, 2, 3>, 3)));
  STATIC_REQUIRE((fits_axes(pad<1, 2, 3, 4>, 2) && !fits_axes(pad<1, 2, 3, 4>, 3)));
  STATIC_REQUIRE((!fits_axes(pad<1, 2, 3, 4, 5, 6>, 1) && fits_axes(pad<1, 2, 3, 4, 5, 6>, 3)));
  STATIC_REQUIRE((fits_axes(same, 1) && fits_axes(same_upper, 2) && fits_axes(valid, 3)));
}

TEST_CASE("options: padding of one, two and four sides", "[kernels]") {
  STATIC_REQUIRE(equal(pad<2>, 2, 2, 2, 2));
  STATIC_REQUIRE(equal(pad<1, 3>, 1, 3, 1, 3));
  STATIC_REQUIRE(equal(pad<1, 2, 3, 4>, 1, 2, 3, 4));
  STATIC_REQUIRE(equal(valid, 0, 0, 0, 0));
}

TEST_CASE("options: the padding rules on one axis", "[kernels]") {
  constexpr auto fixed = Padding::Rule::fixed;
  // rule, before, after, extent, kernel, stride, dilation
  STATIC_REQUIRE(equal(detail::axis_padding(fixed, 1, 2, 9, 3, 1, 1), 1, 2));
  STATIC_REQUIRE(equal(detail::axis_padding(same.rule, 0, 0, 9, 5, 1, 1), 2, 2));
  STATIC_REQUIRE(equal(detail::axis_padding(same.rule, 0, 0, 9, 3, 2, 4), 4, 4));
  // TensorFlow's SAME: outputs ⌈extent / stride⌉, the odd one last.
  STATIC_REQUIRE(equal(detail::axis_padding(same_upper.rule, 0, 0, 224, 7, 2, 1), 2, 3));
  STATIC_REQUIRE(equal(detail::axis_padding(same_upper.rule, 0, 0, 6, 3, 2, 1), 0, 1));
  STATIC_REQUIRE(equal(detail::axis_padding(same_upper.rule, 0, 0, 7, 3, 2, 1), 1, 1));
  STATIC_REQUIRE(equal(detail::axis_padding(same_upper.rule, 0, 0, 6, 1, 3, 1), 0, 0));
}

struct Chosen {
  Index groups = 1;
  Stride stride{};
  constexpr void set(Groups g) { groups = g.count; }
  constexpr void set(Stride s) { stride = s; }
};

TEST_CASE("options: as values, in any order", "[kernels]") {
  constexpr Chosen some = detail::set_options<struct a_function>(Chosen{}, stride<2>, lamina::groups<3>);
  constexpr Chosen turned = detail::set_options<struct a_function>(Chosen{}, lamina::groups<3>, stride<2>);
  constexpr Chosen none = detail::set_options<struct a_function>(Chosen{.groups = 4});
  STATIC_REQUIRE((some.groups == 3 && some.stride.vertical == 2));
  STATIC_REQUIRE((turned.groups == 3 && turned.stride.vertical == 2));
  STATIC_REQUIRE((none.groups == 4 && none.stride.vertical == 1));
}

TEST_CASE("options: types are distinct or are not", "[kernels]") {
  STATIC_REQUIRE(detail::distinct_types<Stride, Dilation, Padding>());
  STATIC_REQUIRE(!detail::distinct_types<Stride, Dilation, Stride>());
  STATIC_REQUIRE(!detail::distinct_types<Padding, Dilation, Dilation>());
}

}  // namespace
