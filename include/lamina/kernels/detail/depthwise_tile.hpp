// The inner loop of depthwise convolution, forward and backward: S pixels of one channel block in registers,
// a vector of weights for each tap. A step is one load of weights and S fused multiply-adds that read the
// input from memory: load and arithmetic ports are both full, and no shuffles are needed because the lanes
// are channels.
#pragma once

#include "lamina/kernels/detail/conv_tile.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

inline constexpr int depthwise_tile_pixels = 8;

/// Tiles of pixels anywhere (Step 0), or that are Step elements apart in a row of the input.
template <int Step, class T, class Epilogue, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_depthwise_pixels(const Window& window, const TileArguments<T>& a,
                                                 const Pixels& pixels, const Epilogue& epilogue) {
  constexpr int S = depthwise_tile_pixels;
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  const Native bias = a.bias && a.scale == T{1} ? simd::to_native(simd::load(a.bias)) : Native{};

  for (PixelCursor cursor(pixels); !cursor.done();) {
    Index in_pixel[S], out_pixel[S];
    if constexpr (Step != 0)
      cursor.template take_neighbours<Step, lanes>(in_pixel, out_pixel);
    else
      cursor.take(in_pixel, out_pixel);
    Native sum[S];
    Index pixel[S];
    unroll<S>([&](auto s) LAMINA_INLINE {
      sum[s] = a.accumulate ? simd::to_native(simd::load<T>(a.out + out_pixel[s])) : bias;
      pixel[s] = in_pixel[s] - in_pixel[0];
    });
    const T* const first = a.in + in_pixel[0];
    for (const Tap *tap = window.taps, *last = tap + window.tap_count; tap != last; ++tap) {
      const Native w = simd::to_native(simd::load(a.weight + tap->weight));
      const T* const in = first + tap->in;
      unroll<S>([&](auto s) LAMINA_INLINE { sum[s] += simd::to_native(simd::load(in + pixel[s])) * w; });
    }
    if (std::is_same_v<Epilogue, no_epilogue> && a.scale == T{1}) {
      unroll<S>([&](auto s)
                    LAMINA_INLINE { simd::store(a.out + out_pixel[s], simd::from_native<T>(sum[s])); });
    } else {
      alignas(64) T sums[static_cast<std::size_t>(S * lanes)];
      unroll<S>([&](auto s) LAMINA_INLINE { simd::store(sums + s * lanes, simd::from_native<T>(sum[s])); });
      finish_pixels<1>(a, sums, out_pixel, S, epilogue);
    }
  }
}

/// All pixels, by the tiles that suit them.
template <class T, class Epilogue, class Arch = simd::Arch>
void convolve_depthwise_box(const Window& window, TileArguments<T> a, const Pixels& pixels,
                            const Epilogue& epilogue) {
  constexpr int S = depthwise_tile_pixels;
  constexpr int lanes = simd::width<T>;
  const Index step = pixels.inner.in_step;
  if (pixels.inner.count < S || pixels.inner.out_step != lanes || (step != lanes && step != 2 * lanes)) {
    convolve_depthwise_pixels<0>(window, a, pixels, epilogue);
    return;
  }
  const auto [whole, rest] = split_columns(pixels, S);
  if (step == lanes)
    convolve_depthwise_pixels<lanes>(window, a, whole, epilogue);
  else
    convolve_depthwise_pixels<2 * lanes>(window, a, whole, epilogue);
  a.in += whole.inner.count * step;
  a.out += whole.inner.count * lanes;
  if (rest.size() > 0) convolve_depthwise_pixels<0>(window, a, rest, epilogue);
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
