// Borders that have values: a padded copy of a sample, and its adjoint, which folds the gradient of the
// padding back onto the pixels it came from. (Zero and partial borders need no copy: see conv_axis.hpp.) Also
// the factors of partial convolution.
#pragma once

#include <algorithm>

#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina::kernels::detail {

constexpr bool copies_border(const ConvGeometry& g) {
  return g.padded() && g.border != Border::zero && g.border != Border::partial;
}

/// The same convolution on maps that are padded already.
constexpr ConvGeometry without_padding(ConvGeometry g) {
  g.pad_top = g.pad_left = g.pad_bottom = g.pad_right = 0;
  return g;
}

/// The position on an axis that coordinate `at`, perhaps outside, takes its value from.
constexpr index border_source(Border border, index at, index extent) {
  switch (border) {
    case Border::reflect:
      return at < 0 ? -at : at >= extent ? 2 * (extent - 1) - at : at;
    case Border::replicate:
      return std::clamp<index>(at, 0, extent - 1);
    case Border::circular:
      return (at + extent) % extent;
    default:
      return at;
  }
}

/// Describes a padded sample that lies at `data`.
template <class T, int Block, class U>
FeatureMapView<T, Block> padded_sample(T* data, const FeatureMapView<U, Block>& map, const ConvGeometry& g) {
  return {data, 1, map.channels, map.height + g.pad_top + g.pad_bottom, map.width + g.pad_left + g.pad_right};
}

/// Calls f(padded, inside) with the Block lanes of each pixel of a padded sample and of the pixel behind it.
template <class P, class M, int Block, class F>
void for_each_padded_pixel(const FeatureMapView<P, Block>& padded, const FeatureMapView<M, Block>& map,
                           const ConvGeometry& g, F&& f) {
  for (index block = 0; block < map.blocks(); ++block)
    for (index row = 0; row < padded.height; ++row) {
      P* to = padded.at_block(0, block) + row * padded.row_stride();
      M* const from =
          map.at_block(0, block) + border_source(g.border, row - g.pad_top, map.height) * map.row_stride();
      for (index column = 0; column < padded.width; ++column, to += Block)
        f(to, from + border_source(g.border, column - g.pad_left, map.width) * Block);
    }
}

/// Copies a sample into its padded form.
template <class T, int Block>
void pad_sample(const FeatureMapView<const T, Block>& map, const ConvGeometry& g,
                const FeatureMapView<T, Block>& padded) {
  for_each_padded_pixel(padded, map, g, [](T* to, const T* from) { std::copy_n(from, Block, to); });
}

/// The adjoint of pad_sample: adds every element of the padded gradient to the element it was copied from.
template <class T, int Block>
void fold_sample(const FeatureMapView<T, Block>& padded, const ConvGeometry& g, bool accumulate,
                 const FeatureMapView<T, Block>& map) {
  if (!accumulate) std::fill_n(map.data, map.blocks() * map.block_stride(), T{0});
  for_each_padded_pixel(padded, map, g, [](const T* from, T* to) {
    for (int lane = 0; lane < Block; ++lane) to[lane] += from[lane];
  });
}

/// dy scaled by taps / taps inside the map, the factor of a partial convolution at each of its outputs; 0
/// where no tap is inside.
template <class T, class RowRuns, class ColumnRuns>
void scale_partial(const FeatureMapView<const T>& dy, const ConvGeometry& g, const RowRuns& rows,
                   const ColumnRuns& columns, T* scaled) {
  constexpr int Block = FeatureMapView<T>::block;
  for (const auto& row : rows)
    for (const auto& column : columns) {
      const index inside = row.tap_count * column.tap_count;
      const T factor = inside == 0 ? T{0} : static_cast<T>(g.taps()) / static_cast<T>(inside);
      for (index block = 0; block < dy.blocks(); ++block)
        for (index r = 0; r < row.count; ++r)
          for (index c = 0; c < column.count; ++c) {
            const index at =
                block * dy.block_stride() + (row.first + r) * dy.row_stride() + (column.first + c) * Block;
            for (int lane = 0; lane < Block; ++lane) scaled[at + lane] = factor * dy.data[at + lane];
          }
    }
}

}  // namespace lamina::kernels::detail
