// The inner loop of depthwise convolution, where lanes are channels: ten neighbouring outputs of a line (a
// row, or a column for kernels that are one) stay in registers, and an input is loaded once for all taps of a
// kernel row that meet it.
//
//   5 taps:  x0 x1 x2 … x13    14 loads of x and 5 of weights for 50 FMAs: 10 cycles of load ports beside
//            y0 y1 … y9        25 of FMA ports; 20 cycles until the five products of a sum are added in turn
//
// 10 sums, the weights of at most 5 taps and one input fill 16 registers; rows of 6 and 7 taps are met by 8
// sums. At the ends of a line what lies outside the map is stepped over. Nothing here knows the epilogue: it
// is applied to lines that are in cache. (3×3 kernels have depthwise_pair.hpp.)
#pragma once

#include <algorithm>

#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// A tile: its outputs, and the taps that its steps have. The sums, the weights of a step and an input fill
/// 16 registers.
struct RowTile {
  int outputs, fewest_taps, most_taps;

  constexpr bool has(Index taps) const { return taps >= fewest_taps && taps <= most_taps; }
};
#if defined(__SANITIZE_ADDRESS__)
inline constexpr RowTile row_tile{10, 1, 2};  // with more a sanitizer's checks take two minutes to compile
#else
inline constexpr RowTile row_tile{10, 1, 5};
#endif
inline constexpr RowTile long_row_tile{8, 6, 7};

/// The taps of a step where a row of the kernel has `taps`: all, or its share of several steps.
constexpr Index most_taps_of_step(Index taps) { return long_row_tile.has(taps) ? taps : row_tile.most_taps; }

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

/// Adds `Taps` taps to the sums. Inputs are Stride vectors apart from output to output; with Edge, only those
/// of [first, last) are met.
template <int Outputs, int Taps, int Stride, bool Edge, class T, class Arch = simd::Arch>
[[gnu::always_inline]] inline void add_row_taps(simd::native<T> (&sum)[Outputs], const T* in, Index in_step,
                                                const T* weight, Index weight_step, Index first, Index last) {
  using Native = simd::native<T>;
  Native w[Taps];
  unroll<Taps>([&](auto t) LAMINA_INLINE { w[t] = simd::to_native(simd::load(weight + t * weight_step)); });
  unroll<(Outputs - 1) * Stride + Taps>([&](auto j) LAMINA_INLINE {
    constexpr int place = decltype(j)::value;
    // Branches that turn out the same way line after line, and leave out what would be added in vain.
    if (!Edge || (place >= first && place < last)) {
      const Native x = simd::to_native(simd::load(in));
      unroll<Taps>([&](auto t) LAMINA_INLINE {
        constexpr int distance = place - decltype(t)::value;
        if constexpr (distance >= 0 && distance % Stride == 0 && distance / Stride < Outputs)
          sum[distance / Stride] += x * w[t];
      });
    }
    in += in_step;
  });
}

/// `count` outputs of a line from `first_output` on: all of a tile's unless Edge.
template <RowTile Tile, int Stride, bool Edge, class T, class Arch = simd::Arch>
[[gnu::always_inline]] inline void convolve_row_tile(const RowArguments<T>& a, const T* in, T* out,
                                                     Index first_output, Index count) {
  using Native = simd::native<T>;
  constexpr int S = Tile.outputs;
  const Native bias = a.bias ? simd::to_native(simd::load(a.bias)) : Native{};
  Native sum[S];
  unroll<S>([&](auto s) LAMINA_INLINE { sum[s] = bias; });
  const Index in_step = a.in_step, weight_step = a.weight_step;
  in += first_output * Stride * in_step;
  for (const RowStep *step = a.steps, *last_step = step + a.step_count; step != last_step; ++step) {
    const Index first = step->first - first_output * Stride;
    const Index last = std::min(step->last - first_output * Stride, (count - 1) * Stride + step->taps);
    const T* const weight = a.weight + step->weight;
    // A chain of comparisons: they turn out the same way all the time.
    unroll<Tile.most_taps - Tile.fewest_taps + 1>([&](auto t) LAMINA_INLINE {
      constexpr int taps = Tile.fewest_taps + decltype(t)::value;
      if (step->taps == taps)
        add_row_taps<S, taps, Stride, Edge>(sum, in + step->in, in_step, weight, weight_step, first, last);
    });
  }
  // Local, for a store may change anything that is read through a reference.
  const Index out_step = a.out_step;
  out += first_output * out_step;
  if (a.accumulate)
    unroll<S>([&](auto s) LAMINA_INLINE {
      if (!Edge || s < count) sum[s] += simd::to_native(simd::load<T>(out + s * out_step));
    });
  unroll<S>([&](auto s) LAMINA_INLINE {
    if (!Edge || s < count) simd::store(out + s * out_step, simd::from_native<T>(sum[s]));
  });
}

template <RowTile Tile, int Stride, class T, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_rows_by(const RowArguments<T>& a) {
  constexpr Index all = Tile.outputs;
  for (Index line = 0; line < a.lines; ++line) {
    const T* const in = a.in + line * a.in_line;
    T* const out = a.out + line * a.out_line;
    for (Index output = 0, count; output < a.outputs; output += count) {
      // The last two tiles share what is left: few sums wait for each other.
      const Index left = a.outputs - output;
      count = left >= 2 * all ? all : left > all ? (left + 1) / 2 : left;
      if (count == all && output >= a.left && output + count <= a.right)
        convolve_row_tile<Tile, Stride, false>(a, in, out, output, count);
      else
        convolve_row_tile<Tile, Stride, true>(a, in, out, output, count);
    }
  }
}

/// All lines.
template <class T, class Arch = simd::Arch> void convolve_rows(const RowArguments<T>& a) {
  const auto by = [&]<RowTile Tile>() {
    a.stride == 1 ? convolve_rows_by<Tile, 1>(a) : convolve_rows_by<Tile, 2>(a);
  };
  if (a.step_count > 0 && long_row_tile.has(a.steps->taps))
    by.template operator()<long_row_tile>();
  else
    by.template operator()<row_tile>();
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
