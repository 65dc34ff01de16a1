// Tensors as tensors of Eigen's Tensor module, and those as lamina's, both without a copy.
//   as_eigen_tensor(x)                   a row-major Eigen::TensorMap of a tensor or a contiguous view
//   as_eigen_tensor<Eigen::ColMajor>(v)  a column-major one, of a view in column-major order
//   as_tensor(e)                         a TensorView of an Eigen tensor or TensorMap of either order
// Indices mean the same on both sides, in the same order: m(i, j, k) is x(i, j, k). How the elements lie is
// said by the type there and by the strides here. Eigen's tensors are column-major unless they say RowMajor;
// copy the view of one into a Tensor to have rows in one run. Matrices are in eigen.hpp. Not in lamina.hpp,
// for Eigen's module takes long to compile.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <unsupported/Eigen/CXX11/Tensor>

#include "lamina/core/error.hpp"
#include "lamina/tensor/detail/in_memory.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

namespace detail {

/// Distances between neighbours along each axis when the first axis lies in one run (Fortran's order).
template <Index... E>
constexpr std::array<Index, sizeof...(E)> column_major_strides(const Extents<E...>& extents) {
  std::array<Index, sizeof...(E)> strides{};
  Index stride = 1;
  for (int axis = 0; axis < Extents<E...>::rank; ++axis) {
    strides[static_cast<std::size_t>(axis)] = stride;
    stride *= extents[axis];
  }
  return strides;
}

/// The strides of elements in an order of Eigen's.
template <int Order, class ExtentsType> constexpr auto strides_in_order(const ExtentsType& extents) {
  static_assert(Order == Eigen::RowMajor || Order == Eigen::ColMajor,
                "as_eigen_tensor: the order is Eigen::RowMajor or Eigen::ColMajor");
  if constexpr (Order == Eigen::RowMajor)
    return row_major_strides(extents);
  else
    return column_major_strides(extents);
}

/// Eigen's map of elements of T, which may be const.
template <class T, int Rank, int Order>
using EigenTensorMap = Eigen::TensorMap<
    std::conditional_t<std::is_const_v<T>, const Eigen::Tensor<std::remove_const_t<T>, Rank, Order, Index>,
                       Eigen::Tensor<T, Rank, Order, Index>>>;

/// The dimensions of an Eigen tensor as extents, static where their type tells them.
template <class I, int Rank> UnknownExtents<Rank> extents_of_eigen(const Eigen::DSizes<I, Rank>& dimensions) {
  std::array<Index, static_cast<std::size_t>(Rank)> values{};
  std::copy(dimensions.begin(), dimensions.end(), values.begin());
  return UnknownExtents<Rank>(values);
}
template <std::ptrdiff_t... E> Extents<E...> extents_of_eigen(const Eigen::Sizes<E...>&) { return {}; }

template <class EigenTensor, class T> auto view_of_eigen_tensor(const EigenTensor& tensor, T* data) {
  const auto extents = extents_of_eigen(tensor.dimensions());
  return ViewOf<T, std::remove_const_t<decltype(extents)>>(
      data, extents, strides_in_order<static_cast<int>(EigenTensor::Layout)>(extents));
}

}  // namespace detail

/// A map of a view's elements, which must lie in a run in the order stated: Eigen::RowMajor, unless
/// Eigen::ColMajor is asked for. Others throw shape_error, for a TensorMap has no strides.
template <int Order = Eigen::RowMajor, class T, Index... E>
auto as_eigen_tensor(const TensorView<T, E...>& view) {
  constexpr int rank = sizeof...(E);
  const auto packed = detail::strides_in_order<Order>(view.extents());
  typename detail::EigenTensorMap<T, rank, Order>::Dimensions dimensions;
  for (int axis = 0; axis < rank; ++axis) {
    dimensions[static_cast<std::size_t>(axis)] = view.extent(axis);
    require(
        view.empty() || view.extent(axis) == 1 || view.stride(axis) == packed[static_cast<std::size_t>(axis)],
        "as_eigen_tensor: an Eigen::TensorMap has no strides, and the view's elements do not lie in the "
        "order stated; copy them into a Tensor");
  }
  return detail::EigenTensorMap<T, rank, Order>(view.data(), dimensions);
}

/// A row-major map of a tensor's elements.
template <class T, Index... E> auto as_eigen_tensor(Tensor<T, E...>& tensor) {
  return as_eigen_tensor(tensor.view());
}
template <class T, Index... E> auto as_eigen_tensor(const Tensor<T, E...>& tensor) {
  return as_eigen_tensor(tensor.view());
}
template <class T, Index... E>
void as_eigen_tensor(const Tensor<T, E...>&&) = delete;  // the map would outlive the elements

/// A view of an Eigen tensor of either order, with the strides of that order; the extents of a
/// TensorFixedSize stay static.
template <class T, int Rank, int Options, class I>
auto as_tensor(Eigen::Tensor<T, Rank, Options, I>& tensor) {
  return detail::view_of_eigen_tensor(tensor, tensor.data());
}
template <class T, int Rank, int Options, class I>
auto as_tensor(const Eigen::Tensor<T, Rank, Options, I>& tensor) {
  return detail::view_of_eigen_tensor(tensor, tensor.data());
}
template <class T, int Rank, int Options, class I>
void as_tensor(const Eigen::Tensor<T, Rank, Options, I>&&) = delete;  // the view would outlive the elements
template <class T, class Dimensions, int Options, class I>
auto as_tensor(Eigen::TensorFixedSize<T, Dimensions, Options, I>& tensor) {
  return detail::view_of_eigen_tensor(tensor, tensor.data());
}
template <class T, class Dimensions, int Options, class I>
auto as_tensor(const Eigen::TensorFixedSize<T, Dimensions, Options, I>& tensor) {
  return detail::view_of_eigen_tensor(tensor, tensor.data());
}
template <class T, class Dimensions, int Options, class I>
void as_tensor(const Eigen::TensorFixedSize<T, Dimensions, Options, I>&&) = delete;

/// A view of what an Eigen::TensorMap maps. A map of a const tensor gives const elements.
template <class Mapped, int Options> auto as_tensor(const Eigen::TensorMap<Mapped, Options>& map) {
  return detail::view_of_eigen_tensor(map, map.data());
}

}  // namespace lamina
