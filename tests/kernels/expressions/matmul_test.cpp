#include "lamina/kernels/expressions/matmul.hpp"

#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/slice.hpp"
#include "support/catch.hpp"

namespace lamina::test {
namespace {

/// Element (i, j) of the matrices at place `at` of the batch, by NumPy's rules.
template <class X>
double element(const X& x, const std::vector<Index>& at, Index row, Index column, bool is_right) {
  const int rank = X::rank;
  if (rank == 1) return static_cast<double>(x.data()[(is_right ? row : column) * x.stride(0)]);
  Index offset = row * x.stride(rank - 2) + column * x.stride(rank - 1);
  for (int axis = 0; axis < rank - 2; ++axis) {
    const Index place = at[at.size() - static_cast<std::size_t>(rank - 2 - axis)];
    offset += (x.extent(axis) == 1 ? 0 : place) * x.stride(axis);
  }
  return static_cast<double>(x.data()[offset]);
}

/// Requires c = matmul(a, b); all views.
template <class A, class B, class C>
void require_matmul(const A& a, const B& b, const C& c, double tolerance) {
  const int batch = std::max({A::rank - 2, B::rank - 2, 0});
  const Index m = A::rank == 1 ? 1 : a.extent(A::rank - 2), n = B::rank == 1 ? 1 : b.extent(B::rank - 1),
              k = a.extent(A::rank - 1);
  std::vector<Index> at(static_cast<std::size_t>(batch));
  std::vector<double> expected;
  for (Index place = 0, places = m * n == 0 ? 0 : c.size() / (m * n); place < places; ++place) {
    Index rest = place;
    for (int axis = batch - 1; axis >= 0; --axis) {
      at[static_cast<std::size_t>(axis)] = rest % c.extent(axis);
      rest /= c.extent(axis);
    }
    for (Index i = 0; i < m; ++i)
      for (Index j = 0; j < n; ++j) {
        double sum = 0;
        for (Index p = 0; p < k; ++p) sum += element(a, at, i, p, false) * element(b, at, p, j, true);
        expected.push_back(sum);
      }
  }
  require_close(c.span(), expected, tolerance * static_cast<double>(k + 1));
}

template <class A, class B> void check(const A& a, const B& b) {
  constexpr double tolerance = std::is_same_v<typename A::value_type, float> ? 2e-6 : 1e-14;
  const auto c = matmul(a, b);
  require_matmul(a.view(), b.view(), c.view(), tolerance);
}

TEMPLATE_TEST_CASE("matmul: static shapes give static shapes", "[kernels]", float, double) {
  using T = TestType;
  const auto m = random_normal<T, 3, 4>(seed{1});
  const auto n = random_normal<T, 4, 5>(seed{2});
  const auto v = random_normal<T, 4>(seed{3});
  const auto batch = random_normal<T, 2, 1, 4, 7>(seed{4});
  const auto more = random_normal<T, 6, 3, 4>(seed{5});
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(m, n)), Tensor<T, 3, 5>>);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(m, v)), Tensor<T, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(v, n)), Tensor<T, 5>>);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(v, v)), T>);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(m, batch)), Tensor<T, 2, 1, 3, 7>>);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(more, batch)), Tensor<T, 2, 6, 3, 7>>);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(more, v)), Tensor<T, 6, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(v, batch)), Tensor<T, 2, 1, 7>>);
  check(m, n);
  check(m, v);
  check(v, n);
  check(m, batch);
  check(more, batch);
  check(more, v);
  check(v, batch);
  check(more, n);
}

TEST_CASE("matmul: extents known at run time", "[kernels]") {
  for (const Index m : {0, 1, 3, 33})
    for (const Index k : {0, 1, 8, 70})
      for (const Index n : {0, 1, 24, 25}) {
        CAPTURE(m, k, n);
        const auto a = random_normal<float, dyn, dyn>(seed{1}, m, k);
        const auto b = random_normal<float, dyn, dyn>(seed{2}, k, n);
        STATIC_REQUIRE(std::is_same_v<decltype(matmul(a, b)), Tensor<float, dyn, dyn>>);
        check(a, b);
        check(random_normal<float, dyn, dyn, dyn>(seed{3}, 4, m, k), b);
        check(a, random_normal<float, dyn, dyn, dyn>(seed{3}, 4, k, n));
        check(random_normal<float, dyn, 1, dyn, dyn>(seed{3}, 2, m, k),
              random_normal<float, 3, dyn, dyn>(seed{3}, k, n));
        check(random_normal<float, dyn>(seed{4}, k), b);
        check(a, random_normal<float, dyn>(seed{4}, k));
        check(random_normal<float, 3, dyn, dyn>(seed{3}, m, k), random_normal<float, dyn>(seed{4}, k));
      }
}

