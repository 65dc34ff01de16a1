// pad_borders(x, {{before, after}, …}, border, value): a tensor with more elements around those of x.
#pragma once

#include <cstddef>
#include <utility>

#include "lamina/core/border.hpp"
#include "lamina/core/error.hpp"
#include "lamina/tensor/detail/in_memory.hpp"
#include "lamina/tensor/detail/slice_layout.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// How many elements are added at the two ends of an axis.
struct BorderWidths {
  Index before = 0;
  Index after = 0;
};

namespace detail {

/// What a border needs of an axis: throws shape_error where it is not so.
inline void require_border(Border border, const BorderWidths& widths, int axis, Index extent) {
  require(border != Border::partial, "pad_borders: partial is for convolutions alone; take Border::zero");
  require(widths.before >= 0 && widths.after >= 0,
          "pad_borders: widths must not be negative; take a slice to have fewer elements");
  const Index widest = widths.before > widths.after ? widths.before : widths.after;
  const Index most = border == Border::reflect ? extent - 1 : extent;
  const bool fits =
      widest == 0 || border == Border::zero || (border == Border::replicate ? extent > 0 : widest <= most);
  if (!fits)
    throw shape_error("pad_borders: axis ", axis, " of extent ", extent,
                      " has too few elements for a border of ", widest,
                      "; reflect needs a border narrower than the extent, circular one no wider, replicate "
                      "an element");
}

/// Where the elements at `place` come from, counted like it from the first element of x: place < 0 lies
/// before it, place >= extent behind the last.
inline Index border_source(Border border, Index place, Index extent) {
  const bool is_before = place < 0;
  if (border == Border::reflect) return is_before ? -place : 2 * (extent - 1) - place;
  if (border == Border::circular) return is_before ? place + extent : place - extent;
  return is_before ? 0 : extent - 1;
}

/// Fills the border of one axis of `padded` from the elements between.
template <int Axis, class Padded>
void fill_border(Padded& padded, Border border, const BorderWidths& widths) {
  const Index extent = padded.extent(Axis) - widths.before - widths.after;
  const auto fill = [&](Index place) {
    slice_axis<Axis>(padded, widths.before + place) =
        slice_axis<Axis>(padded, widths.before + border_source(border, place, extent));
  };
  for (Index place = -widths.before; place < 0; ++place) fill(place);
  for (Index place = extent; place < extent + widths.after; ++place) fill(place);
}

}  // namespace detail

/// x with widths[i].before elements before and widths[i].after behind those of axis i, as a Tensor of dynamic
/// extents. What they are says `border` (core/border.hpp; not partial); with Border::zero they are `value`.
/// Throws shape_error where x has too few elements for a border.
///   pad_borders(image, {{0, 0}, {1, 1}, {1, 1}}, Border::reflect)
template <expression X>
  requires(X::rank > 0)
auto pad_borders(const X& x, const BorderWidths (&widths)[std::size_t{X::rank}], Border border = Border::zero,
                 typename X::value_type value = {}) {
  auto extents = x.extents().values();
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    detail::require_border(border, widths[axis], static_cast<int>(axis), extents[axis]);
    extents[axis] += widths[axis].before + widths[axis].after;
  }
  auto padded = detail::unwritten_of<typename X::value_type>(detail::UnknownExtents<X::rank>(extents));
  padded.fill(value);
  [&]<int... Axis>(std::integer_sequence<int, Axis...>) {
    const auto inside = [&](int axis) {
      const Index first = widths[axis].before;
      return range(first, first + x.extents()[axis]);
    };
    padded(inside(Axis)...) = x;
    if (border != Border::zero) (detail::fill_border<Axis>(padded, border, widths[Axis]), ...);
  }(std::make_integer_sequence<int, X::rank>{});
  return padded;
}

}  // namespace lamina
