#include "lamina/tensor/reduce_logic.hpp"

#include <cstdint>
#include <limits>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// Over axis 0, axis 1 and all, against loops; `x` has ones here and there.
template <class T> void check(const Tensor<T, dyn, dyn>& x) {
  bool any = false, all = true;
  for (Index i = 0; i < x.extent(0); ++i) {
    bool any_in_row = false, all_in_row = true;
    for (Index j = 0; j < x.extent(1); ++j) {
      any_in_row |= x(i, j) != T{};
      all_in_row &= x(i, j) != T{};
    }
    REQUIRE(any_of(x, axes<1>)(i) == any_in_row);
    REQUIRE(all_of(x, axes<-1>, keep_axes)(i, 0) == all_in_row);
    any |= any_in_row;
    all &= all_in_row;
  }
  for (Index j = 0; j < x.extent(1); ++j) {
    bool any_in_column = false, all_in_column = true;
    for (Index i = 0; i < x.extent(0); ++i) {
      any_in_column |= x(i, j) != T{};
      all_in_column &= x(i, j) != T{};
    }
    REQUIRE(any_of(x, axes<0>)(j) == any_in_column);
    REQUIRE(all_of(x, axes<0>)(j) == all_in_column);
  }
  REQUIRE(any_of(x) == any);
  REQUIRE(all_of(x) == all);
  REQUIRE(any_of(not_equal(x, T{})) == any);
  REQUIRE(all_of(not_equal(x, T{})) == all);
}

}  // namespace

TEMPLATE_TEST_CASE("any_of and all_of equal loops", "[reduce]", bool, std::uint8_t, int, float, double) {
  for (const Index columns : {1, 7, 16, 33})
    for (const Index rows : {1, 3, 20}) {
      CAPTURE(rows, columns);
      for (const Index step : {1, 2, 5, 1000}) {
        auto ones = generate<TestType, dyn, dyn>(
            [&](Index i, Index j) { return static_cast<TestType>((i * columns + j) % step == 0); }, rows,
            columns);
        check(ones);
        check<TestType>(Tensor<TestType, dyn, dyn>(cast<TestType>(equal(ones, TestType{0}))));
        ones.fill(TestType{0});
        ones(rows - 1, columns - 1) = TestType{1};
        check(ones);
      }
    }
}

TEST_CASE("any_of no elements is false, all_of them is true", "[reduce]") {
  const Tensor<float, dyn, 3> none(0);
  REQUIRE(!any_of(none));
  REQUIRE(all_of(none));
  REQUIRE(any_of(none > 0, axes<0>) == Tensor<bool, 3>{false, false, false});
  REQUIRE(all_of(none > 0, axes<0>) == Tensor<bool, 3>{true, true, true});
  REQUIRE(any_of(none, axes<1>).empty());
  REQUIRE(!any_of(Tensor<int, dyn>()));
  REQUIRE(all_of(Tensor<bool, dyn>()));
}

TEST_CASE("NaN holds, as it does in an if", "[reduce]") {
  const Tensor<float, 3> x{0, std::numeric_limits<float>::quiet_NaN(), 0};
  REQUIRE(any_of(x));
  REQUIRE(any_of(isnan(x)));
  REQUIRE(!all_of(x));
  REQUIRE(all_of(isnan(x) || equal(x, 0)));
}

TEST_CASE("masks over axes have bools, with static extents kept", "[reduce]") {
  const Tensor<float, 2, dyn, 4> x(3);
  STATIC_REQUIRE(std::is_same_v<decltype(any_of(x)), bool>);
  STATIC_REQUIRE(std::is_same_v<decltype(any_of(x > 0, axes<1>)), Tensor<bool, 2, 4>>);
  STATIC_REQUIRE(std::is_same_v<decltype(all_of(x, axes<0, -1>, keep_axes)), Tensor<bool, 1, dyn, 1>>);
}
