// Convolutions that can be undone exactly (Kallappa, Nagar and Varma, "FInC Flow: Fast and Invertible k × k
// Convolutions for Normalizing Flows", 2023): as many outputs as inputs, zeros k − 1 wide on two sides only,
// so that a pixel depends on itself and on pixels towards that corner; and the tap on the pixel itself is a
// unit lower triangular matrix over channels. Taken in the right order the whole map is then a unit
// triangular system: its determinant is 1.
#pragma once

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

/// The convolution of `channels` that pads towards a corner. The tap on the pixel itself is the kernel's
/// element opposite to the corner.
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

/// x from y = conv(x, weight) with corner_geometry, exactly up to rounding: pixel after pixel from the corner
/// on, and channel after channel,
///   x[o, p] = y[o, p] − Σ_{i, taps but the pixel's own} w[o, i, tap] · x[i, p + tap] − Σ_{i < o} w[o, i,
///   own] · x[i, p]
/// Weights lie in the order of ConvGeometry::weight_offset and are what the docstring of this file says; of
/// the own tap what stands on and above the diagonal is not read. Samples go to threads.
template <class T, class Arch = simd::Arch>
void corner_conv_inverse(const Input<T>& y, const std::type_identity_t<T>* weight, Corner corner,
                         Index kernel, const FeatureMapView<T>& x) {
  using V = simd::Vector<T>;
  constexpr Index lanes = channel_block<T>;
  const ConvGeometry g = corner_geometry(corner, y.channels, kernel);
  const Index own_row = is_bottom(corner) ? 0 : kernel - 1, own_column = is_right(corner) ? 0 : kernel - 1;
  const Scratch<T> sums(threads() * y.blocks() * lanes);
  parallel_for(y.batch, [&](Index n, int worker) {
    T* const rest = sums.data() + worker * y.blocks() * lanes;  // y minus what other pixels give
    for (Index i = 0; i < y.height; ++i)
      for (Index j = 0; j < y.width; ++j) {
        const Index row = is_bottom(corner) ? y.height - 1 - i : i,
                    column = is_right(corner) ? y.width - 1 - j : j;
        for (Index block = 0; block < y.blocks(); ++block) {
          V sum = simd::load(y.at_block(n, block) + (row * y.width + column) * lanes);
          for (Index r = 0; r < kernel; ++r)
            for (Index c = 0; c < kernel; ++c) {
              const Index from_row = row + r - g.pad_top, from_column = column + c - g.pad_left;
              if ((r == own_row && c == own_column) || from_row < 0 || from_row >= y.height ||
                  from_column < 0 || from_column >= y.width)
                continue;
              const T* w = weight + g.weight_offset(lanes, block * lanes, 0, r, c);
              for (Index k = 0; k < y.channels; ++k, w += lanes)
                sum = simd::fma(simd::load(w), simd::broadcast<T>(-x(n, k, from_row, from_column)), sum);
            }
          simd::store(rest + block * lanes, sum);
        }
        for (Index o = 0; o < y.channels; ++o) {
          T value = rest[o];
          for (Index k = 0; k < o; ++k)
            value -= weight[g.weight_offset(lanes, o, k, own_row, own_column)] * x(n, k, row, column);
          x(n, o, row, column) = value;
        }
      }
  });
}

}  // namespace lamina::kernels
