// The inner loop of the weights' gradient: dw[k] = Σ_pixels x[pixel + offset_k] · dy[pixel]. K steps k (a tap
// and an input channel) × V vectors of output channels are held in registers while the pixels of a region
// pass by; a pixel loads V vectors of dy and broadcasts K inputs. It is the forward tile turned round: what
// was a list of pixels there is a list of weights here, so any tap of any geometry, blocked or plain, is just
// an offset.
#pragma once

#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

// On the lambdas that unroll() repeats: one that is left a call takes the address of the sums, which then
// live in memory. (clang-19: 62 instead of 84 GFLOP/s.)
#define LAMINA_INLINE __attribute__((always_inline))

namespace lamina::kernels::detail {

/// Weight vectors in a tile, for V output blocks. V = 0: depthwise, where a weight vector is a tap.
template <int V> inline constexpr int tile_weights = V <= 1 ? 9 : V == 2 ? 6 : 4;

/// Writes sums[k][v], vectors, for the weights whose inputs lie `offsets` past `in`. Steps of the pixels'
/// output side are those of dy. Depthwise inputs are vectors, one channel to a lane.
template <int V, class T, class Arch = simd::Arch>
[[gnu::noinline]] void correlate_pixels(const T* in, const Index* offsets, const T* dy, Index dy_block,
                                        const Pixels& pixels, T* sums) {
  constexpr int K = tile_weights<V>, vectors = V == 0 ? 1 : V;
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  Native sum[K * vectors];
  Index offset[K];
  unroll<K * vectors>([&](auto i) LAMINA_INLINE { sum[i] = Native{}; });
  unroll<K>([&](auto k) LAMINA_INLINE { offset[k] = offsets[k]; });
  const PixelAxis columns = pixels.inner;
  for (Index n = 0; n < pixels.outer.count; ++n)
    for (Index row = 0; row < pixels.middle.count; ++row) {
      const T* x = in + n * pixels.outer.in_step + row * pixels.middle.in_step;
      const T* y = dy + n * pixels.outer.out_step + row * pixels.middle.out_step;
      for (Index left = columns.count; left > 0; --left) {
        Native dy_here[vectors];
        unroll<vectors>([&](auto v)
                            LAMINA_INLINE { dy_here[v] = simd::to_native(simd::load(y + v * dy_block)); });
        unroll<K>([&](auto k) LAMINA_INLINE {
          const Native x_here = V == 0 ? simd::to_native(simd::load(x + offset[k]))
                                       : simd::to_native(simd::broadcast<T>(x[offset[k]]));
          unroll<vectors>([&](auto v) LAMINA_INLINE { sum[k * vectors + v] += x_here * dy_here[v]; });
        });
        x += columns.in_step;
        y += columns.out_step;
      }
    }
  unroll<K * vectors>([&](auto i)
                          LAMINA_INLINE { simd::store(sums + i * lanes, simd::from_native<T>(sum[i])); });
}

/// Adds the sum of dy over the pixels to `sum`, a vector. Rows are summed by themselves, so that the error
/// does not grow with the number of pixels.
template <class T, class Arch = simd::Arch> void add_pixels(const T* dy, const Pixels& pixels, T* sum) {
  using V = simd::Vector<T>;
  V total(T{0});
  for (Index n = 0; n < pixels.outer.count; ++n) {
    V of_sample(T{0});
    for (Index row = 0; row < pixels.middle.count; ++row) {
      const T* y = dy + n * pixels.outer.out_step + row * pixels.middle.out_step;
      V even(T{0}), odd(T{0});
      Index left = pixels.inner.count;
      for (; left > 1; left -= 2, y += 2 * pixels.inner.out_step) {
        even += simd::load(y);
        odd += simd::load(y + pixels.inner.out_step);
      }
      if (left > 0) even += simd::load(y);
      of_sample += even + odd;
    }
    total += of_sample;
  }
  simd::store(sum, simd::load(static_cast<const T*>(sum)) + total);
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
