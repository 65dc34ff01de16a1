// The plain reference of convolution: the defining sums in double, one loop for each subscript, on maps and
// weights that are functions of their indices (any order in memory, any element type). Tests compare every
// kernel with it.
#pragma once

#include <vector>

#include "lamina/kernels/conv_geometry.hpp"

namespace lamina::kernels::reference {

/// A dense array (n, c, h, w) of double in that order; also (out, in, row, column) of weights.
struct Array {
  Index n = 0, c = 0, h = 0, w = 0;
  std::vector<double> values{};

  Array(Index extent_n, Index extent_c, Index extent_h, Index extent_w)
      : n(extent_n),
        c(extent_c),
        h(extent_h),
        w(extent_w),
        values(static_cast<std::size_t>(n * c * h * w), 0.0) {}
  double& operator()(Index i, Index j, Index row, Index column) { return values[place(i, j, row, column)]; }
  double operator()(Index i, Index j, Index row, Index column) const {
    return values[place(i, j, row, column)];
  }

 private:
  std::size_t place(Index i, Index j, Index row, Index column) const {
    return static_cast<std::size_t>(((i * c + j) * h + row) * w + column);
  }
};

/// Where on an axis a window reads when it asks for `at`; -1: nowhere.
inline Index border_position(Border border, Index at, Index extent) {
  if (at >= 0 && at < extent) return at;
  switch (border) {
    case Border::reflect:
      return at < 0 ? -at : 2 * extent - 2 - at;
    case Border::replicate:
      return at < 0 ? 0 : extent - 1;
    case Border::circular:
      return at < 0 ? at + extent : at - extent;
    default:
      return -1;
  }
}

/// Calls f(o, i, u, v, row, column) for every product of output pixel (r, c): output channel, input channel
/// within the group, tap, and the input pixel it reads. Taps that read nothing are left out.
template <class F>
void for_each_product(const ConvGeometry& g, Index height, Index width, Index r, Index c, F&& f) {
  for (Index u = 0; u < g.kernel_height; ++u)
    for (Index v = 0; v < g.kernel_width; ++v) {
      const Index row =
          border_position(g.border, r * g.stride_height - g.pad_top + u * g.dilation_height, height);
      const Index column =
          border_position(g.border, c * g.stride_width - g.pad_left + v * g.dilation_width, width);
      if (row < 0 || column < 0) continue;
      for (Index o = 0; o < g.out_channels; ++o)
        for (Index i = 0; i < g.in_channels / g.groups; ++i) f(o, i, u, v, row, column);
    }
}

/// The first input channel of output o's group.
inline Index first_channel(const ConvGeometry& g, Index o) {
  return o / (g.out_channels / g.groups) * (g.in_channels / g.groups);
}

/// What the sum at output pixel (r, c) is multiplied by: 1, or of a partial convolution taps / taps inside.
inline double scale(const ConvGeometry& g, Index height, Index width, Index r, Index c) {
  if (g.border != Border::partial) return 1;
  double inside = 0;
  for (Index u = 0; u < g.kernel_height; ++u)
    for (Index v = 0; v < g.kernel_width; ++v) {
      const Index row = r * g.stride_height - g.pad_top + u * g.dilation_height;
      const Index column = c * g.stride_width - g.pad_left + v * g.dilation_width;
      inside += row >= 0 && row < height && column >= 0 && column < width;
    }
  return inside == 0 ? 0 : static_cast<double>(g.kernel_height * g.kernel_width) / inside;
}

/// y = conv(x, w) + b; no bias if b is empty.
inline Array conv_forward(const Array& x, const Array& w, const std::vector<double>& b,
                          const ConvGeometry& g) {
  Array y(x.n, g.out_channels, g.out_height(x.h), g.out_width(x.w));
  for (Index n = 0; n < y.n; ++n)
    for (Index r = 0; r < y.h; ++r)
      for (Index c = 0; c < y.w; ++c) {
        const double factor = scale(g, x.h, x.w, r, c);
        for_each_product(g, x.h, x.w, r, c, [&](Index o, Index i, Index u, Index v, Index row, Index column) {
          y(n, o, r, c) += factor * w(o, i, u, v) * x(n, first_channel(g, o) + i, row, column);
        });
        if (factor != 0 && !b.empty())
          for (Index o = 0; o < y.c; ++o) y(n, o, r, c) += b[static_cast<std::size_t>(o)];
      }
  return y;
}

/// The gradient of the input, whose extents are `height` by `width`.
inline Array conv_backward_data(const Array& dy, const Array& w, Index height, Index width,
                                const ConvGeometry& g) {
  Array dx(dy.n, g.in_channels, height, width);
  for (Index n = 0; n < dy.n; ++n)
    for (Index r = 0; r < dy.h; ++r)
      for (Index c = 0; c < dy.w; ++c) {
        const double factor = scale(g, height, width, r, c);
        for_each_product(
            g, height, width, r, c, [&](Index o, Index i, Index u, Index v, Index row, Index column) {
              dx(n, first_channel(g, o) + i, row, column) += factor * w(o, i, u, v) * dy(n, o, r, c);
            });
      }
  return dx;
}

/// The gradient of the weights.
inline Array conv_backward_weights(const Array& x, const Array& dy, const ConvGeometry& g) {
  Array dw(g.out_channels, g.in_channels / g.groups, g.kernel_height, g.kernel_width);
  for (Index n = 0; n < dy.n; ++n)
    for (Index r = 0; r < dy.h; ++r)
      for (Index c = 0; c < dy.w; ++c) {
        const double factor = scale(g, x.h, x.w, r, c);
        for_each_product(g, x.h, x.w, r, c, [&](Index o, Index i, Index u, Index v, Index row, Index column) {
          dw(o, i, u, v) += factor * x(n, first_channel(g, o) + i, row, column) * dy(n, o, r, c);
        });
      }
  return dw;
}

/// The gradient of the bias: sums over outputs that have one.
inline std::vector<double> conv_backward_bias(const Array& dy, Index height, Index width,
                                              const ConvGeometry& g) {
  std::vector<double> db(static_cast<std::size_t>(dy.c), 0.0);
  for (Index n = 0; n < dy.n; ++n)
    for (Index o = 0; o < dy.c; ++o)
      for (Index r = 0; r < dy.h; ++r)
        for (Index c = 0; c < dy.w; ++c)
          if (scale(g, height, width, r, c) != 0) db[static_cast<std::size_t>(o)] += dy(n, o, r, c);
  return db;
}

}  // namespace lamina::kernels::reference
