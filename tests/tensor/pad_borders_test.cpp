#include "lamina/tensor/pad_borders.hpp"

#include <type_traits>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("borders of a row") {
  const Tensor<float, 3> row{1, 2, 3};
  STATIC_REQUIRE(std::is_same_v<decltype(pad_borders(row, {{2, 1}})), Tensor<float, dyn>>);
  REQUIRE(pad_borders(row, {{2, 1}}) == Tensor<float, 6>{0, 0, 1, 2, 3, 0});
  REQUIRE(pad_borders(row, {{2, 1}}, Border::zero, 9) == Tensor<float, 6>{9, 9, 1, 2, 3, 9});
  REQUIRE(pad_borders(row, {{2, 2}}, Border::reflect) == Tensor<float, 7>{3, 2, 1, 2, 3, 2, 1});
  REQUIRE(pad_borders(row, {{2, 4}}, Border::replicate) == Tensor<float, 9>{1, 1, 1, 2, 3, 3, 3, 3, 3});
  REQUIRE(pad_borders(row, {{3, 2}}, Border::circular) == Tensor<float, 8>{1, 2, 3, 1, 2, 3, 1, 2});
  for (const Border border : {Border::zero, Border::reflect, Border::replicate, Border::circular})
    REQUIRE(pad_borders(row, {{0, 0}}, border) == row);
}

TEST_CASE("every element of a padded map is the one its border names") {
  const auto x = random_uniform<double, dyn, 5, 4>(seed{1}, 2);
  const auto source = [](Border border, Index i, Index extent) {
    if (border == Border::reflect) return i < 0 ? -i : i >= extent ? 2 * extent - 2 - i : i;
    if (border == Border::circular) return (i + extent) % extent;
    return std::clamp(i, Index{0}, extent - 1);
  };
  for (const Border border : {Border::reflect, Border::replicate, Border::circular}) {
    const auto padded = pad_borders(x, {{0, 1}, {3, 2}, {1, 3}}, border);
    REQUIRE(padded.extents() == Extents<3, 10, 8>{});
    for (Index n = 0; n < 3; ++n)
      for (Index i = 0; i < 10; ++i)
        for (Index j = 0; j < 8; ++j)
          REQUIRE(padded(n, i, j) ==
                  x(source(border, n, 2), source(border, i - 3, 5), source(border, j - 1, 4)));
  }
}

TEST_CASE("borders of views, of expressions, and around nothing") {
  const Tensor<int, 2, 2> x{{1, 2}, {3, 4}};
  REQUIRE(pad_borders(transpose(x), {{0, 1}, {1, 0}}) == Tensor<int, 3, 3>{{0, 1, 3}, {0, 2, 4}, {0, 0, 0}});
  REQUIRE(pad_borders(x * 2, {{0, 1}, {0, 0}}, Border::replicate) ==
          Tensor<int, 3, 2>{{2, 4}, {6, 8}, {6, 8}});
  REQUIRE(pad_borders(Tensor<int, dyn>(), {{1, 2}}, Border::zero, 7) == Tensor<int, 3>{7, 7, 7});
  REQUIRE(pad_borders(Tensor<int, dyn, 2>(0), {{0, 0}, {1, 1}}, Border::circular).extents() ==
          Extents<0, 4>{});
  REQUIRE(pad_borders(Tensor<int, 1>{4}, {{2, 1}}, Border::replicate) == Tensor<int, 4>{4, 4, 4, 4});
}

TEST_CASE("borders that an axis is too short for are refused") {
  const Tensor<float, 2, 3> x;
  REQUIRE_THROWS_WITH(pad_borders(x, {{0, 0}, {0, 3}}, Border::reflect),
                      containing("axis 1 of extent 3") && containing("border of 3"));
  REQUIRE_THROWS_WITH(pad_borders(x, {{3, 0}, {0, 0}}, Border::circular), containing("axis 0 of extent 2"));
  REQUIRE_THROWS_AS(pad_borders(Tensor<float, dyn>(), {{1, 0}}, Border::replicate), shape_error);
  REQUIRE_THROWS_WITH(pad_borders(x, {{0, 0}, {0, -1}}), containing("must not be negative"));
  REQUIRE_THROWS_WITH(pad_borders(x, {{0, 0}, {0, 1}}, Border::partial),
                      containing("partial is for convolutions"));
}
