// The inner loop of depthwise convolution, where lanes are channels: S neighbouring outputs of a line (a row,
// or a column for kernels that are one) stay in registers, and an input is loaded once for all taps of a
// kernel row that meet it.
//
//   3 taps, S = 12:  x0 x1 x2 … x13    14 loads of x and 3 of weights for 36 FMAs: 9 cycles of load ports
//                    y0 y1 … y11       beside 18 of FMA ports
//
// S sums, the taps' weights and one input fill 16 registers. At the ends of a line inputs outside the map are
// read from a vector of zeros. Nothing here knows the epilogue: it is applied to lines that are in cache.
#pragma once

#include <algorithm>

#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// Taps that a step of the tile takes at most; longer rows of a kernel take several.
inline constexpr Index most_row_taps = 7;

/// Whether 16 registers hold tiles of so many outputs and taps.
constexpr bool row_tile_fits(int outputs, Index taps) { return outputs + (taps <= 3 ? 3 : taps) <= 15; }

/// The outputs of a tile for rows of so many: as few as can be are computed in vain, in tiles that are long.
constexpr int row_tile_outputs(Index outputs, Index taps) {
  int best = 8;
  const auto cost = [&](Index tile) { return (outputs + tile - 1) / tile * (tile + 2); };
  for (const int tile : {10, 12})
    if (row_tile_fits(tile, taps) && cost(tile) <= cost(best)) best = tile;
  return best;
}

/// Neighbouring taps of a kernel row, as output 0 meets them: they read the inputs 0, 1, … from `in` on, of
/// which those of [first, last) are inside the map.
struct RowStep {
  Index in;  // relative to the line's
  Index first, last;
  Index weight;  // place of the first tap's
  Index taps;
};

/// Which inputs of a tile may lie outside the map: none; the first and last ones of each step, fewer than it
/// has taps; or any.
enum class RowEdge { none, near, far };

/// Lines of outputs that differ in nothing but where they lie. Distances are in elements.
template <class T> struct RowArguments {
  const T* in;
  Index in_line, in_step;  // between the inputs of two lines, and along a line
  T* out;
  Index out_line, out_step;
  Index lines, outputs;
  const RowStep* steps;
  Index step_count;
  const T* weight;
  Index weight_step;  // between the taps of a step
  Index stride;       // 1 or 2: inputs from output to output
  Index left, right;  // outputs of [left, right) read inside the map only
  RowEdge edge;       // of the other tiles
  int tile_outputs;
  const T* bias;  // null: none
  bool accumulate;
};

/// Adds `Taps` taps to S sums. Inputs outside [first, last) count as zero.
template <int Taps, int S, int Stride, RowEdge Edge, class T, class Arch = simd::Arch>
[[gnu::always_inline]] inline void add_row_taps(simd::native<T> (&sum)[S], const T* in, Index in_step,
                                                const T* zeros, const T* weight, Index weight_step,
                                                Index first, Index last) {
  using Native = simd::native<T>;
  constexpr int inputs = (S - 1) * Stride + Taps;
  Native w[Taps];
  unroll<Taps>([&](auto t) LAMINA_INLINE { w[t] = simd::to_native(simd::load(weight + t * weight_step)); });
  unroll<inputs>([&](auto j) LAMINA_INLINE {
    constexpr int place = decltype(j)::value;
    constexpr bool far = Edge == RowEdge::far, near = Edge == RowEdge::near;
    const T* at = in;
    if (far || (near && place < Taps - 1)) at = place >= first ? at : zeros;
    if (far || (near && place > inputs - Taps)) at = place < last ? at : zeros;
    const Native x = simd::to_native(simd::load(at));
    unroll<Taps>([&](auto t) LAMINA_INLINE {
      constexpr int distance = place - decltype(t)::value;
      if constexpr (distance >= 0 && distance % Stride == 0 && distance / Stride < S)
        sum[distance / Stride] += x * w[t];
    });
    in += in_step;
  });
}

/// Outputs [first_output, first_output + S) of a line; of those, [first_new, a.outputs) are written.
template <int S, int Stride, RowEdge Edge, class T, class Arch = simd::Arch>
[[gnu::always_inline]] inline void convolve_row_tile(const RowArguments<T>& a, const T* in, T* out,
                                                     Index first_output, Index first_new) {
  using Native = simd::native<T>;
  constexpr int lanes = simd::width<T>;
  alignas(64) static constexpr T zeros[lanes] = {};
  const Native bias = a.bias ? simd::to_native(simd::load(a.bias)) : Native{};
  Native sum[S];
  unroll<S>([&](auto s) LAMINA_INLINE { sum[s] = bias; });
  const Index in_step = a.in_step, weight_step = a.weight_step;
  in += first_output * Stride * in_step;
  for (const RowStep *step = a.steps, *last_step = step + a.step_count; step != last_step; ++step) {
    const Index first = step->first - first_output * Stride, last = step->last - first_output * Stride;
    const T* const weight = a.weight + step->weight;
    // A chain of comparisons: they turn out the same way all the time.
    unroll<most_row_taps>([&](auto t) LAMINA_INLINE {
      constexpr int taps = decltype(t)::value + 1;
      if constexpr (row_tile_fits(S, taps))
        if (step->taps == taps)
          add_row_taps<taps, S, Stride, Edge>(sum, in + step->in, in_step, zeros, weight, weight_step, first,
                                              last);
    });
  }
  // Local, for a store may change anything that is read through a reference.
  const Index out_step = a.out_step, from = first_new - first_output, until = a.outputs - first_output;
  out += first_output * out_step;
  const auto is_written = [&](Index s) { return Edge == RowEdge::none || (s >= from && s < until); };
  if (a.accumulate)
    unroll<S>([&](auto s) LAMINA_INLINE {
      if (is_written(s)) sum[s] += simd::to_native(simd::load<T>(out + s * out_step));
    });
  unroll<S>([&](auto s) LAMINA_INLINE {
    if (is_written(s)) simd::store(out + s * out_step, simd::from_native<T>(sum[s]));
  });
}

/// Tiles of S outputs. The last one of a line ends where the line does, and computes some outputs again.
template <int S, int Stride, RowEdge Edge, class T, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_row_tiles(const RowArguments<T>& a) {
  const Index last_tile = std::max<Index>(0, a.outputs - S);
  for (Index line = 0; line < a.lines; ++line) {
    const T* const in = a.in + line * a.in_line;
    T* const out = a.out + line * a.out_line;
    for (Index output = 0; output < a.outputs; output += S) {
      const Index first = std::min(output, last_tile);
      if (first == output && first >= a.left && first + S <= a.right)
        convolve_row_tile<S, Stride, RowEdge::none>(a, in, out, first, first);
      else
        convolve_row_tile<S, Stride, Edge>(a, in, out, first, output);
    }
  }
}

/// All lines, by the tile that suits them.
template <class T, class Arch = simd::Arch> void convolve_rows(const RowArguments<T>& a) {
  const auto by_stride = [&]<int S, RowEdge Edge>() {
    a.stride == 1 ? convolve_row_tiles<S, 1, Edge>(a) : convolve_row_tiles<S, 2, Edge>(a);
  };
  if (a.edge == RowEdge::far)
    by_stride.template operator()<8, RowEdge::far>();
  else if (a.tile_outputs == 12)
    by_stride.template operator()<12, RowEdge::near>();
  else if (a.tile_outputs == 10)
    by_stride.template operator()<10, RowEdge::near>();
  else
    by_stride.template operator()<8, RowEdge::near>();
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
