// The inner loop of matrix products: a tile of R rows × V vectors of C is held in registers while the depth
// passes by. Each step loads V vectors of B, broadcasts R elements of A and makes R·V fused multiply-adds.
// 4×3 are 12 sums, 3 vectors and 1 broadcast in 16 registers, and 7 loads beside 6 cycles of FMAs; the narrow
// tiles (4×2, 8×1) have the 8 sums that hide a latency of 4 cycles on two ports.
#pragma once

#include <algorithm>

#include "lamina/core/shape.hpp"
#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

// On the lambdas that unroll() repeats; see conv_tile.hpp.
#define LAMINA_INLINE __attribute__((always_inline))

namespace lamina::kernels::detail {

/// Rows of C in a tile of V vectors.
template <int V> inline constexpr int gemm_rows = V == 1 ? 8 : 4;

/// Most vectors of C in a tile.
inline constexpr int gemm_vectors = 3;

/// What a tile multiplies: A(row, step) is a[row * a_row + step * a_step], B(step, column) is
/// b[step * b_step + column].
template <class T> struct TileOperands {
  const T* a;
  Index a_row, a_step;
  const T* b;
  Index b_step;
  Index depth;
};

/// c(row, column) = Σ_step A(row, step) B(step, column), or += that, for the first `rows` (1 … gemm_rows<V>)
/// rows and `columns` (1 … V · width) columns. B has all V · width columns, of any finite value past
/// `columns`.
template <int V, class T, class Arch = simd::Arch>
[[gnu::noinline]] void multiply_tile(const TileOperands<T>& from, Index rows, Index columns, T* c,
                                     Index c_row, bool accumulate) {
  constexpr int R = gemm_rows<V>;
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  Index row[R];  // past the last row it is read again, and not written
  unroll<R>([&](auto r) LAMINA_INLINE {
    row[r] = std::min<Index>(r, rows - 1) * from.a_row;
    __builtin_prefetch(c + std::min<Index>(r, rows - 1) * c_row, 1);
  });

  Native sum[R * V];
  unroll<R * V>([&](auto i) LAMINA_INLINE { sum[i] = Native{}; });
  const Index a_step = from.a_step, b_step = from.b_step;
  const T *a = from.a, *b = from.b;
  for (Index left = from.depth; left > 0; --left) {
    Native w[V];
    unroll<V>([&](auto v) LAMINA_INLINE { w[v] = simd::to_native(simd::load_unaligned(b + v * lanes)); });
    unroll<R>([&](auto r) LAMINA_INLINE {
      const Native x = simd::to_native(simd::broadcast<T>(a[row[r]]));
      unroll<V>([&](auto v) LAMINA_INLINE { sum[r * V + v] += x * w[v]; });
    });
    a += a_step;
    b += b_step;
  }

  unroll<V>([&](auto v) LAMINA_INLINE {
    const Index count = columns - v * lanes;
    unroll<R>([&](auto r) LAMINA_INLINE {
      if (r >= rows || count <= 0) return;
      T* const to = c + r * c_row + v * lanes;
      const simd::Vector<T> y = simd::from_native<T>(sum[r * V + v]);
      if (count >= lanes)
        simd::store_unaligned(to, accumulate ? simd::load_unaligned<T>(to) + y : y);
      else
        simd::store_partial(to, accumulate ? simd::load_partial<T>(to, count) + y : y, count);
    });
  });
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
