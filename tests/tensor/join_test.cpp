#include "lamina/tensor/join.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "lamina/net/algebra.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"
#include "tensor/counted.hpp"

using namespace lamina;
using support::counted;

TEST_CASE("concat joins along an axis that tensors have") {
  const auto a = counted<2, 3>();
  const Tensor<float, 1, 3> b{{7, 8, 9}};
  const auto rows = concat<0>(a, b);
  STATIC_REQUIRE(std::is_same_v<decltype(rows), const Tensor<float, 3, 3>>);
  REQUIRE(rows == Tensor<float, 3, 3>{{0, 1, 2}, {3, 4, 5}, {7, 8, 9}});
  const auto columns = concat<-1>(a, a(all, range<0, 1>()) + 10, a);
  STATIC_REQUIRE(std::is_same_v<decltype(columns), const Tensor<float, 2, 7>>);
  REQUIRE(columns == Tensor<float, 2, 7>{{0, 1, 2, 10, 0, 1, 2}, {3, 4, 5, 13, 3, 4, 5}});
  REQUIRE(concat<0>(a) == a);
}

TEST_CASE("concat knows what extents it can") {
  const auto a = counted<dyn, 3>(2);
  const auto b = counted<2, dyn>(3);
  STATIC_REQUIRE(std::is_same_v<decltype(concat<0>(a, b)), Tensor<float, dyn, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(concat<1>(a, b)), Tensor<float, 2, dyn>>);
  REQUIRE(concat<1>(a, b).extents() == Extents<2, 6>{});
  const auto nothing = counted<dyn, 3>(0);
  REQUIRE(concat<0>(nothing, a, nothing) == a);
  REQUIRE(concat<0>(nothing, nothing).empty());
  REQUIRE_THROWS_WITH(concat<0>(a, counted<dyn, dyn>(1, 4)),
                      containing("(2, 3)") && containing("(1, 4)") && containing("except for axis 0"));
  REQUIRE_THROWS_AS(concat<0>(a, counted<dyn, dyn>(2, 1)), shape_error);  // nothing is broadcast
}

TEST_CASE("joined elements are of the common type") {
  const Tensor<std::uint8_t, 2> a{1, 2};
  const Tensor<float, 1> b{0.5f};
  STATIC_REQUIRE(std::is_same_v<decltype(concat<0>(a, b)), Tensor<float, 3>>);
  REQUIRE(concat<0>(a, b) == Tensor<float, 3>{1, 2, 0.5f});
}

TEST_CASE("stack joins along a new axis") {
  const auto a = counted<2, dyn>(3);
  const Tensor b = a * 10;
  const auto first = stack<0>(a, b);
  STATIC_REQUIRE(std::is_same_v<decltype(first), const Tensor<float, 2, 2, dyn>>);
  REQUIRE(Tensor(first(0)) == a);
  REQUIRE(Tensor(first(1)) == b);
  const auto last = stack<-1>(a, b, a + b);
  STATIC_REQUIRE(std::is_same_v<decltype(last), const Tensor<float, 2, dyn, 3>>);
  REQUIRE(Tensor(last(1, 2)) == Tensor<float, 3>{5, 50, 55});
  STATIC_REQUIRE(std::is_same_v<decltype(stack<1>(a, b)), Tensor<float, 2, 2, dyn>>);
  REQUIRE(stack<1>(a, b)(1, 1, 2) == 50);
  const Tensor<float> number;
  REQUIRE(stack<0>(number, number + 1) == Tensor<float, 2>{0, 1});
  REQUIRE_THROWS_WITH(stack<0>(a, counted<dyn, dyn>(2, 4)),
                      containing("(1, 2, 3)") && containing("(1, 2, 4)"));
}

TEST_CASE("split gives views of the parts") {
  auto x = counted<2, 6>();
  auto [a, b, c] = split<1, 2, 2, 2>(x);
  STATIC_REQUIRE(std::is_same_v<decltype(a), TensorView<float, 2, 2>>);
  REQUIRE(Tensor(c) == Tensor<float, 2, 2>{{4, 5}, {10, 11}});
  a = b;
  REQUIRE(x(1, 0) == 8);
  const auto unequal = split<-1, 1, 0, 5>(std::as_const(x));
  STATIC_REQUIRE(std::is_same_v<decltype(unequal), const std::array<TensorView<const float, 2, dyn>, 3>>);
  REQUIRE(unequal[1].empty());
  REQUIRE(&unequal[2](0, 4) == &x(0, 5));
  REQUIRE(concat<1>(unequal[0], unequal[1], unequal[2]) == x);
  const auto y = counted<dyn>(5);
  REQUIRE(split<0, 5>(y)[0](4) == 4);
  REQUIRE_THROWS_WITH((split<0, 2, 2>(y)), containing("split: sizes (2, 2)") && containing("extent 5"));
}

TEST_CASE("the parts of a temporary are tensors") {
  const auto parts = split<0, 1, 2>(counted<3>());
  STATIC_REQUIRE(std::is_same_v<decltype(parts), const std::array<Tensor<float, dyn>, 2>>);
  REQUIRE(parts[1] == Tensor<float, 2>{1, 2});
  REQUIRE(split<0, 2, 1>(counted<3>() + 1)[1](0) == 3);
}

TEST_CASE("blocks of nets have a concat and a split of their own") {
  constexpr auto net = concat(id, split<1, 2>(id, id));
  STATIC_REQUIRE(net_block<decltype(net)>);
  STATIC_REQUIRE(net_block<decltype(split<4>(id))>);
}

TEST_CASE("as many tensors as there are at run time are joined") {
  std::vector<Tensor<float, dyn, 2>> parts;
  REQUIRE_THROWS_WITH(concat<0>(parts), containing("nothing to join"));
  parts.push_back({{1, 2}});
  parts.push_back({{3, 4}, {5, 6}});
  const auto joined = concat<0>(parts);
  STATIC_REQUIRE(std::is_same_v<decltype(joined), const Tensor<float, dyn, 2>>);
  REQUIRE(joined == Tensor<float, 3, 2>{{1, 2}, {3, 4}, {5, 6}});
  REQUIRE_THROWS_AS(concat<1>(parts), shape_error);
  REQUIRE_THROWS_AS(stack<0>(parts), shape_error);
  parts[0] = parts[1] * 2;
  REQUIRE(concat<-1>(parts) == Tensor<float, 2, 4>{{6, 8, 3, 4}, {10, 12, 5, 6}});
  const auto side_by_side = stack<-1>(std::span(parts));
  STATIC_REQUIRE(std::is_same_v<decltype(side_by_side), const Tensor<float, dyn, 2, dyn>>);
  REQUIRE(side_by_side == Tensor<float, 2, 2, 2>{{{6, 3}, {8, 4}}, {{10, 5}, {12, 6}}});
  REQUIRE(stack<0>(std::array{parts[0][0], parts[1][1]}) == Tensor<float, 2, 2>{{6, 8}, {5, 6}});
  REQUIRE(stack<0>(std::vector{Tensor<int>(1), Tensor<int>(2)}) == Tensor<int, 2>{1, 2});
}
