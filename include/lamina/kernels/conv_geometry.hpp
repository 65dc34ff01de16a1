// What a convolution is, apart from its numbers: channels, groups, kernel, stride, dilation, padding. A
// structural value, so that it can travel as a template argument; its rules are constexpr, so that they hold
// at compile time and at run time alike. Also the one place that knows the order of weights in memory. Next:
// conv.hpp.
#pragma once

#include "lamina/core/border.hpp"
#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::kernels {

/// A two-dimensional cross-correlation. One-dimensional nets have height 1 everywhere. Sizes in elements.
struct ConvGeometry {
  Index in_channels = 1;
  Index out_channels = 1;
  Index groups = 1;
  Index kernel_height = 1;
  Index kernel_width = 1;
  Index stride_height = 1;
  Index stride_width = 1;
  Index dilation_height = 1;
  Index dilation_width = 1;
  Index pad_top = 0;
  Index pad_left = 0;
  Index pad_bottom = 0;
  Index pad_right = 0;
  Border border = Border::zero;

  constexpr bool operator==(const ConvGeometry&) const = default;

  constexpr Index taps() const { return kernel_height * kernel_width; }
  constexpr Index in_channels_per_group() const { return in_channels / groups; }
  constexpr Index out_channels_per_group() const { return out_channels / groups; }
  constexpr bool depthwise() const { return groups > 1 && groups == in_channels && groups == out_channels; }
  /// Many channels to one, with zeros around: what has rows of its own where maps are blocked.
  constexpr bool single_output() const {
    return out_channels == 1 && in_channels > 1 && (border == Border::zero || !padded());
  }
  constexpr bool padded() const { return pad_top != 0 || pad_left != 0 || pad_bottom != 0 || pad_right != 0; }

  /// Rows and columns that a map of `rows` by `columns` yields; 0 or less where the kernel does not fit.
  constexpr Index out_height(Index rows) const {
    const Index room = rows + pad_top + pad_bottom - dilation_height * (kernel_height - 1) - 1;
    return room < 0 ? 0 : room / stride_height + 1;
  }
  constexpr Index out_width(Index columns) const {
    const Index room = columns + pad_left + pad_right - dilation_width * (kernel_width - 1) - 1;
    return room < 0 ? 0 : room / stride_width + 1;
  }
  /// Multiply-adds of one sample that yields `rows` by `columns` outputs, border taps included.
  constexpr Index macs(Index rows, Index columns) const {
    return rows * columns * out_channels * in_channels_per_group() * taps();
  }

  /// Elements of the weights in memory and the place of one of them. The order is
  /// [out_channels / block][kernel_height][kernel_width][in_channels / groups][block], so that what one
  /// output block needs is one run, read front to back; lanes past the last output channel are zero. `block`
  /// is channel_block<T>.
  constexpr Index weight_size(Index block) const {
    return (out_channels + block - 1) / block * block * taps() * in_channels_per_group();
  }
  constexpr Index weight_offset(Index block, Index out, Index in_of_group, Index row, Index column) const {
    const Index tap = (out / block * kernel_height + row) * kernel_width + column;
    return (tap * in_channels_per_group() + in_of_group) * block + out % block;
  }
};

/// The convolution that is the transpose of one with stride 1 and as much zero padding as dilated taps beyond
/// the first, or less: its kernel turned round, its channels changed places.
constexpr ConvGeometry transposed(const ConvGeometry& g) {
  const Index vertical = g.dilation_height * (g.kernel_height - 1);
  const Index horizontal = g.dilation_width * (g.kernel_width - 1);
  ConvGeometry t = g;
  t.border = Border::zero;
  t.in_channels = g.out_channels, t.out_channels = g.in_channels;
  t.pad_top = vertical - g.pad_top, t.pad_bottom = vertical - g.pad_bottom;
  t.pad_left = horizontal - g.pad_left, t.pad_right = horizontal - g.pad_right;
  return t;
}

/// Throws shape_error unless `g` is a convolution that a map of `rows` by `columns` can take.
constexpr void check(const ConvGeometry& g, Index rows, Index columns) {
  require(g.groups > 0 && g.in_channels % g.groups == 0 && g.out_channels % g.groups == 0,
          "conv: the groups must divide input and output channels");
  require(g.in_channels > 0 && g.out_channels > 0 && rows > 0 && columns > 0,
          "conv: maps have at least one channel, row and column");
  require(g.kernel_height > 0 && g.kernel_width > 0, "conv: the kernel needs at least one row and column");
  require(g.stride_height > 0 && g.stride_width > 0 && g.dilation_height > 0 && g.dilation_width > 0,
          "conv: stride and dilation start at 1");
  require(g.pad_top >= 0 && g.pad_left >= 0 && g.pad_bottom >= 0 && g.pad_right >= 0,
          "conv: padding cannot be negative; crop the map instead");
  require(g.out_height(rows) > 0 && g.out_width(columns) > 0,
          "conv: the kernel is larger than the padded map; pad more or use a smaller kernel");
  const Index vertical = g.pad_top > g.pad_bottom ? g.pad_top : g.pad_bottom;
  const Index horizontal = g.pad_left > g.pad_right ? g.pad_left : g.pad_right;
  require(g.border != Border::reflect || (vertical < rows && horizontal < columns),
          "conv: reflect padding must be smaller than the map");
  require(g.border != Border::circular || (vertical <= rows && horizontal <= columns),
          "conv: circular padding cannot exceed the map");
}

}  // namespace lamina::kernels
