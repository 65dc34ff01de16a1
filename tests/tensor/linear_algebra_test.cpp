#include "lamina/tensor/linear_algebra.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

#include "tensor/matrices.hpp"

using namespace lamina;
using namespace lamina::test;

TEMPLATE_TEST_CASE("a = q r", "[linear_algebra]", float, double) {
  using T = TestType;
  for (const auto& [m, n] : rectangles) {
    CAPTURE(m, n);
    const auto a = noise<T>(m, n);
    const Index k = std::min(m, n);
    const auto [q, r] = qr(a);
    REQUIRE(q.extents() == Extents<dyn, dyn>({m, k}));
    require_equal(product(q, r), a, 10 * tolerance<T>);
    require_orthonormal_columns(q);
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < std::min(i, n); ++j) REQUIRE(r(i, j) == 0);
  }
}

TEMPLATE_TEST_CASE("eigenvalues, roots and Cholesky's factor of a symmetric matrix", "[linear_algebra]",
                   float, double) {
  using T = TestType;
  for (const Index n : {0, 1, 2, 5, 16, 31}) {
    CAPTURE(n);
    const auto a = covariance<T>(n, T(0.1));
    const auto [values, vectors] = symmetric_eigen(a);
    require_equal(product(product(vectors, diagonal(values)), transposed(vectors)), a, 10 * tolerance<T>);
    require_orthonormal_columns(vectors);
    for (Index i = 1; i < n; ++i) REQUIRE(values(i) >= values(i - 1));

    const auto l = cholesky(a);
    require_equal(product(l, transposed(l)), a, 10 * tolerance<T>);
    for (Index i = 0; i < n; ++i)
      for (Index j = i + 1; j < n; ++j) REQUIRE(l(i, j) == 0);

    const auto root = matrix_sqrt(a);
    require_equal(product(root, root), a, 10 * tolerance<T>);
    require_equal(transposed(root), root, tolerance<T>);
    if (n == 0) continue;
    REQUIRE(symmetric_eigen(root).values(0) > 0);
  }
}

TEMPLATE_TEST_CASE("inverse and solve", "[linear_algebra]", float, double) {
  using T = TestType;
  for (const Index n : {0, 1, 3, 8, 17, 32}) {
    CAPTURE(n);
    Matrix<T> a = noise<T>(n, n);
    for (Index i = 0; i < n; ++i) a(i, i) += 5;
    require_equal(product(a, inverse(a)), Matrix<T>(eye<T, dyn>(n)), 10 * tolerance<T>);
    for (const Index k : {0, 1, 3}) {
      const auto b = noise<T>(n, k);
      require_equal(product(a, solve(a, b)), b, 10 * tolerance<T>);
    }
    const auto b = random_normal<T, dyn>(seed{3}, n);
    const auto x = solve(a, b);
    require_equal(product(a, x.template reshape<dyn, 1>(n)), b.template reshape<dyn, 1>(n),
                  10 * tolerance<T>);
  }
}

TEST_CASE("static extents stay, and expressions and views are taken", "[linear_algebra]") {
  const Tensor<float, 2, 3> wide{{1, 2, 3}, {4, 5, 7}};
  STATIC_REQUIRE(std::is_same_v<decltype(qr(wide).r), Tensor<float, 2, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(qr(Tensor<float, dyn, 3>(4)).q), Tensor<float, dyn, dyn>>);

  const Tensor<double, 2, 2> a{{4, 2}, {2, 3}};
  STATIC_REQUIRE(std::is_same_v<decltype(inverse(a)), Tensor<double, 2, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(inverse(Tensor<double, dyn, 2>(2))), Tensor<double, 2, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(solve(a, Tensor<double, 2, 5>())), Tensor<double, 2, 5>>);
  require_close(inverse(a).span(), {0.375, -0.25, -0.25, 0.5}, 1e-15);
  require_close(inverse(2 * a).span(), {0.1875, -0.125, -0.125, 0.25}, 1e-15);
  require_close(cholesky(a - 0).span(), {2, 0, 1, std::sqrt(2.0)}, 1e-15);
  const Tensor<double, 2, 2> b{{1, 2}, {3, 4}};
  const TensorView<const double, 2, 2> columns(b.data(), {}, {1, 2});
  require_close(inverse(columns).span(), {-2, 1.5, 1, -0.5}, 1e-14);
  require_close(solve(columns, a[0]).span(), {-5, 3}, 1e-14);
  REQUIRE(Tensor<double, 1, 1>(symmetric_eigen(Tensor<double, 1, 1>{{7}}).vectors)(0, 0) == 1);
}