TEST_CASE("matmul: views are read where they lie", "[kernels]") {
  const auto a = random_normal<double, 9, 14>(seed{1});
  const auto b = random_normal<double, 9, 11>(seed{2});
  const auto turned = kernels::transposed(a.view());
  require_matmul(turned, b.view(), matmul(turned, b).view(), 1e-14);
  const TensorView<const double, 7, 9> every_other(a.data(), {}, {2, 14});
  require_matmul(every_other, b.view(), matmul(every_other, b).view(), 1e-14);
  const TensorView<const double, 9> column(a.data() + 3, {}, {14});
  require_matmul(column, b.view(), matmul(column, b).view(), 1e-14);
  require_matmul(turned, column, matmul(turned, column).view(), 1e-14);
  require_matmul(kernels::transposed(b.view()), a.view(), matmul(kernels::transposed(b.view()), a).view(),
                 1e-14);
  Tensor<double, 9, 14> writable = a;
  require_matmul(turned, b.view(), matmul(kernels::transposed(writable.view()), b).view(), 1e-14);
}

TEST_CASE("matmul: expressions are evaluated, element types combined", "[kernels]") {
  const auto a = random_normal<float, 3, 4>(seed{1});
  const auto b = random_normal<float, 4, 2>(seed{2});
  const auto d = random_normal<double, 4, 2>(seed{3});
  const Tensor<float, 3, 4> twice = a * 2 + 1;
  REQUIRE(matmul(a * 2 + 1, b) == matmul(twice, b));
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(a, d)), Tensor<double, 3, 2>>);
  const Tensor<double, 3, 4> wide = cast<double>(a);
  REQUIRE(matmul(a, d) == matmul(wide, d));

  const Tensor<int, 2, 2> whole{{1, 2}, {3, 4}};
  const Tensor<std::uint8_t, 2> bytes{200, 100};
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(whole, whole)), Tensor<Index, 2, 2>>);
  REQUIRE(matmul(whole, whole) == Tensor<Index, 2, 2>{{7, 10}, {15, 22}});
  REQUIRE(matmul(whole, bytes) == Tensor<Index, 2>{400, 1000});
  REQUIRE(dot(bytes, bytes) == 50'000);
  const Tensor<std::uint64_t, 2> large{~std::uint64_t{0} - 1, 1};
  STATIC_REQUIRE(std::is_same_v<decltype(dot(large, large)), std::uint64_t>);
  REQUIRE(dot(large, Tensor<std::uint64_t, 2>{1, 1}) == ~std::uint64_t{0});
  const Tensor<int, 2, 2> narrow = matmul(whole, whole);
  REQUIRE(narrow(1, 1) == 22);
  STATIC_REQUIRE(std::is_same_v<decltype(matmul(whole, b[0])), Tensor<float, 2>>);
}

TEST_CASE("matmul into memory that is there", "[kernels]") {
  const auto a = random_normal<float, 5, 4>(seed{1});
  const auto b = random_normal<float, 4, 6>(seed{2});
  Tensor<float, 3, 5, 6> all;
  matmul(a, b, all[1]);
  const Tensor<float, 5, 6> written = all[1];
  REQUIRE(written == matmul(a, b));
  REQUIRE(sum(all[0]) == 0);
  REQUIRE(sum(all[2]) == 0);
  Tensor<float, dyn, dyn> wrong(4, 6);
  REQUIRE_THROWS_WITH(matmul(a, b, wrong.view()), containing("(5, 6)"));
}

