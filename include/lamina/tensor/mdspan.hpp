// Tensors as mdspans and mdspans as tensors, both without a copy. Indices mean the same on both sides.
//   as_tensor(m)        a TensorView of an mdspan: std::mdspan, Kokkos::mdspan, or any type like them;
//                       nothing need be included for that but the header that m's type comes from
//   as_mdspan<M>(x)     the mdspan of type M, of whatever library, of a tensor or view
//   as_mdspan(x)        std::mdspan where the standard library has one, else Kokkos' (the reference
//                       implementation) if <mdspan/mdspan.hpp> is found; where neither is, it does not exist,
//                       and LAMINA_HAS_MDSPAN is not defined. Of a Tensor it is a layout_right, of a view
//                       a layout_stride.
#pragma once

#include <version>

#if defined(__cpp_lib_mdspan)
#include <mdspan>
#define LAMINA_HAS_MDSPAN
#elif __has_include(<mdspan/mdspan.hpp>)
#include <mdspan/mdspan.hpp>
#define LAMINA_HAS_MDSPAN
#endif

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include "lamina/core/error.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// What has the interface of std::mdspan, and whose elements are plain objects in memory.
template <class M>
concept mdspan_like = requires(const M& m, std::size_t axis) {
  typename M::element_type;
  typename M::index_type;
  requires std::same_as<typename M::reference, typename M::element_type&>;
  { M::rank() } -> std::convertible_to<std::size_t>;
  { M::extents_type::static_extent(axis) } -> std::convertible_to<std::size_t>;
  { m.extent(axis) } -> std::convertible_to<Index>;
  { m.data_handle() } -> std::convertible_to<typename M::element_type*>;
  { m.mapping().is_strided() } -> std::convertible_to<bool>;
};

namespace detail {

/// Whether M can refer to elements of T along Rank axes.
template <class M, class T, std::size_t Rank>
concept mdspan_for =
    mdspan_like<M> && M::rank() == Rank && std::is_convertible_v<T*, typename M::element_type*>;

/// An extent of mdspan's as one of ours.
constexpr Index static_extent_of(std::size_t extent) {
  return extent == std::numeric_limits<std::size_t>::max() ? dyn : static_cast<Index>(extent);
}

template <class M, std::size_t... Axis> auto view_of_mdspan(const M& m, std::index_sequence<Axis...>) {
  require(m.mapping().is_strided(), "as_tensor: the mdspan's layout has no strides; copy its elements");
  using ExtentsType = Extents<static_extent_of(M::extents_type::static_extent(Axis))...>;
  const std::array<Index, sizeof...(Axis)> extents{static_cast<Index>(m.extent(Axis))...};
  const std::array<Index, sizeof...(Axis)> strides{static_cast<Index>(m.mapping().stride(Axis))...};
  return ViewOf<typename M::element_type, ExtentsType>(m.data_handle(), ExtentsType(extents), strides);
}

/// The mapping of an mdspan type that has the extents, and the strides if it stores some.
template <class M, Index... E>
auto mdspan_mapping(const Extents<E...>& extents, const std::array<Index, sizeof...(E)>& strides) {
  using I = typename M::index_type;
  constexpr std::size_t rank = sizeof...(E);
  std::array<I, rank> to_extents{}, to_strides{};
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const Index extent = extents[static_cast<int>(axis)];
    const Index known = static_extent_of(M::extents_type::static_extent(axis));
    require((known == dyn || known == extent) && std::in_range<I>(extent) && std::in_range<I>(strides[axis]),
            "as_mdspan: the tensor's extents or strides do not fit the mdspan's type");
    to_extents[axis] = static_cast<I>(extent);
    to_strides[axis] = static_cast<I>(strides[axis]);
  }
  using Mapping = typename M::mapping_type;
  const typename M::extents_type mdspan_extents(to_extents);
  if constexpr (std::is_constructible_v<Mapping, typename M::extents_type, std::array<I, rank>>) {
    return Mapping(mdspan_extents, to_strides);
  } else {
    const Mapping mapping(mdspan_extents);
    if constexpr (rank > 0)
      for (std::size_t axis = 0; axis < rank; ++axis)
        require(extents.size() == 0 || to_extents[axis] == 1 || mapping.stride(axis) == to_strides[axis],
                "as_mdspan: the elements do not lie as the mdspan's layout says; ask for layout_stride, or "
                "copy them into a Tensor");
    return mapping;
  }
}

}  // namespace detail

/// A view of an mdspan's elements, with its strides; static extents stay static, and const elements const.
/// Throws shape_error where its layout has no strides.
template <mdspan_like M> auto as_tensor(const M& m) {
  return detail::view_of_mdspan(m, std::make_index_sequence<M::rank()>{});
}

/// An mdspan of type M of a view's elements: as_mdspan<std::mdspan<float, std::dims<2>>>(x). Throws
/// shape_error where the extents are not those of M's type, or where M's layout has no place for the strides
/// and the elements do not lie as it says.
template <class M, class T, Index... E>
  requires detail::mdspan_for<M, T, sizeof...(E)>
M as_mdspan(const TensorView<T, E...>& view) {
  return M(view.data(), detail::mdspan_mapping<M>(view.extents(), view.strides()));
}
/// An mdspan of type M of a tensor's elements.
template <class M, class T, Index... E>
  requires detail::mdspan_for<M, T, sizeof...(E)>
M as_mdspan(Tensor<T, E...>& tensor) {
  return as_mdspan<M>(tensor.view());
}
template <class M, class T, Index... E>
  requires detail::mdspan_for<M, const T, sizeof...(E)>
M as_mdspan(const Tensor<T, E...>& tensor) {
  return as_mdspan<M>(tensor.view());
}
template <class M, class T, Index... E>
void as_mdspan(const Tensor<T, E...>&&) = delete;  // the mdspan would outlive the elements

#if defined(LAMINA_HAS_MDSPAN)

namespace detail {

#if defined(__cpp_lib_mdspan)
namespace mdspan_library = std;
#else
namespace mdspan_library = Kokkos;
#endif

template <class T, class Layout, Index... E>
using MdspanOf =
    mdspan_library::mdspan<T,
                           mdspan_library::extents<Index, (E == dyn ? std::numeric_limits<std::size_t>::max()
                                                                    : static_cast<std::size_t>(E))...>,
                           Layout>;

}  // namespace detail

/// The mdspan, with strides, of a view's elements.
template <class T, Index... E> auto as_mdspan(const TensorView<T, E...>& view) {
  return as_mdspan<detail::MdspanOf<T, detail::mdspan_library::layout_stride, E...>>(view);
}
/// The row-major mdspan of a tensor's elements.
template <class T, Index... E> auto as_mdspan(Tensor<T, E...>& tensor) {
  return as_mdspan<detail::MdspanOf<T, detail::mdspan_library::layout_right, E...>>(tensor);
}
template <class T, Index... E> auto as_mdspan(const Tensor<T, E...>& tensor) {
  return as_mdspan<detail::MdspanOf<const T, detail::mdspan_library::layout_right, E...>>(tensor);
}
template <class T, Index... E>
void as_mdspan(const Tensor<T, E...>&&) = delete;  // the mdspan would outlive the elements

#endif

}  // namespace lamina
