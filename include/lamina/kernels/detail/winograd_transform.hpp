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
  requires(W::stride == 1 && W::taps > 1)
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
  requires(W::stride == 1 && W::taps > 1)
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
  requires(W::stride == 1 && W::taps > 1)
[[gnu::always_inline]] inline void transform_weight(const Native (&g)[W::taps], Native (&u)[W::weights]) {
  unroll<W::weights>([&](auto j) LAMINA_INLINE {
    bool started = false;
    unroll<W::taps>([&](auto i)
                        LAMINA_INLINE { add_product(u[j], started, static_cast<T>(W::weight[j][i]), g[i]); });
  });
}

/// m = A y, the adjoint of transform_output.
template <class W, class T, class Native>
  requires(W::stride == 1 && W::taps > 1)
[[gnu::always_inline]] inline void transform_output_gradient(const Native (&y)[W::outputs],
                                                             Native (&m)[W::products]) {
  unroll<W::products>([&](auto j) LAMINA_INLINE {
    constexpr int row = decltype(j)::value;
    if constexpr (!(row > 0 && W::is_pair(row - 1))) {
      Native part[2] = {};  // of even and of odd powers
      bool started[2] = {};
      unroll<W::outputs>([&](auto i) LAMINA_INLINE {
        add_product(part[i % 2], started[i % 2], static_cast<T>(W::output[i][row]), y[i]);
      });
      m[row] = part[0] + part[1];
      if constexpr (W::is_pair(row)) m[row + 1] = part[0] - part[1];
    }
  });
}

/// g = Gᵀ u, the adjoint of transform_weight.
template <class W, class T, class Native>
  requires(W::stride == 1 && W::taps > 1)
[[gnu::always_inline]] inline void transform_weight_gradient(const Native (&u)[W::weights],
                                                             Native (&g)[W::taps]) {
  unroll<W::taps>([&](auto i) LAMINA_INLINE {
    bool started = false;
    unroll<W::weights>(
        [&](auto j) LAMINA_INLINE { add_product(g[i], started, static_cast<T>(W::weight[j][i]), u[j]); });
  });
}

/// Filters of one tap: nothing is transformed.
template <class W, class T, class Native>
  requires(W::taps == 1)
[[gnu::always_inline]] inline void transform_input(const Native (&d)[W::products], Native (&v)[W::products]) {
  unroll<W::products>([&](auto i) LAMINA_INLINE { v[i] = d[i]; });
}
template <class W, class T, class Native>
  requires(W::taps == 1)
[[gnu::always_inline]] inline void transform_output(const Native (&m)[W::products], Native (&y)[W::outputs]) {
  unroll<W::outputs>([&](auto i) LAMINA_INLINE { y[i] = m[i]; });
}
template <class W, class T, class Native>
  requires(W::taps == 1)
[[gnu::always_inline]] inline void transform_weight(const Native (&g)[1], Native (&u)[1]) {
  u[0] = g[0];
}

template <class W, class T, class Native>
  requires(W::taps == 1)
[[gnu::always_inline]] inline void transform_output_gradient(const Native (&y)[W::outputs],
                                                             Native (&m)[W::products]) {
  unroll<W::outputs>([&](auto i) LAMINA_INLINE { m[i] = y[i]; });
}
template <class W, class T, class Native>
  requires(W::taps == 1)
[[gnu::always_inline]] inline void transform_weight_gradient(const Native (&u)[1], Native (&g)[1]) {
  g[0] = u[0];
}

/// Filters of stride 2: StridedWinograd. Inputs or taps are split into even and odd ones; a zero at the end
/// makes the odd ones as many.
template <int Count, class Native>
[[gnu::always_inline]] inline void split_phases(const Native (&all)[Count], Native (&even)[(Count + 1) / 2],
                                                Native (&odd)[(Count + 1) / 2]) {
  static_assert(Count % 2 == 1);
  unroll<(Count + 1) / 2>([&](auto i) LAMINA_INLINE { even[i] = all[2 * i]; });
  unroll<Count / 2>([&](auto i) LAMINA_INLINE { odd[i] = all[2 * i + 1]; });
  odd[Count / 2] = Native{};
}
template <class W, class T, class Native>
  requires(W::stride == 2)
[[gnu::always_inline]] inline void transform_input(const Native (&d)[W::inputs], Native (&v)[W::inputs]) {
  constexpr int products = W::products;
  Native even[products], odd[products], even_v[products], odd_v[products];
  split_phases(d, even, odd);
  transform_input<typename W::Phase, T>(even, even_v);
  transform_input<typename W::Phase, T>(odd, odd_v);
  unroll<products>([&](auto i) LAMINA_INLINE { v[i] = even_v[i]; });
  unroll<products - 1>([&](auto i) LAMINA_INLINE { v[products + i] = odd_v[i]; });
}
template <class W, class T, class Native>
  requires(W::stride == 2)
[[gnu::always_inline]] inline void transform_output(const Native (&m)[W::products], Native (&y)[W::outputs]) {
  transform_output<typename W::Phase, T>(m, y);
}
template <class W, class T, class Native>
  requires(W::stride == 2)
[[gnu::always_inline]] inline void transform_weight(const Native (&g)[W::taps], Native (&u)[W::weights]) {
  using Phase = typename W::Phase;
  Native even[Phase::taps], odd[Phase::taps], even_u[Phase::weights], odd_u[Phase::weights];
  split_phases(g, even, odd);
  transform_weight<Phase, T>(even, even_u);
  transform_weight<Phase, T>(odd, odd_u);
  unroll<Phase::weights>([&](auto i) LAMINA_INLINE { u[i] = even_u[i]; });
  unroll<W::odd_weights>([&](auto i) LAMINA_INLINE { u[Phase::weights + i] = odd_u[i]; });
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
