// The inner loop of depthwise convolution, forward and backward: S pixels of one channel block in registers,
// a vector of weights for each tap. A step is one load of weights and S fused multiply-adds that read the
// input from memory: load and arithmetic ports are both full, and no shuffles are needed because the lanes
// are channels.
#pragma once

#include "lamina/kernels/conv_tile.hpp"

namespace lamina::kernels::detail {

inline constexpr int depthwise_pixels = 8;

template <class T, class Epilogue, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_depthwise_pixels(const Tap* taps, index tap_count, const TileArguments<T>& a,
                                                 const Pixels& pixels, const Epilogue& epilogue) {
  constexpr int S = depthwise_pixels;
  using Native = simd::native<T>;
  const Native bias = a.bias ? simd::to_native(simd::load(a.bias)) : Native{};

  for (PixelCursor cursor(pixels); !cursor.done();) {
    index in_pixel[S], out_pixel[S];
    cursor.take(in_pixel, out_pixel);
    Native sum[S];
    const T* in[S];
    unroll<S>([&](auto s) {
      sum[s] = a.accumulate      ? simd::to_native(simd::load(static_cast<const T*>(a.out + out_pixel[s])))
               : a.scale == T{1} ? bias
                                 : Native{};
      in[s] = a.in + in_pixel[s];
    });
    for (const Tap *tap = taps, *last = taps + tap_count; tap != last; ++tap) {
      const Native w = simd::to_native(simd::load(a.weight + tap->weight));
      unroll<S>([&](auto s) { sum[s] += simd::to_native(simd::load(in[s] + tap->in)) * w; });
    }
    unroll<S>([&](auto s) {
      auto y = simd::from_native<T>(sum[s]);
      if (a.scale != T{1}) y = simd::fma(y, simd::broadcast<T>(a.scale), simd::from_native<T>(bias));
      simd::store(a.out + out_pixel[s], epilogue(y));
    });
  }
}

}  // namespace lamina::kernels::detail
