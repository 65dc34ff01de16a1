// Tensors as Eigen's dynamic matrices, checked, and back: what the functions of ../linear_algebra.hpp share.
#pragma once

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/tensor/eigen.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// A tensor expression with two axes, of float or double.
template <class X>
concept matrix_expression = expression<X> && std::remove_cvref_t<X>::rank == 2 &&
                            (std::same_as<typename std::remove_cvref_t<X>::value_type, float> ||
                             std::same_as<typename std::remove_cvref_t<X>::value_type, double>);

namespace detail {

template <class T> using DynamicMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// Known extents of X: rows, columns, the lesser of the two, and the side of a square.
template <class X> inline constexpr Index known_rows = X::extents_type::known[0];
template <class X> inline constexpr Index known_columns = X::extents_type::known[1];
template <class X>
inline constexpr Index known_lesser =
    known_rows<X> == dyn || known_columns<X> == dyn ? dyn : std::min(known_rows<X>, known_columns<X>);
template <class X>
inline constexpr Index known_side = known_rows<X> == dyn ? known_columns<X> : known_rows<X>;

/// The extents stand as template arguments in the compiler's message.
template <Index Rows, Index Columns> struct square_extents {
  static_assert(Rows == Columns || Rows == dyn || Columns == dyn,
                "linear algebra: the matrix must be square here");
};

/// x as one of Eigen's matrices. `function` names the caller in errors.
template <matrix_expression X> auto eigen_matrix(const X& x, const char* function) {
  const Tensor elements = x;
  DynamicMatrix<typename X::value_type> matrix = as_eigen(elements);
  if (!matrix.allFinite())
    throw error(function, ": the matrix of shape ", to_string(x.extents()),
                " has elements that are not finite");
  return matrix;
}
template <matrix_expression X> auto square_matrix(const X& x, const char* function) {
  (void)square_extents<known_rows<X>, known_columns<X>>{};
  if (x.extents()[0] != x.extents()[1])
    throw shape_error(function, ": the matrix must be square, not ", to_string(x.extents()));
  return eigen_matrix(x, function);
}

/// What is taken for rounding, not for a difference, in elements of a matrix.
template <class T> T rounding_of(const DynamicMatrix<T>& matrix) {
  if (matrix.size() == 0) return 0;
  return 16 * static_cast<T>(matrix.rows()) * std::numeric_limits<T>::epsilon() *
         matrix.cwiseAbs().maxCoeff();
}

template <matrix_expression X> auto symmetric_matrix(const X& x, const char* function) {
  auto matrix = square_matrix(x, function);
  if (matrix.size() > 0 && (matrix - matrix.transpose()).cwiseAbs().maxCoeff() > rounding_of(matrix))
    throw error(function, ": the matrix of shape ", to_string(x.extents()),
                " is not symmetric; (a + aᵀ) / 2 is");
  return matrix;
}

template <class T> using DynamicVector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// Eigenvalues of a symmetric matrix, rising, and eigenvectors as columns.
template <class T> struct EigenPairs {
  DynamicVector<T> values;
  DynamicMatrix<T> vectors;
};
template <class T> EigenPairs<T> eigen_pairs(const DynamicMatrix<T>& matrix, const char* function) {
  if (matrix.size() == 0) return {};  // which Eigen's solver does not take
  const Eigen::SelfAdjointEigenSolver<DynamicMatrix<T>> solver(matrix);
  if (solver.info() != Eigen::Success) throw error(function, ": the eigenvalues did not converge");
  return {solver.eigenvalues(), solver.eigenvectors()};
}

/// An Eigen matrix, or a vector where there is one extent, as a tensor.
template <class T, Index... E, class Derived>
Tensor<T, E...> tensor_of(const Eigen::MatrixBase<Derived>& matrix) {
  constexpr std::size_t rank = sizeof...(E);
  std::array<Index, rank> extents{matrix.rows()};
  if constexpr (rank == 2) extents[1] = matrix.cols();
  auto tensor = Tensor<T, E...>::uninitialized(Extents<E...>(extents));
  if (!tensor.empty()) as_eigen(tensor) = matrix;
  return tensor;
}

/// The factors of r · a · c, where r and c are diagonal and bring the largest elements of each row and column
/// near 1, in powers of 2, which round nothing. So a is told from a singular matrix by its directions, and
/// not by the units that its rows and columns are in.
template <class T> class ScaledFactors {
 public:
  /// Throws error, which names the function, where a is singular.
  ScaledFactors(DynamicMatrix<T> a, const char* function) {
    if (a.size() == 0) return;
    rows_ = scales(a.cwiseAbs().rowwise().maxCoeff());
    a = rows_.asDiagonal() * a;
    columns_ = scales(a.cwiseAbs().colwise().maxCoeff().transpose());
    a = a * columns_.asDiagonal();
    factors_.compute(a);
    // Not `<`: the estimate is NaN where a pivot is 0.
    if (!(factors_.rcond() >= std::numeric_limits<T>::epsilon()))
      throw error(function, ": the matrix of shape (", a.rows(), ", ", a.cols(),
                  ") is singular to the precision of its elements");
  }

  /// The x of a · x = b.
  template <class Derived> DynamicMatrix<T> solve(const Eigen::MatrixBase<Derived>& b) const {
    if (b.size() == 0) return b;
    return columns_.asDiagonal() * factors_.solve(rows_.asDiagonal() * b);
  }

 private:
  static DynamicVector<T> scales(const DynamicVector<T>& largest) {
    static constexpr int most = std::numeric_limits<T>::max_exponent - 1;
    return largest.unaryExpr(
        [](T v) { return v > 0 ? std::ldexp(T{1}, std::min(-std::ilogb(v), most)) : T{1}; });
  }

  DynamicVector<T> rows_, columns_;
  Eigen::PartialPivLU<DynamicMatrix<T>> factors_;
};

}  // namespace detail

}  // namespace lamina
