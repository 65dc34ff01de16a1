// Tensors as Eigen matrices and Eigen matrices as tensors, both without a copy.
//   as_eigen(t)        an Eigen::Map of a tensor or view with one or two axes: m(i, j) is t(i, j)
//   as_tensor(matrix)  a TensorView of an Eigen matrix, array, map or block: v(i, j) is matrix(i, j)
// Indices mean the same on both sides; what differs is stated in the type. Tensors are row-major, so as_eigen
// of a Tensor is a row-major map (a vector: a column vector). A view with strides gives a map with strides.
// Eigen's own matrices are mostly column-major, so as_tensor gives a view with the strides they have: copy it
// into a Tensor to have rows in one run.
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "lamina/tensor/tensor.hpp"

namespace lamina {

namespace detail {

static_assert(Eigen::Dynamic == dyn, "extents that are dyn pass as Eigen::Dynamic");

/// The Eigen matrix that has the extents. (A column vector of Eigen's cannot be row-major, and need not be.)
template <class T, Index... E> struct EigenMatrix;
template <class T, Index N> struct EigenMatrix<T, N> {
  using type = Eigen::Matrix<T, static_cast<int>(N), 1>;
};
template <class T, Index Rows, Index Columns> struct EigenMatrix<T, Rows, Columns> {
  using type = Eigen::Matrix<T, static_cast<int>(Rows), static_cast<int>(Columns),
                             Columns == 1 && Rows != 1 ? Eigen::ColMajor : Eigen::RowMajor>;
};

/// The matrix with T's constness, as Eigen::Map wants it.
template <class T, Index... E>
using MappedMatrix =
    std::conditional_t<std::is_const_v<T>, const typename EigenMatrix<std::remove_const_t<T>, E...>::type,
                       typename EigenMatrix<T, E...>::type>;

/// A map of a tensor's elements.
template <class T, Index... E> auto map_of_tensor(const TensorView<T, E...>& view) {
  using Map = Eigen::Map<MappedMatrix<T, E...>, Eigen::AlignedMax>;
  if constexpr (sizeof...(E) == 1)
    return Map(view.data(), view.extent(0));
  else
    return Map(view.data(), view.extent(0), view.extent(1));
}

}  // namespace detail

/// A map of a tensor's elements, row-major.
template <class T, Index... E>
  requires(sizeof...(E) == 1 || sizeof...(E) == 2)
auto as_eigen(Tensor<T, E...>& tensor) {
  return detail::map_of_tensor(tensor.view());
}
template <class T, Index... E>
  requires(sizeof...(E) == 1 || sizeof...(E) == 2)
auto as_eigen(const Tensor<T, E...>& tensor) {
  return detail::map_of_tensor(tensor.view());
}
template <class T, Index... E>
void as_eigen(const Tensor<T, E...>&&) = delete;  // the map would outlive the elements

/// A map of a view's elements with the view's strides.
template <class T, Index... E>
  requires(sizeof...(E) == 1 || sizeof...(E) == 2)
auto as_eigen(const TensorView<T, E...>& view) {
  if constexpr (sizeof...(E) == 1) {
    using Steps = Eigen::InnerStride<>;
    return Eigen::Map<detail::MappedMatrix<T, E...>, Eigen::Unaligned, Steps>(view.data(), view.extent(0),
                                                                              Steps(view.stride(0)));
  } else {
    using Steps = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    using Matrix = detail::MappedMatrix<T, E...>;
    const bool row_major = std::remove_const_t<Matrix>::IsRowMajor;
    return Eigen::Map<Matrix, Eigen::Unaligned, Steps>(
        view.data(), view.extent(0), view.extent(1),
        row_major ? Steps(view.stride(0), view.stride(1)) : Steps(view.stride(1), view.stride(0)));
  }
}

namespace detail {

/// T is const where the matrix may not be written.
template <class T, class Derived> auto view_of_eigen(Derived& matrix, T* data) {
  static_assert(Derived::Flags & Eigen::DirectAccessBit,
                "as_tensor: an Eigen expression has no elements in memory; evaluate it into a matrix first");
  constexpr Index rows = Derived::RowsAtCompileTime, columns = Derived::ColsAtCompileTime;
  if constexpr (Derived::IsVectorAtCompileTime) {
    using View = TensorView<T, Derived::SizeAtCompileTime>;
    return View(data, typename View::extents_type({matrix.size()}), {matrix.innerStride()});
  } else {
    using View = TensorView<T, rows, columns>;
    return View(data, typename View::extents_type({matrix.rows(), matrix.cols()}),
                {matrix.rowStride(), matrix.colStride()});
  }
}

}  // namespace detail

/// A view of an Eigen matrix, array, map or block of either order and any strides, or of a vector (one axis),
/// with the strides it has; static extents stay static. What is const, or maps something const, gives const
/// elements.
template <class Derived> auto as_tensor(Eigen::DenseBase<Derived>& matrix) {
  return detail::view_of_eigen(matrix.derived(), matrix.derived().data());
}
template <class Derived> auto as_tensor(const Eigen::DenseBase<Derived>& matrix) {
  return detail::view_of_eigen(matrix.derived(), matrix.derived().data());
}
/// Of a temporary map or block: as_tensor(matrix.row(2)) += 1.
template <class Derived> auto as_tensor(Eigen::DenseBase<Derived>&& matrix) {
  return detail::view_of_eigen(matrix.derived(), matrix.derived().data());
}
template <class Derived>
void as_tensor(const Eigen::PlainObjectBase<Derived>&&) = delete;  // the view would outlive the elements

}  // namespace lamina
