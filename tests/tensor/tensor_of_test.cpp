#include "lamina/tensor/tensor_of.hpp"

#include <array>
#include <list>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("values in one run of memory become a tensor") {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  STATIC_REQUIRE(std::is_same_v<decltype(tensor_of(values)), Tensor<float, dyn>>);
  REQUIRE(tensor_of(values) == Tensor<float, 6>{1, 2, 3, 4, 5, 6});
  REQUIRE(tensor_of<2, 3>(values) == Tensor<float, 2, 3>{{1, 2, 3}, {4, 5, 6}});
  REQUIRE(tensor_of<dyn, 2>(values).extents() == Extents<3, 2>{});
  REQUIRE(tensor_of<dyn, 2>(std::span(values).first(4)) == Tensor<float, 2, 2>{{1, 2}, {3, 4}});
  REQUIRE(tensor_of<dyn, 2, dyn>(values, 1, 3).extents() == Extents<1, 2, 3>{});
  const int numbers[] = {7, 8};
  REQUIRE(tensor_of(numbers) == Tensor<int, 2>{7, 8});
  REQUIRE(tensor_of<1, 2>(std::array{1.5, 2.5}) == Tensor<double, 1, 2>{{1.5, 2.5}});
  REQUIRE(tensor_of(std::vector<float>{}).empty());
  REQUIRE(tensor_of<dyn, 3>(std::vector<float>{}).extents() == Extents<0, 3>{});
}

TEST_CASE("so do values of any range") {
  REQUIRE(tensor_of<dyn, 2>(std::list{1, 2, 3, 4}) == Tensor<int, 2, 2>{{1, 2}, {3, 4}});
  STATIC_REQUIRE(std::is_same_v<decltype(tensor_of(std::vector<bool>{true, false})), Tensor<bool, dyn>>);
  REQUIRE(tensor_of(std::vector<bool>{true, false}) == Tensor<bool, 2>{true, false});
  REQUIRE(tensor_of(std::set<double>{2.5, 0.5}) == Tensor<double, 2>{0.5, 2.5});
  const Tensor<float, 2, 2> matrix{{1, 2}, {3, 4}};
  REQUIRE(tensor_of(matrix) == Tensor<float, 4>{1, 2, 3, 4});
  REQUIRE(tensor_of(matrix[1].span()) == Tensor<float, 2>{3, 4});
}

TEST_CASE("it is a copy") {
  std::vector<int> values{1, 2};
  const auto x = tensor_of(values);
  values[0] = 9;
  REQUIRE(x(0) == 1);
}

TEST_CASE("values that do not fill the shape are refused") {
  const std::vector<int> values{1, 2, 3};
  REQUIRE_THROWS_WITH((tensor_of<2, 2>(values)), containing("3 elements do not fill the shape (2, 2)"));
  REQUIRE_THROWS_AS((tensor_of<dyn, 2>(values)), shape_error);
  STATIC_REQUIRE_FALSE(number_range<std::vector<std::string>>);
  STATIC_REQUIRE_FALSE(number_range<int>);
}
