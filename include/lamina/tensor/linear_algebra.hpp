// Linear algebra of small dense matrices, by Eigen: tensors with two axes, of float or double, in and out.
//   svd(a)               a = u · diag(singular_values) · vᵀ
//   symmetric_eigen(a)   a = vectors · diag(values) · vectorsᵀ
//   qr(a)                a = q · r
//   cholesky(a)          a = l · lᵀ
//   matrix_sqrt(a)       a = s · s
//   inverse(a)           a⁻¹
//   solve(a, b)          x such that a · x = b
// Every function reads any expression and gives Tensors, with static extents where they follow from a's. It
// is computed in Eigen's dynamic matrices, compiled once for each precision. A matrix of the wrong shape is a
// shape_error (or fails to compile); one with elements that are not finite, or without the decomposition
// asked for (singular, not symmetric, not positive definite), an error.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <concepts>

#include "lamina/core/error.hpp"
#include "lamina/tensor/detail/eigen_matrix.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// a = u · diag(singular_values) · vᵀ for a of (m, n), k = min(m, n): u is (m, k), v is (n, k), both with
/// orthonormal columns; the singular values fall.
template <class T, Index M, Index N, Index K> struct SingularValueDecomposition {
  Tensor<T, M, K> u;
  Tensor<T, K> singular_values;
  Tensor<T, N, K> v;
};

/// a = vectors · diag(values) · vectorsᵀ: the eigenvalues rise, and column j of `vectors` belongs to value j.
template <class T, Index N> struct EigenDecomposition {
  Tensor<T, N> values;
  Tensor<T, N, N> vectors;
};

/// a = q · r for a of (m, n), k = min(m, n): q is (m, k) with orthonormal columns, r is (k, n) and 0 below
/// its diagonal, whose signs are any.
template <class T, Index M, Index N, Index K> struct QrDecomposition {
  Tensor<T, M, K> q;
  Tensor<T, K, N> r;
};