TEST_CASE("a matrix is singular by its directions, not by its units", "[linear_algebra]") {
  const Tensor<double, 2, 2> units{{1e-200, 0}, {0, 1e200}}, mixed{{1, 1e-30}, {1, 2e-30}};
  require_close(inverse(units)(0, 0), 1e200, 1e-15);
  require_close(solve(mixed, Tensor<double, 2>{0, 1e-30}).span(), {-1e-30, 1}, 1e-15);
  REQUIRE(inverse(Tensor<float, 1, 1>{{1e-38f}})(0, 0) == 1 / 1e-38f);

  for (const Tensor<double, 3, 3>& a :
       {Tensor<double, 3, 3>{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}},
        Tensor<double, 3, 3>{{1, 2, 3}, {2, 4, 6}, {0, 1, 0}},
        Tensor<double, 3, 3>{{1, 0, 3}, {2, 0, 6}, {0, 0, 1}}, Tensor<double, 3, 3>()}) {
    REQUIRE_THROWS_WITH(inverse(a), containing("inverse: the matrix of shape (3, 3) is singular"));
    REQUIRE_THROWS_WITH(solve(a, a), containing("solve: the matrix of shape (3, 3) is singular"));
  }
  REQUIRE_THROWS_AS(inverse(Tensor<float, 1, 1>()), error);
}

TEST_CASE("what has no decomposition is refused", "[linear_algebra]") {
  const Matrix<float> wide(2, 3);
  REQUIRE_THROWS_AS(inverse(wide), shape_error);
  REQUIRE_THROWS_AS(cholesky(wide), shape_error);
  REQUIRE_THROWS_AS(matrix_sqrt(wide), shape_error);
  REQUIRE_THROWS_WITH(symmetric_eigen(wide),
                      containing("symmetric_eigen: the matrix must be square, not (2, 3)"));
  REQUIRE_THROWS_WITH(solve(Matrix<float>(2, 2), Matrix<float>(3, 2)),
                      containing("of shape (2, 2) has no solutions for (3, 2)"));

  const Tensor<double, 2, 2> skew{{1, 2}, {3, 4}}, indefinite{{1, 2}, {2, 1}}, flat{{1, 1}, {1, 1}};
  REQUIRE_THROWS_WITH(symmetric_eigen(skew), containing("is not symmetric"));
  REQUIRE_THROWS_WITH(cholesky(skew), containing("is not symmetric"));
  REQUIRE_THROWS_WITH(cholesky(indefinite), containing("(2, 2) is not positive definite"));
  REQUIRE_THROWS_WITH(matrix_sqrt(indefinite), containing("negative eigenvalue"));
  require_close(matrix_sqrt(flat).span(),
                {0.5 * std::sqrt(2), 0.5 * std::sqrt(2), 0.5 * std::sqrt(2), 0.5 * std::sqrt(2)}, 1e-8);

  Tensor<float, 2, 2> holed{{1, 2}, {2, 1}};
  holed(0, 1) = holed(1, 0) = std::numeric_limits<float>::quiet_NaN();
  REQUIRE_THROWS_AS(qr(holed), error);
  REQUIRE_THROWS_AS(symmetric_eigen(holed), error);
  REQUIRE_THROWS_AS(inverse(holed), error);
}

TEST_CASE("the trace of the root of a product of covariances follows from symmetric roots",
          "[linear_algebra]") {
  const Tensor<double, 2, 2> p{{4, 0}, {0, 9}}, q{{1, 0}, {0, 16}};
  const auto r = matrix_sqrt(p);
  const auto root = matrix_sqrt(product(product(r, q), r));
  require_close(root(0, 0) + root(1, 1), 2 + 12, 1e-13);
}
