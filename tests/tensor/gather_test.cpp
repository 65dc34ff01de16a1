#include "lamina/tensor/gather.hpp"

#include <cstdint>
#include <type_traits>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/reduce.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("gather takes places of an axis") {
  const Tensor<float, 3, 2> table{{0, 1}, {10, 11}, {20, 21}};
  const Tensor<int, dyn> rows{2, 0, 2, -1};
  STATIC_REQUIRE(std::is_same_v<decltype(gather<0>(table, rows)), Tensor<float, dyn, 2>>);
  REQUIRE(gather<0>(table, rows) == Tensor<float, 4, 2>{{20, 21}, {0, 1}, {20, 21}, {20, 21}});
  REQUIRE(gather<-1>(table, Tensor{1, 0, 1}) == Tensor<float, 3, 3>{{1, 0, 1}, {11, 10, 11}, {21, 20, 21}});
  REQUIRE(gather<0>(Tensor<float, 3>{5, 6, 7}, Tensor{1, 1}) == Tensor<float, 2>{6, 6});
}

TEST_CASE("the shape of the indices stands in place of the axis") {
  auto x = zeros<float, 2, dyn, 4>(3);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i);
  const Tensor<std::uint8_t, 2, 2> indices{{0, 2}, {1, 1}};
  const auto y = gather<1>(x, indices);
  STATIC_REQUIRE(std::is_same_v<decltype(y), const Tensor<float, 2, 2, 2, 4>>);
  for (Index n = 0; n < 2; ++n)
    for (Index i = 0; i < 2; ++i)
      for (Index j = 0; j < 2; ++j)
        for (Index k = 0; k < 4; ++k) REQUIRE(y(n, i, j, k) == x(n, indices(i, j), k));
  const Tensor<int> one;
  STATIC_REQUIRE(std::is_same_v<decltype(gather<1>(x, one)), Tensor<float, 2, 4>>);
}

TEST_CASE("gather of expressions, by expressions, and of nothing") {
  const Tensor<float, 3> x{5, 6, 7};
  REQUIRE(gather<0>(x * 2, arange(3) - 3) == Tensor<float, 3>{10, 12, 14});
  REQUIRE(gather<0>(flip<0>(x), Tensor{0}) == Tensor<float, 1>{7});
  REQUIRE(gather<0>(x, Tensor<int, dyn>()).empty());
  REQUIRE(gather<0>(Tensor<float, dyn>(), Tensor<int, dyn>()).empty());
  REQUIRE(gather<0>(Tensor<float, 3, dyn>(0), Tensor{2, 1}).extents() == Extents<2, 0>{});
  REQUIRE(gather<0>(x, argmax(x(new_axis), axes<-1>))(0) == 7);
}

TEST_CASE("an index outside the axis is refused") {
  const Tensor<float, 2, 3> x;
  REQUIRE_THROWS_WITH(gather<1>(x, Tensor{0, 3}),
                      containing("gather: index 3 lies outside axis 1 of extent 3"));
  REQUIRE_THROWS_WITH(gather<0>(x, Tensor{-3}),
                      containing("gather: index -3 lies outside axis 0 of extent 2"));
}
