// The inner loop of dense convolution, forward and backward: a tile of S pixels × V output vectors is held in
// registers while the taps and input channels of a window pass by. Each step loads V vectors of weights,
// broadcasts one input value for each pixel and makes S·V fused multiply-adds:
//
//   12 FMAs need 6 cycles on two ports; V + S = 7 or 8 loads and 3 of loop control fit beside them, and 12
//   independent sums hide a latency of 4 cycles. 12 sums + V weights + 1 broadcast fill 16 registers.
//
// Measured on a 5×5 layer of 8 channels and a 3×3 of 64 (Sapphire Rapids class, peak 94 GFLOP/s), GCC 12 and
// clang-19 alike: 12×1 85, 6×2 85, 4×3 87 GFLOP/s (8×1 74, 4×2 75). Nothing about the geometry is a template
// argument: a window is a list of taps, and pixels are
// offsets, so strides, dilations, phases, borders and dense layers all run this loop.
#pragma once

#include <numeric>
#include <type_traits>

#include "lamina/kernels/conv_epilogue.hpp"
#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

// On the lambdas that unroll() repeats: one that is left a call takes the address of the sums, which then
// live in memory. (clang-19: 62 instead of 84 GFLOP/s.)
#define LAMINA_INLINE __attribute__((always_inline))

