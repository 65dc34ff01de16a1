#include "lamina/tensor/norms.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

struct Norms {
  double squares = 0, magnitudes = 0, largest = 0;
  void add(double x) {
    squares += x * x;
    magnitudes += std::abs(x);
    largest = std::max(largest, std::abs(x));
  }
};

}  // namespace

TEMPLATE_TEST_CASE("norms equal loops", "[norms]", float, double) {
  const double tolerance = sizeof(TestType) == 4 ? 3e-6 : 1e-14;
  for (const Index columns : {1, 3, 8, 17, 600})
    for (const Index rows : {1, 5, 16}) {
      CAPTURE(rows, columns);
      const auto x = random_normal<TestType, dyn, dyn>(seed{5}, rows, columns);
      Norms all;
      const auto row_norms = norm(x, axes<1>), row_norms_1 = norm_1(x, axes<-1>);
      const auto row_largest = norm_infinity(x, axes<1>, keep_axes);
      for (Index i = 0; i < rows; ++i) {
        Norms row;
        for (Index j = 0; j < columns; ++j) {
          row.add(static_cast<double>(x(i, j)));
          all.add(static_cast<double>(x(i, j)));
        }
        require_close(row_norms(i), std::sqrt(row.squares), tolerance);
        require_close(row_norms_1(i), row.magnitudes, tolerance);
        REQUIRE(static_cast<double>(row_largest(i, 0)) == row.largest);
      }
      const auto column_norms = norm(x, axes<0>), column_largest = norm_infinity(x, axes<0>);
      for (Index j = 0; j < columns; ++j) {
        Norms column;
        for (Index i = 0; i < rows; ++i) column.add(static_cast<double>(x(i, j)));
        require_close(column_norms(j), std::sqrt(column.squares), tolerance);
        REQUIRE(static_cast<double>(column_largest(j)) == column.largest);
      }
      require_close(norm(x), std::sqrt(all.squares), tolerance);
      require_close(norm_1(x), all.magnitudes, tolerance);
      REQUIRE(static_cast<double>(norm_infinity(x)) == all.largest);
      require_close(norm(x - 1, axes<0, 1>)(), norm(Tensor(x - 1)), tolerance);
    }
}

TEST_CASE("norms of integers are doubles, of squares that no integer holds too", "[norms]") {
  const Tensor<std::int32_t, 3> x{std::numeric_limits<std::int32_t>::min(), 3, -4};
  STATIC_REQUIRE(std::is_same_v<decltype(norm(x)), double>);
  require_close(norm(x), std::hypot(2147483648.0, 5.0), 1e-15);
  REQUIRE(norm_1(x) == 2147483648.0 + 7);
  REQUIRE(norm_infinity(x) == 2147483648.0);
  REQUIRE(norm(Tensor<std::uint8_t, 2>{30, 40}) == 50);
  REQUIRE(norm(Tensor<bool, 4>{true, true, true, true}) == 2);
}

TEST_CASE("norms of nothing are 0", "[norms]") {
  const Tensor<float, dyn, 2> none(0);
  REQUIRE(norm(none) == 0);
  REQUIRE(norm_1(none) == 0);
  REQUIRE(norm_infinity(none) == 0);
  REQUIRE(norm_infinity(none, axes<0>) == Tensor<float, 2>{0, 0});
}

TEMPLATE_TEST_CASE("a NaN is in every norm, wherever it stands", "[norms]", float, double) {
  for (const Index size : {1, 7, 40, 1025})
    for (Index at = 0; at < size; at += 3) {
      auto x = ones<TestType, dyn>(size);
      x(at) = std::numeric_limits<TestType>::quiet_NaN();
      REQUIRE(std::isnan(norm(x)));
      REQUIRE(std::isnan(norm_1(x)));
      REQUIRE(std::isnan(norm_infinity(x)));
      const auto by_rows = norm_infinity(x.template reshape<dyn, 1>(), axes<0>);
      REQUIRE(std::isnan(by_rows(0)));
    }
  const TestType infinity = std::numeric_limits<TestType>::infinity();
  REQUIRE(norm_infinity(Tensor<TestType, 3>{1, -infinity, 2}) == infinity);
}

TEST_CASE("norms keep static extents", "[norms]") {
  const Tensor<float, 2, dyn, 4> x(3);
  STATIC_REQUIRE(std::is_same_v<decltype(norm(x, axes<1>)), Tensor<float, 2, 4>>);
  STATIC_REQUIRE(std::is_same_v<decltype(norm_infinity(x, axes<-1>, keep_axes)), Tensor<float, 2, dyn, 1>>);
}
