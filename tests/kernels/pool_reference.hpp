// Poolings to test against, written from their definitions: a window is a list of positions on each axis.
#pragma once

#include <functional>

#include "kernels/maps.hpp"
#include "lamina/kernels/pool_geometry.hpp"

namespace lamina::test {

/// The positions a window holds on one axis, padding (outside [0, extent)) included, and what averages divide
/// by.
struct Window {
  std::vector<Index> positions;
  Index divisor;
};

inline Window window(Index o, Index extent, Index kernel, Index stride, Index dilation, Index before,
                     Index after, bool count_include_pad) {
  Window window{{}, 0};
  for (Index k = 0; k < kernel; ++k) {
    const Index at = o * stride - before + k * dilation;
    window.positions.push_back(at);
    window.divisor += count_include_pad ? at < extent + after : at >= 0 && at < extent;
  }
  return window;
}
inline Window row_window(const kernels::PoolGeometry& g, Index o, Index extent) {
  return window(o, extent, g.kernel_height, g.stride_height, g.dilation_height, g.pad_top, g.pad_bottom,
                g.count_include_pad);
}
inline Window column_window(const kernels::PoolGeometry& g, Index o, Index extent) {
  return window(o, extent, g.kernel_width, g.stride_width, g.dilation_width, g.pad_left, g.pad_right,
                g.count_include_pad);
}

inline Window bin(Index o, Index extent, Index out) {
  Window bin{{}, 0};
  for (Index at = 0; at < extent; ++at)
    if ((at + 1) * out > o * extent && at * out < (o + 1) * extent) {
      bin.positions.push_back(at);
      ++bin.divisor;
    }
  return bin;
}
inline Window row_window(const kernels::AdaptivePool& g, Index o, Index extent) {
  return bin(o, extent, g.rows_out);
}
inline Window column_window(const kernels::AdaptivePool& g, Index o, Index extent) {
  return bin(o, extent, g.columns_out);
}

template <class Geometry> Extents pooled(const Geometry& g, const Extents& e) {
  return {e.n, e.c, g.out_height(e.h), g.out_width(e.w)};
}

/// Calls f(h, w) for the elements of x in the window of output (oh, ow), in memory order.
template <class Geometry, class F>
void each_in_window(const Geometry& g, const Extents& e, Index oh, Index ow, F f) {
  for (const Index h : row_window(g, oh, e.h).positions)
    for (const Index w : column_window(g, ow, e.w).positions)
      if (h >= 0 && h < e.h && w >= 0 && w < e.w) f(h, w);
}

template <class Geometry> Plain max_pool_reference(const Geometry& g, const Plain& x) {
  Plain y(pooled(g, x.extents), -std::numeric_limits<double>::infinity());
  each(y.extents, [&](Index n, Index c, Index oh, Index ow) {
    each_in_window(g, x.extents, oh, ow,
                   [&](Index h, Index w) { y(n, c, oh, ow) = std::max(y(n, c, oh, ow), x(n, c, h, w)); });
  });
  return y;
}

template <class Geometry> Plain max_pool_gradient(const Geometry& g, const Plain& x, const Plain& dy) {
  Plain dx(x.extents);
  each(dy.extents, [&](Index n, Index c, Index oh, Index ow) {
    double* winner = nullptr;
    double most = -std::numeric_limits<double>::infinity();
    each_in_window(g, x.extents, oh, ow, [&](Index h, Index w) {
      if (winner != nullptr && x(n, c, h, w) <= most) return;
      winner = &dx(n, c, h, w);
      most = x(n, c, h, w);
    });
    if (winner != nullptr) *winner += dy(n, c, oh, ow);
  });
  return dx;
}

template <class Geometry> double divisor(const Geometry& g, const Extents& e, Index oh, Index ow) {
  return static_cast<double>(row_window(g, oh, e.h).divisor * column_window(g, ow, e.w).divisor);
}

template <class Geometry> Plain average_pool_reference(const Geometry& g, const Plain& x) {
  Plain y(pooled(g, x.extents));
  each(y.extents, [&](Index n, Index c, Index oh, Index ow) {
    each_in_window(g, x.extents, oh, ow, [&](Index h, Index w) { y(n, c, oh, ow) += x(n, c, h, w); });
    y(n, c, oh, ow) /= divisor(g, x.extents, oh, ow);
  });
  return y;
}

template <class Geometry> Plain average_pool_gradient(const Geometry& g, const Extents& e, const Plain& dy) {
  Plain dx(e);
  each(dy.extents, [&](Index n, Index c, Index oh, Index ow) {
    each_in_window(g, e, oh, ow,
                   [&](Index h, Index w) { dx(n, c, h, w) += dy(n, c, oh, ow) / divisor(g, e, oh, ow); });
  });
  return dx;
}

/// Poolings of every kind: the common ones, then each option with odd numbers.
inline std::vector<kernels::PoolGeometry> poolings(bool dilated) {
  std::vector<kernels::PoolGeometry> all{
      {2, 2, 2, 2},
      {2, 2, 2, 2, 1, 1, 0, 0, 0, 0, true},
      {3, 3, 2, 2},
      {3, 3, 2, 2, 1, 1, 1, 1, 1, 1},
      {3, 3, 2, 2, 1, 1, 0, 0, 0, 0, true},
      {3, 3, 2, 2, 1, 1, 1, 1, 1, 1, true, false},
      {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, false, false},
      {1, 1, 2, 3},
      {1, 3, 1, 2, 1, 1, 0, 1, 0, 1},
      {4, 2, 3, 1, 1, 1, 2, 1, 1, 0, true},
      {2, 5, 3, 4, 1, 1, 1, 2, 0, 2, true, false},
      {5, 5, 5, 5, 1, 1, 2, 2, 2, 2, true},
  };
  if (dilated) {
    all.push_back({2, 2, 1, 1, 2, 3});
    all.push_back({3, 2, 2, 2, 2, 1, 1, 1, 1, 1, true});
  }
  return all;
}

/// A width and height for every kind of remainder.
inline std::vector<Extents> pool_maps() {
  return {{3, 1, 1, 1},  {1, 3, 2, 2},  {3, 7, 5, 4},   {1, 8, 6, 7},  {2, 13, 9, 8},
          {1, 16, 8, 1}, {3, 17, 7, 7}, {1, 1, 24, 24}, {1, 3, 1, 11}, {2, 8, 12, 13}};
}

}  // namespace lamina::test
