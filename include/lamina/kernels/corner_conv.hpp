// Convolutions that can be undone exactly (Kallappa, Nagar and Varma, "FInC Flow: Fast and Invertible k × k
// Convolutions for Normalizing Flows", 2023): as many outputs as inputs, zeros k − 1 wide on two sides only,
// so that a pixel depends on itself and on pixels towards that corner; and the tap on the pixel itself is a
// unit lower triangular matrix over channels. Taken in the right order the whole map is then a unit
// triangular system: its determinant is 1.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

/// The corner of the map where zeros lie.
enum class Corner { top_left, top_right, bottom_left, bottom_right };

constexpr bool is_bottom(Corner corner) {
  return corner == Corner::bottom_left || corner == Corner::bottom_right;
}
constexpr bool is_right(Corner corner) {
  return corner == Corner::top_right || corner == Corner::bottom_right;
}

/// Where the tap on the pixel itself lies in the kernel: opposite to the corner.
constexpr Index own_row(Corner corner, Index kernel) { return is_bottom(corner) ? 0 : kernel - 1; }
constexpr Index own_column(Corner corner, Index kernel) { return is_right(corner) ? 0 : kernel - 1; }

/// The convolution of `channels` that pads towards a corner.
constexpr ConvGeometry corner_geometry(Corner corner, Index channels, Index kernel) {
  const Index bottom = is_bottom(corner) ? kernel - 1 : 0, right = is_right(corner) ? kernel - 1 : 0;
  return {.in_channels = channels,
          .out_channels = channels,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .pad_top = kernel - 1 - bottom,
          .pad_left = kernel - 1 - right,
          .pad_bottom = bottom,
          .pad_right = right};
}

namespace detail {

constexpr Corner opposite(Corner corner) {
  return is_bottom(corner)  ? is_right(corner) ? Corner::top_left : Corner::top_right
         : is_right(corner) ? Corner::bottom_left
                            : Corner::bottom_right;
}

/// Solves conv(x, weight) = y at one pixel, once x is known at all its other taps. Of the own tap only what
/// stands below the diagonal is read, above it where Upper; `rest` has room for all channels.
template <bool Upper, class T, class Arch = simd::Arch>
void solve_pixel(const Input<T>& y, const T* weight, Corner corner, const ConvGeometry& g,
                 const FeatureMapView<T>& x, Index n, Index row, Index column, T* rest) {
  using V = simd::Vector<T>;
  constexpr Index lanes = channel_block<T>;
  const Index r_own = own_row(corner, g.kernel_height), c_own = own_column(corner, g.kernel_width);
  for (Index block = 0; block < y.blocks(); ++block) {
    V sum = simd::load(y.at_block(n, block) + (row * y.width + column) * lanes);
    for (Index r = 0; r < g.kernel_height; ++r)
      for (Index c = 0; c < g.kernel_width; ++c) {
        const Index from_row = row + r - g.pad_top, from_column = column + c - g.pad_left;
        if ((r == r_own && c == c_own) || from_row < 0 || from_row >= y.height || from_column < 0 ||
            from_column >= y.width)
          continue;
        const T* w = weight + g.weight_offset(lanes, block * lanes, 0, r, c);
        for (Index k = 0; k < y.channels; ++k, w += lanes)
          sum = simd::fma(simd::load(w), simd::broadcast<T>(-x(n, k, from_row, from_column)), sum);
      }
    simd::store(rest + block * lanes, sum);
  }
  for (Index step = 0; step < y.channels; ++step) {
    const Index o = Upper ? y.channels - 1 - step : step;
    T value = rest[o];
    for (Index k = Upper ? o + 1 : 0, end = Upper ? y.channels : o; k < end; ++k)
      value -= weight[g.weight_offset(lanes, o, k, r_own, c_own)] * x(n, k, row, column);
    x(n, o, row, column) = value;
  }
}

/// Solves conv(x, weight) = y from the corner on. Samples go to threads, each row by row. Of a few samples
/// the pixels do that are equally far from the corner (rows and columns added up) and so do not need one
/// another, in H + W − 1 steps; of many that would be slower, for every step strays through all of memory.
template <bool Upper, class T, class Arch = simd::Arch>
void solve_corner_conv(const Input<T>& y, const T* weight, Corner corner, Index kernel,
                       const FeatureMapView<T>& x) {
  constexpr Index few = 4;
  const ConvGeometry g = corner_geometry(corner, y.channels, kernel);
  const Index padded_channels = y.blocks() * channel_block<T>;
  const Scratch<T> rests(threads() * padded_channels);
  // The pixel in row i and column j counted from the corner.
  const auto solve = [&](Index n, Index i, Index j, int worker) {
    const Index row = is_bottom(corner) ? y.height - 1 - i : i,
                column = is_right(corner) ? y.width - 1 - j : j;
    solve_pixel<Upper>(y, weight, corner, g, x, n, row, column, rests.data() + worker * padded_channels);
  };
  if (y.batch >= few) {
    parallel_for(y.batch, [&](Index n, int worker) {
      for (Index i = 0; i < y.height; ++i)
        for (Index j = 0; j < y.width; ++j) solve(n, i, j, worker);
    });
    return;
  }
  for (Index diagonal = 0; diagonal < y.height + y.width - 1; ++diagonal) {
    const Index first_row = std::max<Index>(0, diagonal - y.width + 1);
    const Index pixels = std::min(diagonal, y.height - 1) - first_row + 1;
    for_each_range(y.batch * pixels, g.taps() * y.channels * padded_channels,
                   [&](Index first, Index last, int worker) {
                     for (Index item = first; item < last; ++item) {
                       const Index i = first_row + item % pixels;
                       solve(item / pixels, i, diagonal - i, worker);
                     }
                   });
  }
}

}  // namespace detail

