// Axes by number: counted from either end, listed, and taken out of extents and views in another order.
// Behind
// ../rearrange.hpp and ../join.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "lamina/tensor/extents.hpp"
#include "lamina/tensor/tensor_view.hpp"

namespace lamina::detail {

/// Axis counted from the front.
template <int Axis, int Rank> constexpr int axis_from_front() {
  static_assert(Axis >= -Rank && Axis < Rank,
                "axis: a tensor has axes 0 … rank - 1, or -rank … -1 from the back");
  return Axis < 0 ? Axis + Rank : Axis;
}

/// In a list of axes: one of extent 1 that the tensor does not have.
inline constexpr int inserted = -1;

template <std::size_t Rank>
constexpr Index pick(int axis, const std::array<Index, Rank>& values, Index where_inserted) {
  return axis == inserted ? where_inserted : values[static_cast<std::size_t>(axis)];
}

/// The extents of the axes listed.
template <std::array Axes, class From> constexpr auto take_axes(const From& extents) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    const std::array<Index, sizeof...(I)> taken{pick(Axes[I], extents.values(), 1)...};
    return Extents<pick(Axes[I], From::known, 1)...>(taken);
  }(std::make_index_sequence<Axes.size()>{});
}

/// The view that has the axes listed, in that order.
template <std::array Axes, class T, Index... E> constexpr auto take_axes(const TensorView<T, E...>& view) {
  const auto extents = take_axes<Axes>(view.extents());
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return ViewOf<T, std::remove_const_t<decltype(extents)>>(view.data(), extents,
                                                             {pick(Axes[I], view.strides(), 0)...});
  }(std::make_index_sequence<Axes.size()>{});
}

/// The numbers of the axes that are kept.
template <std::array Kept> constexpr auto kept_axes() {
  constexpr std::size_t count = [] {
    std::size_t sum = 0;
    for (const bool keep : Kept) sum += keep;
    return sum;
  }();
  std::array<int, count> axes{};
  for (std::size_t axis = 0, place = 0; axis < Kept.size(); ++axis)
    if (Kept[axis]) axes[place++] = static_cast<int>(axis);
  return axes;
}

/// 0, 1, … Rank - 1, with `inserted` before axis `Axis`.
template <int Rank, int Axis> constexpr auto axes_with_inserted() {
  std::array<int, std::size_t{Rank + 1}> axes{};
  for (int place = 0; place <= Rank; ++place)
    axes[static_cast<std::size_t>(place)] = place < Axis ? place : place == Axis ? inserted : place - 1;
  return axes;
}

}  // namespace lamina::detail
