#include "lamina/tensor/expressions/arithmetic.hpp"

#include <cstdint>

#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// Checks x op y, x op 3 and 3 op x against a loop.
template <class T, class F> void check_operator(F f) {
  for (Index n : {1, 3, 7, 8, 9, 17}) {
    Tensor<T, dyn> x(n), y(n);
    for (Index i = 0; i < n; ++i) x(i) = static_cast<T>(i + 1), y(i) = static_cast<T>(n - i);
    const Tensor both = f(x, y), right = f(x, T{3}), left = f(T{3}, x);
    for (Index i = 0; i < n; ++i) {
      REQUIRE(both(i) == f(x(i), y(i)));
      REQUIRE(right(i) == f(x(i), T{3}));
      REQUIRE(left(i) == f(T{3}, x(i)));
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("operators compute what they compute on numbers", "", float, int) {
  using T = TestType;
  check_operator<T>([](const auto& a, const auto& b) { return a + b; });
  check_operator<T>([](const auto& a, const auto& b) { return a - b; });
  check_operator<T>([](const auto& a, const auto& b) { return a * b; });
  check_operator<T>([](const auto& a, const auto& b) { return a / b; });
  check_operator<T>([](const auto& a, const auto& b) { return a < b; });
  check_operator<T>([](const auto& a, const auto& b) { return a <= b; });
  check_operator<T>([](const auto& a, const auto& b) { return a > b; });
  check_operator<T>([](const auto& a, const auto& b) { return a >= b; });
  if constexpr (std::is_integral_v<T>) check_operator<T>([](const auto& a, const auto& b) { return a % b; });
}

TEMPLATE_TEST_CASE("operators work on every element type", "", double, std::int64_t, std::uint8_t) {
  check_operator<TestType>([](const auto& a, const auto& b) { return a - b; });
  check_operator<TestType>([](const auto& a, const auto& b) { return a < b; });
}

TEST_CASE("equality element by element, negation, and logic on masks") {
  const Tensor<float, 9> x{-4, -3, -2, -1, 0, 1, 2, 3, 4};
  const Tensor<float, 9> y{-4, 0, -2, 0, 0, 0, 2, 0, 4};
  const Tensor same = equal(x, y), other = not_equal(x, y);
  const Tensor negative = -x;
  const Tensor both = x > -3 && x < 3, either = x < -3 || x > 3, none = !(x > 0);
  const Tensor stored_masks = both && !either;
  STATIC_REQUIRE(std::is_same_v<decltype(both), const Tensor<bool, 9>>);
  for (Index i = 0; i < 9; ++i) {
    const float v = x(i);
    REQUIRE(same(i) == (v == y(i)));
    REQUIRE(other(i) == (v != y(i)));
    REQUIRE(negative(i) == -v);
    REQUIRE(both(i) == (v > -3 && v < 3));
    REQUIRE(either(i) == (v < -3 || v > 3));
    REQUIRE(none(i) == !(v > 0));
    REQUIRE(stored_masks(i) == (both(i) && !either(i)));
  }
}

TEST_CASE("masks count as 1 and 0 in arithmetic") {
  const Tensor<float, 9> x{-4, -3, -2, -1, 0, 1, 2, 3, 4};
  const Tensor<float, 9> rectified = (x > 0) * x;
  for (Index i = 0; i < 9; ++i) REQUIRE(rectified(i) == std::max(x(i), 0.f));
}

TEST_CASE("literals take the tensors' precision, small integers are added as int") {
  const Tensor<float, 2> x{1, 2};
  STATIC_REQUIRE(std::is_same_v<decltype(evaluate(0.1 * x + 1)), Tensor<float, 2>>);
  REQUIRE(evaluate(0.1 * x)(0) == 0.1f);
  const Tensor<std::uint8_t, 2> bytes{200, 100};
  const Tensor sum = bytes + bytes;
  STATIC_REQUIRE(std::is_same_v<decltype(sum), const Tensor<int, 2>>);
  REQUIRE(sum(0) == 400);
  REQUIRE(evaluate(bytes * 0.5)(1) == 50.0);
}

TEST_CASE("x += y keeps the shape of x") {
  Tensor<float, 2, 3> x{{1, 2, 3}, {4, 5, 6}};
  (x += 1) *= 2;
  REQUIRE(x == Tensor<float, 2, 3>{{4, 6, 8}, {10, 12, 14}});
  x -= Tensor<float, 3>{4, 6, 8};
  REQUIRE(x == Tensor<float, 2, 3>{{0, 0, 0}, {6, 6, 6}});
  x /= Tensor<float, 2, 1>{{1}, {2}};
  REQUIRE(x(1, 2) == 3);
  x[0] += x[1];
  REQUIRE(x(0, 0) == 3);
  Tensor<float, dyn> row(3);
  REQUIRE_THROWS_AS((row += Tensor<float, dyn>(2)), shape_error);
}

TEST_CASE("auto keeps an expression that is safe to use later") {
  const Tensor<double, 3> x{1, 2, 3};
  const auto expression = x * (x + 1) - Tensor<double, 1>{0.5};
  const auto again = expression + expression;
  const Tensor result = again;
  for (Index i = 0; i < 3; ++i) REQUIRE(result(i) == 2 * (x(i) * (x(i) + 1) - 0.5));
}

TEMPLATE_TEST_CASE_SIG("broadcasting between axes of extent 1", "",
                       ((Index Rows, Index Columns), Rows, Columns), (1, 1), (3, 1), (1, 7), (3, 7),
                       (8, 17)) {
  Tensor<float, Rows, Columns> a;
  Tensor<float, 8 / Rows * Rows == 8 ? 8 : Rows, 1> column;
  Tensor<float, 17 / Columns * Columns == 17 ? 17 : Columns> row;
  float next = 0;
  for (float& v : a) v = ++next;
  for (float& v : column) v = ++next;
  for (float& v : row) v = ++next;
  const Tensor sum = a + column * row;
  for (Index i = 0; i < sum.extent(0); ++i)
    for (Index j = 0; j < sum.extent(1); ++j)
      REQUIRE(sum(i, j) == a(Rows == 1 ? 0 : i, Columns == 1 ? 0 : j) + column(i, 0) * row(j));
}

TEST_CASE("bit operators work on integers and on masks") {
  const Tensor<int, 3> x{12, 10, -1};
  REQUIRE(evaluate(x & 6) == Tensor<int, 3>{4, 2, 6});
  REQUIRE(evaluate(x | x(0)) == Tensor<int, 3>{12, 14, -1});
  REQUIRE(evaluate(5 ^ x) == Tensor<int, 3>{9, 15, -6});
  REQUIRE(evaluate(~x) == Tensor<int, 3>{-13, -11, 0});
  const Tensor<float, 3> real{1, -1, 3};
  const auto both = (real > 0) & (real < 2);
  STATIC_REQUIRE(std::is_same_v<decltype(both)::lane, float>);
  REQUIRE(evaluate(both) == Tensor<bool, 3>{true, false, false});
  REQUIRE(evaluate((real > 0) | (real < 2)) == Tensor<bool, 3>{true, true, true});
  REQUIRE(evaluate((real > 0) ^ (real < 2)) == Tensor<bool, 3>{false, true, true});
  REQUIRE(evaluate(~(real > 0)) == Tensor<bool, 3>{false, true, false});
  Tensor<bool, 3> mask = real > 0;
  mask &= real > 2;
  REQUIRE(mask == Tensor<bool, 3>{false, false, true});
  mask |= ~mask;
  REQUIRE(mask == Tensor<bool, 3>{true, true, true});
}

TEST_CASE("remainders and unary plus") {
  Tensor<int, 3> x{7, -7, 8};
  REQUIRE(evaluate(x % 4) == Tensor<int, 3>{3, -3, 0});
  x %= 4;
  REQUIRE(x == Tensor<int, 3>{3, -3, 0});
  STATIC_REQUIRE(std::is_same_v<decltype(evaluate(+Tensor<std::int8_t, 2>{})), Tensor<int, 2>>);
  REQUIRE(evaluate(+(x * 0.5)) == Tensor<double, 3>{1.5, -1.5, 0});
}