/// x from y = conv(x, weight) with corner_geometry, exactly up to rounding: pixel after pixel from the corner
/// on, and channel after channel,
///   x[o, p] = y[o, p] − Σ_{i, taps but the pixel's own} w[o, i, tap] · x[i, p + tap] − Σ_{i < o} w[o, i,
///   own] · x[i, p]
/// Weights lie in the order of ConvGeometry::weight_offset and are what the docstring of this file says; of
/// the own tap what stands on and above the diagonal is not read. x may be y.
template <class T, class Arch = simd::Arch>
void corner_conv_inverse(const Input<T>& y, const std::type_identity_t<T>* weight, Corner corner,
                         Index kernel, const FeatureMapView<T>& x) {
  detail::solve_corner_conv<false>(y, weight, corner, kernel, x);
}

/// The gradient of y, given that of x = corner_conv_inverse(y): dy solves the transposed system, which is a
/// corner convolution from the opposite corner, its kernel turned by half and its channels exchanged. The
/// gradient of a weight that is read is −Σ dy[o, p] · x[i, p + tap]: what conv_backward_weights(x, dy, …)
/// gives, negated. dy may be dx.
template <class T, class Arch = simd::Arch>
void corner_conv_inverse_backward(const Input<T>& dx, const std::type_identity_t<T>* weight, Corner corner,
                                  Index kernel, const FeatureMapView<T>& dy) {
  constexpr Index lanes = channel_block<T>;
  const ConvGeometry g = corner_geometry(corner, dx.channels, kernel);
  const Scratch<T> transposed(g.weight_size(lanes));
  std::fill_n(transposed.data(), transposed.size(), T{0});
  for (Index o = 0; o < dx.channels; ++o)
    for (Index i = 0; i < dx.channels; ++i)
      for (Index r = 0; r < kernel; ++r)
        for (Index c = 0; c < kernel; ++c)
          transposed[g.weight_offset(lanes, i, o, kernel - 1 - r, kernel - 1 - c)] =
              weight[g.weight_offset(lanes, o, i, r, c)];
  detail::solve_corner_conv<true>(dx, transposed.data(), detail::opposite(corner), kernel, dy);
}

}  // namespace lamina::kernels