namespace lamina::kernels::detail {

/// Where a tap reads the input, and where its weights begin.
struct Tap {
  Index in, weight;
};

/// Consecutive steps of the sum: `count` neighbouring inputs, beginning at `in` past the tap. `ahead` is
/// where some run after the next one begins.
struct ChannelRun {
  Index in, weight, count, ahead;
};

/// Everything a pixel of a region sums over: taps × channel runs. Blocked input: a tap is an element of the
/// kernel, a run the lanes of a channel block. Plain input: a run is a single input, and the weights of all
/// runs of a tap are neighbours; a tap is a row of the kernel, or an element where only some of a row take
/// part.
struct Window {
  const Tap* taps;
  Index tap_count;
  const ChannelRun* runs;
  Index run_count;
  bool plain;
};

/// Pixels in a tile of V output vectors. The last is for a pixel that is left over: a quarter of a tile of
/// four, in a third of its time (six sums wait for one another; eight vectors of weights, a power of two
/// apart as often as not, would have no room in the first-level cache). With 32 registers tiles of three
/// vectors have twice the pixels, for weights of many channels come from behind that cache (AVX-512, Emerald
/// Rapids: 1×1 2048→512@7 at 0.91 to 0.96 of oneDNN's speed, with four pixels 0.70; tiles of one or two
/// lose).
template <int V, class Arch = simd::Arch>
inline constexpr int tile_pixels = V == 1   ? 12
                                   : V == 2 ? 6
                                   : V == 3 ? (simd::registers<Arch> == 32 ? 8 : 4)
                                            : 1;

/// The fewest rows of so many columns that are whole tiles of three vectors.
template <class Arch = simd::Arch> constexpr Index rows_of_whole_tiles(Index columns) {
  return tile_pixels<3, Arch> / std::gcd(columns, Index{tile_pixels<3, Arch>});
}

/// What does not change between the tiles of a region.
template <class T> struct TileArguments {
  const T* in;
  const T* weight;
  Index weight_block;  // distance between the weights of two output blocks
  const T* bias;       // null: none
  T* out;
  Index out_block;  // distance between two output blocks; of plain output, between two channels
  Index out_lanes;  // channels to write to plain output; 0: the output is blocked
  T scale;          // of the sum, before the bias
  bool accumulate;  // add to what is there, before the epilogue (not with a scale)
};

/// The outputs of a tile and the bias, to be added to. All are read before any is written: a last tile may
/// hold a pixel twice.
template <int V, class T, class Arch = simd::Arch>
[[gnu::noinline]] void read_pixels(const TileArguments<T>& a, const Index* out_pixel, T* sums) {
  constexpr int lanes = simd::width<T>;
  simd::Vector<T> bias[V];
  for (int v = 0; v < V; ++v) bias[v] = a.bias ? simd::load(a.bias + v * lanes) : simd::broadcast<T>(0);
  for (int s = 0; s < tile_pixels<V, Arch>; ++s) {
    const T* const from = a.out + out_pixel[s];
    T* const sum = sums + s * V * lanes;
    if (a.out_lanes == 0) {
      for (int v = 0; v < V; ++v)
        simd::store(sum + v * lanes, simd::Vector<T>(simd::load(from + v * a.out_block) + bias[v]));
    } else {
      for (Index channel = 0; channel < V * lanes; ++channel)
        sum[channel] =
            (channel < a.out_lanes ? from[channel * a.out_block] : T{0}) + (a.bias ? a.bias[channel] : T{0});
    }
  }
}

/// Writes the sums of a tile; the bias is in them unless there is a scale. A loop over pixels, not unrolled,
/// so that an epilogue is compiled few times. Plain output (the gradient of an image) goes lane by lane: it
/// is rare.
template <int V, class T, class Epilogue, class Arch = simd::Arch>
[[gnu::noinline]] void finish_pixels(const TileArguments<T>& a, T* sums, const Index* out_pixel,
                                     const Epilogue& epilogue) {
  constexpr int lanes = simd::width<T>;
  constexpr int S = tile_pixels<V, Arch>;
  if (a.scale != T{1})
    for (int i = 0; i < S * V; ++i) {
      const auto bias = a.bias ? simd::load(a.bias + i % V * lanes) : simd::broadcast<T>(0);
      simd::store(sums + i * lanes,
                  simd::fma(simd::load<T>(sums + i * lanes), simd::broadcast<T>(a.scale), bias));
    }
  const Index out_block = a.out_block;
  if (a.out_lanes == 0) {
    T* const out = a.out;
    for (int s = 0; s < S; ++s)
      unroll<V>([&](auto v) LAMINA_INLINE {
        simd::store(out + out_pixel[s] + v * out_block, epilogue(simd::load<T>(sums + (s * V + v) * lanes)));
      });
    return;
  }
  for (int i = 0; i < S * V; ++i) {
    T* const to = a.out + out_pixel[i / V];
    T* const sum = sums + i * lanes;
    simd::store(sum, epilogue(simd::load<T>(sum)));
    for (Index lane = 0, channel = i % V * lanes; lane < lanes && channel < a.out_lanes; ++lane, ++channel)
      to[channel * out_block] = sum[lane];
  }
}

/// Tiles of S pixels anywhere (Step 0), or of S neighbours in a row, Step elements apart in the input and a
/// vector in the output: then offsets are constants, which frees registers and shortens the way from tile to
/// tile.
template <int V, int Step, class T, class Epilogue, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_pixels(const Window& window, const TileArguments<T>& a, const Pixels& pixels,
                                       const Epilogue& epilogue) {
  constexpr int S = tile_pixels<V, Arch>;
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  const Index weight_block = a.weight_block;

  for (PixelCursor cursor(pixels); !cursor.done();) {
    Index in_pixel[S], out_pixel[S];
    if constexpr (Step != 0)
      cursor.template take_neighbours<Step, lanes>(in_pixel, out_pixel);
    else
      cursor.take(in_pixel, out_pixel);

    alignas(64) T sums[static_cast<std::size_t>(S * V * lanes)];
    Native sum[S * V];
    if (a.accumulate) {
      read_pixels<V>(a, out_pixel, sums);
      unroll<S * V>([&](auto i) LAMINA_INLINE { sum[i] = simd::to_native(simd::load<T>(sums + i * lanes)); });
    } else {
      unroll<V>([&](auto v) LAMINA_INLINE {
        const Native start =
            a.bias && a.scale == T{1} ? simd::to_native(simd::load(a.bias + v * lanes)) : Native{};
        unroll<S>([&](auto s) LAMINA_INLINE { sum[s * V + v] = start; });
      });
    }
    Index pixel[S];
    unroll<S>([&](auto s) LAMINA_INLINE { pixel[s] = in_pixel[s] - in_pixel[0]; });
    const T* const first = a.in + in_pixel[0];
    [[maybe_unused]] const bool apart = S > 1 && pixel[S - 1] >= 2 * lanes * (S - 1);

    const auto add = [&](const T* in, const T* weight) LAMINA_INLINE {
      Native w[V];
      unroll<V>([&](auto v) LAMINA_INLINE { w[v] = simd::to_native(simd::load(weight + v * weight_block)); });
      unroll<S>([&](auto s) LAMINA_INLINE {
        const Native x = simd::to_native(simd::broadcast<T>(in[pixel[s]]));
        unroll<V>([&](auto v) LAMINA_INLINE { sum[s * V + v] += x * w[v]; });
      });
    };
    const ChannelRun *const runs = window.runs, *const last_run = runs + window.run_count;
    for (const Tap *tap = window.taps, *last_tap = tap + window.tap_count; tap != last_tap; ++tap) {
      if (window.plain) {
        const T* const in = first + tap->in;
        const T* weight = a.weight + tap->weight;
        for (const ChannelRun* run = runs; run != last_run; ++run, weight += lanes) add(in + run->in, weight);
        continue;
      }
      for (const ChannelRun* run = runs; run != last_run; ++run) {
        // Channel blocks lie too far apart for the processor to foresee them (1024 channels of 14×14: 96
        // instead of 84 GFLOP/s). Four pixels are two cache lines, or three of which the tile before had the
        // first (2048 of 7×7: 88 and 77 where the first and the last pixel are fetched); or, with a stride,
        // four (1×1 with stride 2, 256 of 56×56: 88 and 74).
        if constexpr (S > 1) {
          const T* const ahead = first + tap->in + run->ahead;
          constexpr bool line_each = V == 3 && lanes * sizeof(T) == 64;
          if constexpr (line_each)
            for (int s = 0; s < S; ++s) __builtin_prefetch(ahead + pixel[s]);
          else
            for (const int s : {1, 1 + S / 2}) __builtin_prefetch(ahead + pixel[s]);
          if (apart && !line_each) [[unlikely]]
            for (int s = 0; s < S; s += 2) __builtin_prefetch(ahead + pixel[s]);
        }
        const T* in = first + tap->in + run->in;
        const T* weight = a.weight + tap->weight + run->weight;
        for (Index left = run->count; left > 0; --left, ++in, weight += lanes) add(in, weight);
      }
    }

    if (std::is_same_v<Epilogue, no_epilogue> && a.scale == T{1} && a.out_lanes == 0) {
      T* const out = a.out;  // local, as far as a store may write to `a`
      const Index out_block = a.out_block;
      unroll<S>([&](auto s) LAMINA_INLINE {
        unroll<V>([&](auto v) LAMINA_INLINE {
          simd::store(out + out_pixel[s] + v * out_block, simd::from_native<T>(sum[s * V + v]));
        });
      });
    } else {
      unroll<S * V>([&](auto i)
                        LAMINA_INLINE { simd::store(sums + i * lanes, simd::from_native<T>(sum[i])); });
      finish_pixels<V>(a, sums, out_pixel, epilogue);
    }
  }
}

/// All pixels, by the tiles that suit them. Only tiles of one vector gain from being neighbours (5×5 on one
/// channel: 75 instead of 58 GFLOP/s); wider ones spend long enough in a tile.
template <int V, class T, class Epilogue, class Arch = simd::Arch>
void convolve_box(const Window& window, TileArguments<T> a, const Pixels& pixels, const Epilogue& epilogue) {
  constexpr int S = tile_pixels<V, Arch>;
  constexpr int lanes = simd::width<T>;
  if (V != 1 || a.out_lanes != 0 || pixels.inner.count < S || pixels.inner.out_step != lanes ||
      (pixels.inner.in_step != 1 && pixels.inner.in_step != lanes)) {
    convolve_pixels<V, 0>(window, a, pixels, epilogue);
    return;
  }
  if constexpr (V == 1) {
    const auto [whole, rest] = split_columns(pixels, S);
    if (pixels.inner.in_step == 1)
      convolve_pixels<V, 1>(window, a, whole, epilogue);
    else
      convolve_pixels<V, lanes>(window, a, whole, epilogue);
    a.in += whole.inner.count * whole.inner.in_step;
    a.out += whole.inner.count * lanes;
    if (rest.size() > 0) convolve_pixels<V, 0>(window, a, rest, epilogue);
  }
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
