#include "lamina/layers/options.hpp"

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

TEST_CASE("options: one extent stands for both", "[layers]") {
  STATIC_REQUIRE(kernel<3> == Kernel{3, 3});
  STATIC_REQUIRE(kernel<1, 7> == Kernel{1, 7});
  STATIC_REQUIRE(Kernel(5) == kernel<5, 5>);
  STATIC_REQUIRE((stride<2>.vertical == 2 && stride<2>.horizontal == 2));
  STATIC_REQUIRE((stride<1, 2>.vertical == 1 && stride<1, 2>.horizontal == 2));
  STATIC_REQUIRE((dilation<3>.vertical == 3 && dilation<1, 4>.horizontal == 4));
}

TEST_CASE("options: padding of one, two and four sides", "[layers]") {
  STATIC_REQUIRE(equal(pad<2>, 2, 2, 2, 2));
  STATIC_REQUIRE(equal(pad<1, 3>, 1, 3, 1, 3));
  STATIC_REQUIRE(equal(pad<1, 2, 3, 4>, 1, 2, 3, 4));
  STATIC_REQUIRE(equal(valid, 0, 0, 0, 0));
}

TEST_CASE("options: the padding rules on one axis", "[layers]") {
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
  bool bias = true;
  Stride stride{};
  constexpr void set(Groups g) { groups = g.count; }
  constexpr void set(Bias b) { bias = b.present; }
  constexpr void set(Stride s) { stride = s; }
};

TEST_CASE("options: any order, the others stay as they were", "[layers]") {
  constexpr Chosen none = detail::with_options<struct a_layer, Chosen>(Chosen{.groups = 4});
  constexpr Chosen some =
      detail::with_options<struct a_layer, Chosen, no_bias, lamina::groups<2>>(Chosen{.groups = 4});
  constexpr Chosen turned =
      detail::with_options<struct a_layer, Chosen, lamina::groups<2>, no_bias>(Chosen{});
  STATIC_REQUIRE((none.groups == 4 && none.bias));
  STATIC_REQUIRE((some.groups == 2 && !some.bias && some.stride.vertical == 1));
  STATIC_REQUIRE((turned.groups == 2 && !turned.bias));
}

TEST_CASE("options: types are distinct or are not", "[layers]") {
  STATIC_REQUIRE(detail::distinct_types<Stride, Dilation, Padding>());
  STATIC_REQUIRE(!detail::distinct_types<Stride, Dilation, Stride>());
  STATIC_REQUIRE(!detail::distinct_types<Padding, Dilation, Dilation>());
}

}  // namespace
