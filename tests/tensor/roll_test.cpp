#include "lamina/tensor/roll.hpp"

#include <type_traits>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("roll moves elements around the end of an axis") {
  const Tensor<float, 4> x{1, 2, 3, 4};
  STATIC_REQUIRE(std::is_same_v<decltype(roll<0>(x, 1)), Tensor<float, 4>>);
  REQUIRE(roll<0>(x, 1) == Tensor<float, 4>{4, 1, 2, 3});
  REQUIRE(roll<0>(x, -1) == Tensor<float, 4>{2, 3, 4, 1});
  for (Index shift : {-8, -4, 0, 4, 400}) REQUIRE(roll<0>(x, shift) == x);
  REQUIRE(roll<0>(x, -7) == roll<0>(x, 1));
  const Tensor<int, dyn, 3> y{{1, 2, 3}, {4, 5, 6}};
  REQUIRE(roll<0>(y, 1) == Tensor<int, 2, 3>{{4, 5, 6}, {1, 2, 3}});
  REQUIRE(roll<-1>(y, 2) == Tensor<int, 2, 3>{{2, 3, 1}, {5, 6, 4}});
}

TEST_CASE("roll of views, expressions, and what has few elements") {
  Tensor<float, 2, 3> x{{1, 2, 3}, {4, 5, 6}};
  REQUIRE(roll<0>(transpose(x), 1) == Tensor<float, 3, 2>{{3, 6}, {1, 4}, {2, 5}});
  REQUIRE(roll<1>(x * 2, 1) == Tensor<float, 2, 3>{{6, 2, 4}, {12, 8, 10}});
  x = roll<1>(x, 1) + x;
  REQUIRE(x == Tensor<float, 2, 3>{{4, 3, 5}, {10, 9, 11}});
  REQUIRE(roll<0>(Tensor<float, 1>{5}, 3)(0) == 5);
  REQUIRE(roll<0>(Tensor<float, dyn>(), 3).empty());
  REQUIRE(roll<1>(Tensor<float, dyn, 3>(0), 1).empty());
}