/// The singular value decomposition of a of (m, n).
template <matrix_expression X> auto svd(const X& a) {
  using T = typename X::value_type;
  using Matrix = detail::DynamicMatrix<T>;
  constexpr Index m = detail::known_rows<X>, n = detail::known_columns<X>, k = detail::known_lesser<X>;
  const auto matrix = detail::eigen_matrix(a, "svd");
  using Result = SingularValueDecomposition<T, m, n, k>;
  if (matrix.size() == 0)  // which Eigen does not take
    return Result{detail::tensor_of<T, m, k>(Matrix(matrix.rows(), 0)), detail::tensor_of<T, k>(Matrix(0, 1)),
                  detail::tensor_of<T, n, k>(Matrix(matrix.cols(), 0))};
  const Eigen::BDCSVD<Matrix> result(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
  if (result.info() != Eigen::Success) throw error("svd: the singular values did not converge");
  return Result{detail::tensor_of<T, m, k>(result.matrixU()),
                detail::tensor_of<T, k>(result.singularValues()),
                detail::tensor_of<T, n, k>(result.matrixV())};
}

/// Eigenvalues and eigenvectors of a symmetric a of (n, n).
template <matrix_expression X> auto symmetric_eigen(const X& a) {
  using T = typename X::value_type;
  constexpr Index n = detail::known_side<X>;
  const auto pairs = detail::eigen_pairs(detail::symmetric_matrix(a, "symmetric_eigen"), "symmetric_eigen");
  return EigenDecomposition<T, n>{detail::tensor_of<T, n>(pairs.values),
                                  detail::tensor_of<T, n, n>(pairs.vectors)};
}

/// The QR decomposition of a of (m, n), by Householder's reflections.
template <matrix_expression X> auto qr(const X& a) {
  using T = typename X::value_type;
  using Matrix = detail::DynamicMatrix<T>;
  constexpr Index m = detail::known_rows<X>, n = detail::known_columns<X>, k = detail::known_lesser<X>;
  const auto matrix = detail::eigen_matrix(a, "qr");
  const Index lesser = std::min(matrix.rows(), matrix.cols());
  const Eigen::HouseholderQR<Matrix> result(matrix);
  const Matrix q = result.householderQ() * Matrix::Identity(matrix.rows(), lesser);
  const Matrix r = result.matrixQR().topRows(lesser).template triangularView<Eigen::Upper>();
  return QrDecomposition<T, m, n, k>{detail::tensor_of<T, m, k>(q), detail::tensor_of<T, k, n>(r)};
}

/// The lower triangular l of a = l · lᵀ for a symmetric, positive definite a of (n, n).
template <matrix_expression X> auto cholesky(const X& a) {
  using T = typename X::value_type;
  using Matrix = detail::DynamicMatrix<T>;
  constexpr Index n = detail::known_side<X>;
  const Eigen::LLT<Matrix> result(detail::symmetric_matrix(a, "cholesky"));
  if (result.info() != Eigen::Success)
    throw error("cholesky: the matrix of shape ", to_string(a.extents()), " is not positive definite");
  return detail::tensor_of<T, n, n>(Matrix(result.matrixL()));
}

/// The symmetric, positive semidefinite s of a = s · s for such an a of (n, n), as a covariance is. (Of a
/// product of two such, p · q, which has no symmetric root, trace(matrix_sqrt(r · q · r)) with r =
/// matrix_sqrt(p) is the trace of the root.)
template <matrix_expression X> auto matrix_sqrt(const X& a) {
  using T = typename X::value_type;
  using Matrix = detail::DynamicMatrix<T>;
  constexpr Index n = detail::known_side<X>;
  const auto matrix = detail::symmetric_matrix(a, "matrix_sqrt");
  const auto [values, vectors] = detail::eigen_pairs(matrix, "matrix_sqrt");
  if (values.size() > 0 && values(0) < -detail::rounding_of(matrix))
    throw error("matrix_sqrt: the matrix of shape ", to_string(a.extents()),
                " has a negative eigenvalue; its root is not real");
  const Matrix root = vectors * values.cwiseMax(T{0}).cwiseSqrt().asDiagonal() * vectors.transpose();
  return detail::tensor_of<T, n, n>(root);
}

/// The inverse of a of (n, n). To solve a · x = b, solve(a, b) is faster and more accurate than a product
/// with it.
template <matrix_expression X> auto inverse(const X& a) {
  using T = typename X::value_type;
  using Matrix = detail::DynamicMatrix<T>;
  constexpr Index n = detail::known_side<X>;
  const auto matrix = detail::square_matrix(a, "inverse");
  const Matrix unit = Matrix::Identity(matrix.rows(), matrix.cols());
  return detail::tensor_of<T, n, n>(detail::ScaledFactors<T>(matrix, "inverse").solve(unit));
}

/// The rows of both sides stand as template arguments in the compiler's message.
template <Index Rows, Index OfRightSide> struct solved_rows {
  static_assert(Rows == OfRightSide || Rows == dyn || OfRightSide == dyn,
                "solve: the matrix and the right-hand side need as many rows");
};

/// The x of a · x = b, for a of (n, n) and b of (n) or (n, k): x has b's shape.
template <matrix_expression X, expression B>
  requires std::same_as<typename X::value_type, typename B::value_type> && (B::rank == 1 || B::rank == 2)
auto solve(const X& a, const B& b) {
  using T = typename X::value_type;
  (void)solved_rows<detail::known_side<X>, B::extents_type::known[0]>{};
  const auto matrix = detail::square_matrix(a, "solve");
  if (b.extents()[0] != a.extents()[0])
    throw shape_error("solve: a matrix of shape ", to_string(a.extents()), " has no solutions for ",
                      to_string(b.extents()), "; both need as many rows");
  const Tensor right = b;
  const auto x = detail::ScaledFactors<T>(matrix, "solve").solve(as_eigen(right));
  if constexpr (B::rank == 1)
    return detail::tensor_of<T, B::extents_type::known[0]>(x.col(0));
  else
    return detail::tensor_of<T, B::extents_type::known[0], B::extents_type::known[1]>(x);
}

}  // namespace lamina
