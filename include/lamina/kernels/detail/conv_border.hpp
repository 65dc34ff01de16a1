// Padded copies of samples, and their adjoint, which folds the gradient of the padding back onto the pixels
// it came from. Borders that have values need them; zero and partial ones only where a copy is the faster way
// (conv_axis.hpp knows the other). Also the factors of partial convolution.
#pragma once

#include <algorithm>

#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/detail/conv_map.hpp"

namespace lamina::kernels::detail {

constexpr bool copies_border(const ConvGeometry& g) {
  return g.padded() && g.border != Border::zero && g.border != Border::partial;
}

/// Whether to copy an image, though its border is zero: a small one that goes to a single block of outputs,
/// whose twelve pixels of a tile have too much of corners (28×28, 5×5: 37 instead of 32 GFLOP/s).
template <class In, class Out> bool pads_image(const In& in, const Out& out, const ConvGeometry& g) {
  constexpr Index small = 8192;  // elements
  return g.padded() && g.border == Border::zero && in.block == 1 && out.blocks() == 1 &&
         in.channels * in.pixels() <= small;
}

/// The same convolution on maps that are padded already.
constexpr ConvGeometry without_padding(ConvGeometry g) {
  g.pad_top = g.pad_left = g.pad_bottom = g.pad_right = 0;
  return g;
}

/// The position on an axis that coordinate `at`, perhaps outside, takes its value from; -1: it is zero.
constexpr Index border_source(Border border, Index at, Index extent) {
  if (at >= 0 && at < extent) return at;
  switch (border) {
    case Border::reflect:
      return at < 0 ? -at : 2 * (extent - 1) - at;
    case Border::replicate:
      return at < 0 ? 0 : extent - 1;
    case Border::circular:
      return (at + extent) % extent;
    default:
      return -1;
  }
}

/// Describes padded samples that lie at `data`.
template <class T, class U>
AnyMap<T> padded_samples(T* data, Index count, const AnyMap<U>& map, const ConvGeometry& g) {
  return {data,
          count,
          map.channels,
          map.height + g.pad_top + g.pad_bottom,
          map.width + g.pad_left + g.pad_right,
          map.block};
}

/// Copies rows [first, last) of samples into their padded form.
template <class T>
void pad_samples(const AnyMap<const T>& map, const ConvGeometry& g, const AnyMap<T>& padded, Index first,
                 Index last) {
  const Index lanes = map.block;
  for (Index n = 0; n < map.batch; ++n)
    for (Index block = 0; block < map.blocks(); ++block)
      for (Index row = first; row < last; ++row) {
        T* const to = padded.at_block(n, block) + row * padded.row_stride();
        T* const inside = to + g.pad_left * lanes;
        const Index source = border_source(g.border, row - g.pad_top, map.height);
        if (source < 0) {
          std::fill_n(to, padded.row_stride(), T{0});
          continue;
        }
        std::copy_n(map.at_block(n, block) + source * map.row_stride(), map.row_stride(), inside);
        const auto fill = [&](Index from, Index until) {
          for (Index column = from; column < until; ++column) {
            const Index at = border_source(g.border, column, map.width);
            for (Index lane = 0; lane < lanes; ++lane)
              inside[column * lanes + lane] = at < 0 ? T{0} : inside[at * lanes + lane];
          }
        };
        fill(-g.pad_left, 0);
        fill(map.width, map.width + g.pad_right);
      }
}

/// The adjoint of pad_samples, of one sample: adds every element of the padded gradient to the one it was
/// copied from.
template <class T>
void fold_sample(const AnyMap<T>& padded, const ConvGeometry& g, bool accumulate, const AnyMap<T>& map) {
  const Index lanes = map.block;
  if (!accumulate) std::fill_n(map.data, map.blocks() * map.block_stride(), T{0});
  for (Index block = 0; block < map.blocks(); ++block)
    for (Index row = 0; row < padded.height; ++row) {
      const T* from = padded.at_block(0, block) + row * padded.row_stride();
      T* const to =
          map.at_block(0, block) + border_source(g.border, row - g.pad_top, map.height) * map.row_stride();
      for (Index column = 0; column < padded.width; ++column, from += lanes)
        for (Index lane = 0; lane < lanes; ++lane)
          to[border_source(g.border, column - g.pad_left, map.width) * lanes + lane] += from[lane];
    }
}

/// A sample of dy scaled by taps / taps inside the map, the factor of a partial convolution at each of its
/// outputs; 0 where no tap is inside.
template <class T, class Runs>
void scale_partial(const AnyMap<const T>& dy, const ConvGeometry& g, const Runs& rows, const Runs& columns,
                   T* scaled) {
  for (const auto& row : rows)
    for (const auto& column : columns) {
      const Index inside = row.tap_count * column.tap_count;
      const T factor = inside == 0 ? T{0} : static_cast<T>(g.taps()) / static_cast<T>(inside);
      for (Index block = 0; block < dy.blocks(); ++block)
        for (Index r = row.first; r < row.first + row.count; ++r) {
          const Index first = block * dy.block_stride() + r * dy.row_stride() + column.first * dy.block;
          for (Index i = first; i < first + column.count * dy.block; ++i) scaled[i] = factor * dy.data[i];
        }
    }
}

}  // namespace lamina::kernels::detail
