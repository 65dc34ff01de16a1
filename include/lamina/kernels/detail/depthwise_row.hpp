// The inner loop of depthwise convolution, where lanes are channels: eight neighbouring outputs of a line (a
// row, or a column for kernels that are one) stay in registers, and an input is loaded once for all taps of a
// kernel row that meet it.
//
//   5 taps:  x0 x1 x2 … x11    12 loads of x and 5 of weights for 40 FMAs: 9 cycles of load ports
//            y0 y1 … y7        beside 20 of FMA ports
//
// 8 sums, the weights of at most 7 taps and one input fill 16 registers. At the ends of a line inputs outside
// the map are read from a vector of zeros. Nothing here knows the epilogue: it is applied to lines that are
// in cache. (Tiles of 10 and 12 outputs for up to three taps were up to a tenth faster, and took three times
// as long to compile; 3×3 kernels have depthwise_pair.hpp.)
#pragma once

#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// Taps that a step of the tile takes at most; longer rows of a kernel take several.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr Index most_row_taps = 2;  // with seven a sanitizer's checks take two minutes to compile
#else
inline constexpr Index most_row_taps = 7;
#endif

inline constexpr int row_tile_outputs = 8;

/// Neighbouring taps of a kernel row, as output 0 meets them: they read the inputs 0, 1, … from `in` on, of
/// which those of [first, last) are inside the map.
struct RowStep {
  Index in;  // relative to the line's
  Index first, last;
  Index weight;  // place of the first tap's
  Index taps;
};

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
  const T* bias;      // null: none
  bool accumulate;
};

/// What lies outside the map.
template <class T> alignas(64) inline constexpr T row_border[simd::width<T>] = {};

/// Adds `Taps` taps to the sums. Inputs are Stride vectors apart from output to output; with Edge, those
/// outside [first, last) are zero.
template <int Taps, int Stride, bool Edge, class T, class Arch = simd::Arch>
[[gnu::always_inline]] inline void add_row_taps(simd::native<T> (&sum)[row_tile_outputs], const T* in,
                                                Index in_step, const T* weight, Index weight_step,
                                                Index first, Index last) {
  using Native = simd::native<T>;
  Native w[Taps];
  unroll<Taps>([&](auto t) LAMINA_INLINE { w[t] = simd::to_native(simd::load(weight + t * weight_step)); });
  unroll<(row_tile_outputs - 1) * Stride + Taps>([&](auto j) LAMINA_INLINE {
    constexpr int place = decltype(j)::value;
    const T* at = in;
    if (Edge) at = place >= first && place < last ? at : row_border<T>;
    const Native x = simd::to_native(simd::load(at));
    unroll<Taps>([&](auto t) LAMINA_INLINE {
      constexpr int distance = place - decltype(t)::value;
      if constexpr (distance >= 0 && distance % Stride == 0 && distance / Stride < row_tile_outputs)
        sum[distance / Stride] += x * w[t];
    });
    in += in_step;
  });
}

/// Outputs [first_output, first_output + 8) of a line, those past its end not written.
template <int Stride, bool Edge, class T, class Arch = simd::Arch>
[[gnu::always_inline]] inline void convolve_row_tile(const RowArguments<T>& a, const T* in, T* out,
                                                     Index first_output) {
  using Native = simd::native<T>;
  constexpr int S = row_tile_outputs;
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
      if (step->taps == taps)
        add_row_taps<taps, Stride, Edge>(sum, in + step->in, in_step, weight, weight_step, first, last);
    });
  }
  // Local, for a store may change anything that is read through a reference.
  const Index out_step = a.out_step, outputs = a.outputs - first_output;
  out += first_output * out_step;
  if (a.accumulate)
    unroll<S>([&](auto s) LAMINA_INLINE {
      if (!Edge || s < outputs) sum[s] += simd::to_native(simd::load<T>(out + s * out_step));
    });
  unroll<S>([&](auto s) LAMINA_INLINE {
    if (!Edge || s < outputs) simd::store(out + s * out_step, simd::from_native<T>(sum[s]));
  });
}

template <int Stride, class T, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_rows_by(const RowArguments<T>& a) {
  for (Index line = 0; line < a.lines; ++line) {
    const T* const in = a.in + line * a.in_line;
    T* const out = a.out + line * a.out_line;
    for (Index output = 0; output < a.outputs; output += row_tile_outputs)
      if (output >= a.left && output + row_tile_outputs <= a.right)
        convolve_row_tile<Stride, false>(a, in, out, output);
      else
        convolve_row_tile<Stride, true>(a, in, out, output);
  }
}

/// All lines.
template <class T, class Arch = simd::Arch> void convolve_rows(const RowArguments<T>& a) {
  a.stride == 1 ? convolve_rows_by<1>(a) : convolve_rows_by<2>(a);
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
