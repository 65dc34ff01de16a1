// The inner loop of dense convolution, forward and backward: a tile of S pixels × V output vectors is held in
// registers while the taps and input channels of a window pass by. Each step loads V vectors of weights,
// broadcasts one input value for each pixel and makes S·V fused multiply-adds:
//
//   12 FMAs need 6 cycles on two ports; V + S = 7 or 8 loads and 3 of loop control fit beside them, and 12
//   independent sums hide a latency of 4 cycles. 12 sums + V weights + 1 broadcast fill 16 registers.
//
// Measured at 3×3×64 with GCC 12 and clang-19 alike, in percent of the FMA peak: 10×1 90, 6×2 93, 4×3 93 (8×1
// 78, 4×2 82). Nothing about the geometry is a template argument: a window is a list of taps, and pixels are
// offsets, so strides, dilations, phases, borders and dense layers all run this loop.
#pragma once

#include "lamina/kernels/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

// On the lambdas that unroll() repeats: one that is left a call takes the address of the sums, which then
// live in memory. (clang-19: 62 instead of 84 GFLOP/s.)
#define LAMINA_INLINE __attribute__((always_inline))

namespace lamina::kernels {

/// The epilogue that does nothing. An epilogue is a function of a vector of outputs, applied before the
/// store.
struct no_epilogue {
  template <class Vector> constexpr Vector operator()(Vector v) const { return v; }
};

namespace detail {

/// Where a tap reads the input, and where its weights begin.
struct Tap {
  Index in, weight;
};

/// Consecutive steps of the sum: `count` inputs, in_step apart, beginning at `in` past the tap.
struct ChannelRun {
  Index in, weight, count;
};

/// Everything a pixel of a region sums over: taps × channel runs. Blocked input: a tap is an element of the
/// kernel, a run the lanes of a channel block. Plain input: a tap is a row of the kernel, a run that row in
/// one channel.
struct Window {
  const Tap* taps;
  Index tap_count;
  const ChannelRun* runs;
  Index run_count;
  Index in_step, weight_step;  // between the steps of a run; plain input only (blocked: 1 and a vector)
};

/// Pixels in a tile of V output vectors.
template <int V> inline constexpr int tile_pixels = V == 1 ? 12 : V == 2 ? 6 : 4;

/// What does not change between the tiles of a region.
template <class T> struct TileArguments {
  const T* in;
  const T* weight;
  Index weight_block;  // distance between the weights of two output blocks
  const T* bias;       // null: none
  T* out;
  Index out_block;  // distance between two output blocks; of plain output, between two channels
  Index out_lanes;  // channels to write to plain output
  T scale;          // of the sum, before the bias
  bool accumulate;  // add to what is there (without bias, scale and epilogue)
};

/// Block v of an output pixel. Plain output (the gradient of an image) goes lane by lane: it is rare.
template <int OutBlock, class T> simd::native<T> read_block(const TileArguments<T>& a, Index pixel, int v) {
  constexpr int lanes = simd::width<T>;
  if constexpr (OutBlock != 1) return simd::to_native(simd::load<T>(a.out + pixel + v * a.out_block));
  simd::native<T> values{};
  for (int lane = 0; lane < lanes && v * lanes + lane < a.out_lanes; ++lane)
    values[lane] = a.out[pixel + (v * lanes + lane) * a.out_block];
  return values;
}
template <int OutBlock, class T>
void write_block(const TileArguments<T>& a, Index pixel, int v, const simd::Vector<T>& values) {
  constexpr int lanes = simd::width<T>;
  if constexpr (OutBlock != 1) {
    simd::store(a.out + pixel + v * a.out_block, values);
  } else {
    const simd::native<T> value = simd::to_native(values);
    for (int lane = 0; lane < lanes && v * lanes + lane < a.out_lanes; ++lane)
      a.out[pixel + (v * lanes + lane) * a.out_block] = value[lane];
  }
}

/// Writes the sums of a tile, which begin with the bias unless there is a scale. A loop, not unrolled: the
/// epilogue is compiled once.
template <int V, int OutBlock, class T, class Epilogue>
void finish_pixels(const TileArguments<T>& a, const T* sums, const Index* out_pixel, int pixels,
                   const Epilogue& epilogue) {
  constexpr int lanes = simd::width<T>;
  for (int i = 0; i < pixels * V; ++i) {
    auto y = simd::load(sums + i * lanes);
    if (a.scale != T{1}) {
      const auto bias = a.bias ? simd::load(a.bias + i % V * lanes) : simd::broadcast<T>(0);
      y = simd::fma(y, simd::broadcast<T>(a.scale), bias);
    }
    write_block<OutBlock>(a, out_pixel[i / V], i % V, simd::Vector<T>(epilogue(y)));
  }
}

/// Tiles of S pixels anywhere, or of S neighbours in a row: then offsets are constants, which frees registers
/// and shortens the way from tile to tile.
template <int V, bool Neighbours, int InBlock, int OutBlock, class T, class Epilogue, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_pixels(const Window& window, const TileArguments<T>& a, const Pixels& pixels,
                                       const Epilogue& epilogue) {
  constexpr int S = tile_pixels<V>;
  constexpr int lanes = simd::width<T>;
  constexpr bool plain = InBlock == 1;
  using Native = simd::native<T>;
  const Index in_step = plain ? window.in_step : 1;
  const Index weight_step = plain ? window.weight_step : lanes;
  const Index weight_block = a.weight_block;

  for (PixelCursor cursor(pixels); !cursor.done();) {
    Index in_pixel[S], out_pixel[S];
    if constexpr (Neighbours)
      cursor.template take_neighbours<InBlock, OutBlock>(in_pixel, out_pixel);
    else
      cursor.take(in_pixel, out_pixel);

    // All outputs are read before any is written: the last tile may hold a pixel twice.
    Native sum[S * V];
    unroll<V>([&](auto v) LAMINA_INLINE {
      const Native start =
          a.bias && a.scale == T{1} ? simd::to_native(simd::load(a.bias + v * lanes)) : Native{};
      unroll<S>([&](auto s) LAMINA_INLINE {
        sum[s * V + v] = a.accumulate ? read_block<OutBlock>(a, out_pixel[s], v) : start;
      });
    });
    Index pixel[S];
    unroll<S>([&](auto s) LAMINA_INLINE { pixel[s] = in_pixel[s] - in_pixel[0]; });
    const T* const first = a.in + in_pixel[0];

    for (const Tap *tap = window.taps, *last_tap = tap + window.tap_count; tap != last_tap; ++tap) {
      for (const ChannelRun *run = window.runs, *last_run = run + window.run_count; run != last_run; ++run) {
        const T* in = first + tap->in + run->in;
        const T* weight = a.weight + tap->weight + run->weight;
        for (Index left = run->count; left > 0; --left) {
          Native w[V];
          unroll<V>([&](auto v)
                        LAMINA_INLINE { w[v] = simd::to_native(simd::load(weight + v * weight_block)); });
          unroll<S>([&](auto s) LAMINA_INLINE {
            const Native x = simd::to_native(simd::broadcast<T>(in[pixel[s]]));
            unroll<V>([&](auto v) LAMINA_INLINE { sum[s * V + v] += x * w[v]; });
          });
          in += in_step;
          weight += weight_step;
        }
      }
    }

    if constexpr (std::is_same_v<Epilogue, no_epilogue> && OutBlock != 1) {
      if (a.scale == T{1}) {
        unroll<S>([&](auto s) LAMINA_INLINE {
          unroll<V>([&](auto v) LAMINA_INLINE {
            simd::store(a.out + out_pixel[s] + v * a.out_block, simd::from_native<T>(sum[s * V + v]));
          });
        });
        continue;
      }
    }
    alignas(64) T sums[static_cast<std::size_t>(S * V * lanes)];
    unroll<S * V>([&](auto i) LAMINA_INLINE { simd::store(sums + i * lanes, simd::from_native<T>(sum[i])); });
    finish_pixels<V, OutBlock>(a, sums, out_pixel, S, epilogue);
  }
}

/// All pixels, by the tiles that suit them. Only tiles of one vector gain from being neighbours (5×5 on one
/// channel: 75 instead of 58 GFLOP/s); wider ones spend long enough in a tile.
template <int V, int InBlock, int OutBlock, class T, class Epilogue>
void convolve_box(const Window& window, TileArguments<T> a, const Pixels& pixels, const Epilogue& epilogue) {
  if constexpr (V == 1) {
    const auto [whole, rest] = split_neighbours<tile_pixels<V>, InBlock, OutBlock>(pixels);
    if (whole.size() > 0) convolve_pixels<V, true, InBlock, OutBlock>(window, a, whole, epilogue);
    a.in += whole.inner.count * InBlock;
    a.out += whole.inner.count * OutBlock;
    if (rest.size() > 0) convolve_pixels<V, false, InBlock, OutBlock>(window, a, rest, epilogue);
  } else {
    convolve_pixels<V, false, InBlock, OutBlock>(window, a, pixels, epilogue);
  }
}

}  // namespace detail
}  // namespace lamina::kernels

#undef LAMINA_INLINE
