// The inner loop of convolutions whose output is plain, that is of the gradient of an image. Its one to four
// channels would fill as many lanes of a vector; so here the lanes are input channels instead: each sum is a
// vector of partial sums, added up at the end. A tile is S pixels × V channels, as in conv_tile.hpp: a step
// loads V vectors of weights and one of inputs for each pixel, and makes S·V fused multiply-adds. Weights are
// read as they lie.
//
// Measured: 7×7 stride 2, 64 to 3 channels, 224×224: 72 GFLOP/s, where the tile of conv_tile.hpp has 20; 5×5,
// 8 to 1 channels, 28×28: 34 and 7.
#pragma once

#include "lamina/kernels/detail/conv_tile.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// out = (or, with a.accumulate, +=) the sums of V output channels, a.out_block apart, for all pixels. A run
/// of the window is a block of input channels, of which `count` exist; lanes past them, which may hold
/// anything, take no part. The weights of two output channels are a vector apart; there is no bias, scale or
/// epilogue.
template <int V, class T, class Arch = simd::Arch>
[[gnu::noinline]] void sum_lanes(const Window& window, const TileArguments<T>& a, const Pixels& pixels) {
  constexpr int S = tile_pixels<V, Arch>;
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  for (PixelCursor cursor(pixels); !cursor.done();) {
    Index in_pixel[S], out_pixel[S];
    cursor.take(in_pixel, out_pixel);
    Native sum[S * V] = {};
    Index pixel[S];
    unroll<S>([&](auto s) LAMINA_INLINE { pixel[s] = in_pixel[s] - in_pixel[0]; });
    const T* const first = a.in + in_pixel[0];

    const auto add = [&](const T* in, const T* weight, auto load) LAMINA_INLINE {
      Native w[V];
      unroll<V>([&](auto v) LAMINA_INLINE { w[v] = simd::to_native(simd::load(weight + v * lanes)); });
      unroll<S>([&](auto s) LAMINA_INLINE {
        const Native x = simd::to_native(simd::Vector<T>(load(in + pixel[s])));
        unroll<V>([&](auto v) LAMINA_INLINE { sum[s * V + v] += x * w[v]; });
      });
    };
    for (const ChannelRun *run = window.runs, *last_run = run + window.run_count; run != last_run; ++run) {
      const Tap *tap = window.taps, *const last_tap = tap + window.tap_count;
      if (run->count == lanes)
        for (; tap != last_tap; ++tap)
          add(first + tap->in + run->in, a.weight + tap->weight + run->weight,
              [](const T* from) LAMINA_INLINE { return simd::load(from); });
      else
        for (; tap != last_tap; ++tap)
          add(first + tap->in + run->in, a.weight + tap->weight + run->weight,
              [count = run->count](const T* from) LAMINA_INLINE { return simd::load_partial(from, count); });
    }

    // All outputs are read before any is written: a last tile may hold a pixel twice.
    T total[S * V];
    unroll<S * V>([&](auto i) LAMINA_INLINE {
      const T* const at = a.out + out_pixel[i / V] + i % V * a.out_block;
      total[i] = simd::reduce_add(simd::from_native<T>(sum[i])) + (a.accumulate ? *at : T{0});
    });
    for (int i = 0; i < S * V; ++i) a.out[out_pixel[i / V] + i % V * a.out_block] = total[i];
  }
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
