// Winograd's transforms in one dimension, on vectors: Bᵀd, Aᵀm and G g with the matrices as constants.
// Products of points p and -p share their even and odd parts, which halves the arithmetic. In two dimensions
// they are applied to columns, then to rows; what is between stays on the stack.
#pragma once

#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/kernels/detail/winograd_matrices.hpp"
#include "lamina/simd/simd.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// sum + factor · x, where the factor is a constant known to the compiler; `started` is whether sum holds
/// anything.
template <class Native, class T>
[[gnu::always_inline]] constexpr void add_product(Native& sum, bool& started, T factor, const Native& x) {
  if (factor == T{0}) return;
  if (!started)
    sum = factor == T{1} ? x : factor == T{-1} ? -x : factor * x;
  else if (factor == T{1})
    sum += x;
  else if (factor == T{-1})
    sum -= x;
  else
    sum += factor * x;
  started = true;
}

/// v = Bᵀ d.
template <class W, class T, class Native>
[[gnu::always_inline]] inline void transform_input(const Native (&d)[W::products], Native (&v)[W::products]) {
  unroll<W::products>([&](auto j) LAMINA_INLINE {
    constexpr int row = decltype(j)::value;
    if constexpr (row > 0 && W::is_pair(row - 1)) {
      // came with its pair
    } else if constexpr (W::is_pair(row)) {
      Native part[2];  // of even and of odd powers
      bool started[2] = {};
      unroll<W::products>([&](auto i) LAMINA_INLINE {
        add_product(part[i % 2], started[i % 2], static_cast<T>(W::input[row][i]), d[i]);
      });
      v[row] = part[0] + part[1];
      v[row + 1] = part[0] - part[1];
    } else {
      bool started = false;
      unroll<W::products>([&](auto i) LAMINA_INLINE {
        add_product(v[row], started, static_cast<T>(W::input[row][i]), d[i]);
      });
    }
  });
}

/// y = Aᵀ m.
template <class W, class T, class Native>
[[gnu::always_inline]] inline void transform_output(const Native (&m)[W::products], Native (&y)[W::outputs]) {
  Native sums[W::products], differences[W::products];  // of pairs
  unroll<W::products>([&](auto j) LAMINA_INLINE {
    if constexpr (W::is_pair(j)) sums[j] = m[j] + m[j + 1], differences[j] = m[j] - m[j + 1];
  });
  unroll<W::outputs>([&](auto i) LAMINA_INLINE {
    bool started = false;
    unroll<W::products>([&](auto j) LAMINA_INLINE {
      constexpr int column = decltype(j)::value;
      constexpr T factor = static_cast<T>(W::output[i][column]);
      if constexpr (W::is_pair(column))
        add_product(y[i], started, factor, i % 2 == 0 ? sums[column] : differences[column]);
      else if constexpr (!(column > 0 && W::is_pair(column - 1)))
        add_product(y[i], started, factor, m[column]);
    });
  });
}

/// u = G g.
template <class W, class T, class Native>
[[gnu::always_inline]] inline void transform_weight(const Native (&g)[W::taps], Native (&u)[W::products]) {
  unroll<W::products>([&](auto j) LAMINA_INLINE {
    bool started = false;
    unroll<W::taps>([&](auto i)
                        LAMINA_INLINE { add_product(u[j], started, static_cast<T>(W::weight[j][i]), g[i]); });
  });
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
