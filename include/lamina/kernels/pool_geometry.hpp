// Where the windows of a pooling lie, by PyTorch's rules: fixed windows with stride, padding, dilation and
// ceil mode, or the adaptive ones that divide any map into a given number of bins. Kernels ask a geometry for
// the rows and columns of each output, so max_pool.hpp and average_pool.hpp know one kind of window only.
#pragma once

#include <algorithm>

#include "lamina/core/error.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::kernels {

/// The positions of a window on one axis that lie inside the map: first, first + step, …
struct Taps {
  Index first, count, step;
};

/// Fixed windows. A structural value; sizes in elements.
struct PoolGeometry {
  Index kernel_height = 2;
  Index kernel_width = 2;
  Index stride_height = 2;
  Index stride_width = 2;
  Index dilation_height = 1;
  Index dilation_width = 1;
  Index pad_top = 0;
  Index pad_left = 0;
  Index pad_bottom = 0;
  Index pad_right = 0;
  bool ceil_mode = false;  ///< a last window may hang over the end if it begins in the map or left padding
  bool count_include_pad = true;  ///< whether averages count padding (as zeros)

  constexpr bool operator==(const PoolGeometry&) const = default;

  /// Rows and columns that a map of `rows` by `columns` yields; 0 or less where the window does not fit.
  constexpr Index out_height(Index rows) const {
    return out_extent(rows, kernel_height, stride_height, dilation_height, pad_top, pad_bottom);
  }
  constexpr Index out_width(Index columns) const {
    return out_extent(columns, kernel_width, stride_width, dilation_width, pad_left, pad_right);
  }

  /// Rows of the map that output row o sees; columns that output column o sees.
  constexpr Taps row_taps(Index o, Index rows) const {
    return taps(o * stride_height - pad_top, kernel_height, dilation_height, rows);
  }
  constexpr Taps column_taps(Index o, Index columns) const {
    return taps(o * stride_width - pad_left, kernel_width, dilation_width, columns);
  }

  /// What an average divides by is the product of these two.
  constexpr Index row_divisor(Index o, Index rows) const {
    return divisor(o * stride_height - pad_top, kernel_height, rows, pad_bottom);
  }
  constexpr Index column_divisor(Index o, Index columns) const {
    return divisor(o * stride_width - pad_left, kernel_width, columns, pad_right);
  }

 private:
  constexpr Index out_extent(Index extent, Index kernel, Index stride, Index dilation, Index before,
                             Index after) const {
    const Index room = extent + before + after - dilation * (kernel - 1) - 1;
    if (room < 0) return 0;
    const Index windows = (room + (ceil_mode ? stride - 1 : 0)) / stride + 1;
    return windows - (ceil_mode && (windows - 1) * stride >= extent + before ? 1 : 0);
  }
  static constexpr Taps taps(Index start, Index kernel, Index dilation, Index extent) {
    const Index outside = start < 0 ? (-start + dilation - 1) / dilation : 0;
    const Index first = start + outside * dilation;
    const Index inside = (extent - first + dilation - 1) / dilation;
    return {first, std::max(Index{0}, std::min(kernel - outside, inside)), dilation};
  }
  constexpr Index divisor(Index start, Index kernel, Index extent, Index after) const {
    const Index end = std::min(start + kernel, extent + after);  // of the window, within the padded map
    return count_include_pad ? end - start : std::min(end, extent) - std::max(start, Index{0});
  }
};

/// Throws shape_error unless `g` is a pooling that a map of `rows` by `columns` can take.
constexpr void check(const PoolGeometry& g, Index rows, Index columns) {
  require(g.kernel_height > 0 && g.kernel_width > 0, "pooling: the window needs at least one row and column");
  require(g.stride_height > 0 && g.stride_width > 0 && g.dilation_height > 0 && g.dilation_width > 0,
          "pooling: stride and dilation start at 1");
  require(g.pad_top >= 0 && g.pad_left >= 0 && g.pad_bottom >= 0 && g.pad_right >= 0,
          "pooling: padding cannot be negative; crop the map instead");
  require(2 * std::max(g.pad_top, g.pad_bottom) <= g.dilation_height * (g.kernel_height - 1) + 1 &&
              2 * std::max(g.pad_left, g.pad_right) <= g.dilation_width * (g.kernel_width - 1) + 1,
          "pooling: padding may be at most half the window");
  require(g.out_height(rows) > 0 && g.out_width(columns) > 0,
          "pooling: the window is larger than the padded map; pad more or use a smaller window");
}

/// Bins that divide the map: output o of `out` sees [floor(o · extent / out), ceil((o + 1) · extent / out)),
/// as PyTorch's adaptive pooling; neighbouring bins may share a row.
struct AdaptivePool {
  Index rows_out = 1;
  Index columns_out = 1;

  constexpr bool operator==(const AdaptivePool&) const = default;

  constexpr Index out_height(Index) const { return rows_out; }
  constexpr Index out_width(Index) const { return columns_out; }
  constexpr Taps row_taps(Index o, Index rows) const { return bin(o, rows, rows_out); }
  constexpr Taps column_taps(Index o, Index columns) const { return bin(o, columns, columns_out); }
  constexpr Index row_divisor(Index o, Index rows) const { return row_taps(o, rows).count; }
  constexpr Index column_divisor(Index o, Index columns) const { return column_taps(o, columns).count; }

 private:
  static constexpr Taps bin(Index o, Index extent, Index out) {
    const Index first = o * extent / out, end = ((o + 1) * extent + out - 1) / out;
    return {first, end - first, 1};
  }
};

namespace detail {

/// The columns that each output column sees, worked out once for all rows.
struct ColumnTaps : Scratch<Taps> {
  template <class Geometry> ColumnTaps(const Geometry& g, Index columns, Index outputs) : Scratch(outputs) {
    for (Index o = 0; o < outputs; ++o) (*this)[o] = g.column_taps(o, columns);
  }
};

}  // namespace detail

}  // namespace lamina::kernels