TEST_CASE("matmul into another type, into its own operands, and across rows", "[kernels]") {
  const Tensor<double, 2, 2> halves{{0.5, 1.5}, {2.5, 3.5}};
  Tensor<float, 2, 2> rounded;
  matmul(halves, halves, rounded);
  REQUIRE(rounded == Tensor<float, 2, 2>{{4, 6}, {10, 16}});
  const Tensor<double, 1, 2> great{{16777217., 16777216.}};
  const Tensor<double, 2, 1> difference{{1.}, {-1.}};
  Tensor<float, 1, 1> one;
  matmul(great, difference, one);  // 16777217 is no float
  REQUIRE(one(0, 0) == 1);
  const Tensor<int, 2, 2> whole{{300, 2}, {1, 0}};
  Tensor<std::int16_t, 2, 2> small;
  matmul(whole, whole, small);
  REQUIRE(small(1, 0) == 300);

  const auto a = random_normal<float, 64, 64>(seed{1}), b = random_normal<float, 64, 64>(seed{2});
  const Tensor product = matmul(a, b);
  Tensor<float, 64, 64> left = a, right = b, square = a, across;
  matmul(left, b, left);
  REQUIRE(left == product);
  matmul(a, right, right);
  REQUIRE(right == product);
  matmul(square, square, square);
  REQUIRE(square == matmul(a, a));
  matmul(a, b, transpose(across));
  REQUIRE(Tensor<float, 64, 64>(transpose(across)) == product);
}

TEMPLATE_TEST_CASE("long products with a vector are summed in runs", "[kernels]", float, double) {
  using T = TestType;
  const Index length = 300'000;
  Tensor<T, dyn, dyn> tall(length, 8), wide(8, length);
  Tensor<T, dyn> ones(length);
  tall.fill(static_cast<T>(0.1));
  wide.fill(static_cast<T>(0.1));
  ones.fill(1);
  const double exact = static_cast<double>(static_cast<T>(0.1)) * static_cast<double>(length);
  const auto require_right = [&](const Tensor<T, dyn>& y) {
    for (Index i = 0; i < y.size(); ++i)
      require_close(static_cast<double>(y(i)) / exact, 1.0, 100 * std::numeric_limits<T>::epsilon());
  };
  require_right(matmul(transpose(tall), ones));
  require_right(matmul(ones, tall));
  require_right(matmul(wide, ones));
  require_right(matmul(ones, transpose(wide)));
  require_right(matmul(flip<1>(wide), ones));
  require_right(matmul(wide(range(0, 8, 2), range(0, to_end)), ones));
}

TEST_CASE("dot and outer", "[kernels]") {
  const Tensor a{1.0, 2.0, 3.0};
  const Tensor b{4.0, 5.0};
  REQUIRE(dot(a, a) == 14);
  REQUIRE(dot(a + 1, a) == 20);
  STATIC_REQUIRE(std::is_same_v<decltype(outer(a, b)), Tensor<double, 3, 2>>);
  REQUIRE(outer(a, b) == Tensor{{4.0, 5.0}, {8.0, 10.0}, {12.0, 15.0}});
  REQUIRE(outer(a * 2, b) == Tensor{{8.0, 10.0}, {16.0, 20.0}, {24.0, 30.0}});
  // A million terms of 0.1: summed one after the other, floats would be off by 1 %.
  const auto tenths = full<float, dyn>(0.1f, 1'000'000);
  const auto ones_of = ones<float, dyn>(1'000'000);
  require_close(dot(tenths, ones_of), 100'000.0, 1e-6);
}

TEST_CASE("matmul names both shapes when they do not fit", "[kernels]") {
  const Tensor<float, dyn, dyn> a(2, 3), b(4, 5);
  const Tensor<float, dyn> v(7);
  const Tensor<float, dyn, dyn, dyn> two(2, 3, 3), three(3, 3, 3);
  REQUIRE_THROWS_AS(matmul(a, b), shape_error);
  REQUIRE_THROWS_WITH(matmul(a, b), containing("(2, 3) and (4, 5)"));
  REQUIRE_THROWS_WITH(matmul(a, v), containing("(2, 3) and (7)"));
  REQUIRE_THROWS_WITH(matmul(two, three), containing("before the last two"));
  REQUIRE_THROWS_AS(dot(v, a[0]), shape_error);
  const Tensor<float, dyn> one(1);
  REQUIRE_THROWS_AS(dot(v, one), shape_error);
}

TEST_CASE("matmul: the same bits on any number of threads", "[kernels]") {
  const int before = threads();
  const auto a = random_normal<float, dyn, dyn, dyn>(seed{1}, 40, 30, 60);
  const auto b = random_normal<float, dyn, dyn, dyn>(seed{2}, 40, 60, 50);
  set_threads(1);
  const auto once = matmul(a, b);
  for (const int count : {2, 3}) {
    set_threads(count);
    REQUIRE(matmul(a, b) == once);
  }
  set_threads(before);
}

}  // namespace
}  // namespace lamina::test
