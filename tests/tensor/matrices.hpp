// Matrices for the tests of linear algebra, and products by loops.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

namespace lamina::test {

/// Rows and columns of matrices to decompose: empty, thin, square, of several vectors.
inline constexpr std::pair<Index, Index> rectangles[] = {{0, 0}, {0, 3}, {3, 0}, {1, 1},   {1, 5},  {5, 1},
                                                         {3, 3}, {7, 4}, {4, 7}, {16, 16}, {33, 20}};

template <class T> using Matrix = Tensor<T, dyn, dyn>;
template <class T> inline constexpr double tolerance = std::is_same_v<T, float> ? 2e-5 : 1e-12;

/// a · b and aᵀ, by loops.
template <class A, class B> auto product(const A& a, const B& b) {
  REQUIRE(a.extent(1) == b.extent(0));
  return generate<typename A::value_type, dyn, dyn>(
      [&](Index i, Index j) {
        double sum = 0;
        for (Index k = 0; k < a.extent(1); ++k)
          sum += static_cast<double>(a(i, k)) * static_cast<double>(b(k, j));
        return sum;
      },
      a.extent(0), b.extent(1));
}
template <class A> auto transposed(const A& a) {
  return generate<typename A::value_type, dyn, dyn>([&](Index i, Index j) { return a(j, i); }, a.extent(1),
                                                    a.extent(0));
}
template <class T> Matrix<T> diagonal(const Tensor<T, dyn>& values) {
  return generate<T, dyn, dyn>([&](Index i, Index j) { return i == j ? values(i) : T{0}; }, values.extent(0),
                               values.extent(0));
}

template <class A, class B> void require_equal(const A& a, const B& b, double bound) {
  REQUIRE(a.extents() == b.extents());
  require_close(a.span(), b.span(), bound);
}
template <class A> void require_orthonormal_columns(const A& a) {
  using T = typename A::value_type;
  require_equal(product(transposed(a), a), Matrix<T>(eye<T, dyn>(a.extent(1))), tolerance<T>);
}

template <class T> Matrix<T> noise(Index rows, Index columns) {
  return random_normal<T, dyn, dyn>(seed{17}, rows, columns);
}
/// Symmetric with eigenvalues of at least `least`.
template <class T> Matrix<T> covariance(Index n, T least) {
  const auto x = noise<T>(n, n);
  Matrix<T> a = product(x, transposed(x));
  a *= T{1} / static_cast<T>(std::max<Index>(1, n));
  for (Index i = 0; i < n; ++i) a(i, i) += least;
  return a;
}

}  // namespace lamina::test
