#include "lamina/tensor/tensor_view.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>
#include <vector>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/arithmetic.hpp"
#include "lamina/tensor/expressions/math.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

std::vector<float> first_numbers(Index count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return values;
}

}  // namespace

TEST_CASE("a view reads rows, columns and strided elements of foreign memory") {
  auto memory = first_numbers(12);
  const TensorView<float, dyn, 4> rows(memory.data(), 3);
  REQUIRE(rows.extent(0) == 3);
  REQUIRE(rows.size() == 12);
  REQUIRE(rows(1, 2) == 6);
  const TensorView<float, 4, 3> columns(memory.data(), {}, {1, 4});
  REQUIRE(columns(2, 1) == 6);
  const TensorView<float, 3, 2> every_other(memory.data() + 1, {}, {4, 2});
  REQUIRE(every_other(2, 1) == 11);
  const TensorView<float, 4> backwards(memory.data() + 3, {}, {-1});
  REQUIRE(backwards(0) == 3);
  REQUIRE(backwards(3) == 0);
  rows(0, 0) = 7;
  REQUIRE(memory[0] == 7);
}

TEST_CASE("views convert between known and unknown extents, and to constant elements") {
  auto memory = first_numbers(6);
  const TensorView<float, 2, 3> known(memory.data(), {});
  const TensorView<const float, dyn, dyn> unknown = known;
  REQUIRE(unknown(1, 2) == 5);
  const TensorView<const float, 2, dyn> again = unknown;
  REQUIRE(again.extent(1) == 3);
  REQUIRE_THROWS_AS((TensorView<const float, 3, dyn>(unknown)), shape_error);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<TensorView<float, 2, 3>, TensorView<const float, 2, 3>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<TensorView<float, 3, 3>, TensorView<float, 2, 3>>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<TensorView<const float, 2>&, TensorView<float, 2>>);
}

TEST_CASE("assigning to a view writes elements, and repeats axes of extent 1") {
  auto memory = first_numbers(6);
  TensorView<float, 2, 3> view(memory.data(), {});
  view = 9;
  REQUIRE(memory == std::vector<float>(6, 9));
  const Tensor<float, 3> row{1, 2, 3};
  view = row;
  REQUIRE(memory == std::vector<float>{1, 2, 3, 1, 2, 3});
  view[1] = view[0] + view[1];
  REQUIRE(memory == std::vector<float>{1, 2, 3, 2, 4, 6});
  view[0] = view[1];
  REQUIRE(memory[2] == 6);
  TensorView<float, dyn, dyn> dynamic = view;
  REQUIRE_THROWS_WITH((dynamic = Tensor<float, dyn>(2)), containing("(2)") && containing("(2, 3)"));
  REQUIRE_THROWS_AS((dynamic = Tensor<float, dyn, dyn>(3, 3)), shape_error);
}

TEST_CASE("a view that has an element type of its own converts") {
  std::array<std::int32_t, 3> memory{};
  TensorView<std::int32_t, 3> view(memory.data(), {});
  view = Tensor<std::uint8_t, 3>{1, 2, 250};
  REQUIRE(memory == std::array<std::int32_t, 3>{1, 2, 250});
}

TEST_CASE("an index of the first axis gives a sub-view or an element") {
  auto memory = first_numbers(24);
  const TensorView<float, 2, 3, dyn> view(memory.data(), 4);
  STATIC_REQUIRE(std::is_same_v<decltype(view[0]), TensorView<float, 3, dyn>>);
  STATIC_REQUIRE(std::is_same_v<decltype(view[0][0][0]), float&>);
  REQUIRE(view[1](2, 3) == 23);
  REQUIRE(view[1][0][2] == 14);
}

TEST_CASE("reshape gives other extents to contiguous elements") {
  auto memory = first_numbers(12);
  const TensorView<float, 3, 4> view(memory.data(), {});
  REQUIRE(view.reshape<2, 6>()(1, 0) == 6);
  REQUIRE(view.reshape<dyn, 3>()(3, 2) == 11);
  REQUIRE(view.reshape<dyn, dyn>(6, 2)(5, 1) == 11);
  REQUIRE(view.reshape<dyn, 2, dyn>(3, 2).extent(2) == 2);
  REQUIRE_THROWS_AS((view.reshape<5, 2>()), shape_error);
  REQUIRE_THROWS_AS((view.reshape<dyn, 5>()), shape_error);
  REQUIRE_THROWS_AS((view.reshape<dyn, dyn>(12, (Index{1} << 62) + 1)),
                    shape_error);  // 12 elements, modulo 2^64
  const TensorView<float, 4, 3> transposed(memory.data(), {}, {1, 4});
  REQUIRE_THROWS_AS((transposed.reshape<12>()), shape_error);
}

TEST_CASE("a contiguous view has a span") {
  auto memory = first_numbers(12);
  const TensorView<float, 3, 4> view(memory.data(), {});
  REQUIRE(view.span().size() == 12);
  REQUIRE(view[2].span().front() == 8);
  const TensorView<float, 3, 1> column(memory.data(), {}, {4, 1});
  REQUIRE_FALSE(column.is_contiguous());
  REQUIRE_THROWS_AS(column.span(), shape_error);
  REQUIRE(TensorView<float, 1, 1>(memory.data(), {}, {77, 99}).is_contiguous());
  REQUIRE(TensorView<float, dyn, 4>().empty());
  REQUIRE(TensorView<float, dyn, 4>().span().empty());
}

TEST_CASE("swap exchanges the elements of views") {
  float memory[] = {1, 2, 3, 4, 5, 6};
  const TensorView<float, 3, 2> x(memory);
  swap(x[0], x[2]);
  REQUIRE(std::equal(memory, memory + 6, std::begin({5.f, 6.f, 3.f, 4.f, 1.f, 2.f})));
  auto first = x(all, 0), second = x(all, 1);
  using std::swap;
  swap(first, second);
  REQUIRE(std::equal(memory, memory + 6, std::begin({6.f, 5.f, 4.f, 3.f, 2.f, 1.f})));
  swap(x(range(0, 1)), x(range(2, 3)));
  REQUIRE(x(0, 0) == 2);
  REQUIRE_THROWS_WITH(swap(x(range(0, 1)), x(range(0, 2))),
                      containing("swap: views of shapes (1, 2) and (2, 2)"));
}

TEST_CASE("a view is a range of its elements, and can be filled") {
  float memory[24];
  std::iota(std::begin(memory), std::end(memory), 0.f);
  const TensorView<float, 2, 3, 4> x(memory);
  const auto part = x(all, range(2, to_end, -2), range(1, 3));
  REQUIRE(std::vector<float>(part.begin(), part.end()) == std::vector<float>{9, 10, 1, 2, 21, 22, 13, 14});
  float sum = 0;
  for (const float element : part) sum += element;
  REQUIRE(sum == 92);
  auto column = x(0, all, 0);
  std::sort(column.begin(), column.end(), std::greater<>{});
  REQUIRE(column == Tensor<float, 3>{8, 4, 0});
  REQUIRE(TensorView<float, dyn, 2>().begin() == TensorView<float, dyn, 2>().end());
  REQUIRE(part.begin()[3] == 2);
  REQUIRE(part.end() - part.begin() == 8);
  part.fill(7);
  REQUIRE(part == full<float, 2, 2, 2>(7));
  REQUIRE(x(0, 0, 0) == 8);
  STATIC_REQUIRE(std::random_access_iterator<decltype(part.begin())>);
  STATIC_REQUIRE(std::is_same_v<decltype(*TensorView<const float, 2>().begin()), const float&>);
}
