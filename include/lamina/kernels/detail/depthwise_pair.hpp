// Depthwise 3×3 with stride 1 or 2, two rows of outputs at a time: the nine weights stay in registers for a
// whole row, and the sums of neighbouring columns take turns, so that an input is read once for both rows.
//
//   stride 1, input column c:   x0  x1  x2  x3     4 loads, 18 FMAs, 2 stores: 9 cycles of FMA ports
//     row 0:  y[c-2]            w02 w12 w22        complete: stored, its register begins y[c+1]
//             y[c-1]            w01 w11 w21
//             y[c]              w00 w10 w20        row 1 likewise, of x1 x2 x3
//
// 9 weights, 6 sums and an input fill 16 registers. Stride 2 has five input rows, and two sums a row. A
// dilated map is as many maps, one for each phase, that are not: rows and neighbours are then further apart.
#pragma once

#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// Two rows of outputs, and the rows of inputs they read: 4, or 5 with stride 2 (rows of zeros where those
/// are outside the map).
template <class T> struct RowPair {
  const T* in[5];
  T* out[2];
  const T* weight;               // of the first tap
  Index row_weight, tap_weight;  // between rows of the kernel, and between its taps
  const T* bias;                 // null: none
  Index columns, pad, outputs;   // of a row; pad: at most 2
  Index first_column;            // where `in` begins in a row of the map
  Index step;                    // between neighbours of a row
  bool accumulate;
};

/// Written so that GCC 12 keeps everything in registers: the lambda that meets an input is within the one
/// that adds a column, the turns are spelled out (50 instead of 63 GFLOP/s on rows of 19 where a lambda takes
/// them together).
template <int Stride, class T, class Arch = simd::Arch>
[[gnu::noinline]] void convolve_row_pair(const RowPair<T>& pair) {
  using Native = simd::native<T>;
  // How far ahead outputs are prefetched, which the processor does not foresee in two rows at once: saves 4
  // to 15 % on maps larger than the second-level cache (144@56 210 -> 180 µs, 64@112 410 -> 395). Inputs it
  // does foresee; to prefetch them costs as much.
  constexpr Index columns_ahead = 16;
  constexpr int turns = Stride == 1 ? 3 : 2;  // columns of outputs at work: number c is sum[.][c % turns]
  const RowPair<T> a = pair;
  const Index step_of_row = a.step;
  Native w[9], sum[2][turns];
  unroll<9>([&](auto t) LAMINA_INLINE {
    w[t] = simd::to_native(simd::load(a.weight + t / 3 * a.row_weight + t % 3 * a.tap_weight));
  });
  const Native bias = a.bias ? simd::to_native(simd::load(a.bias)) : Native{};
  unroll<2 * turns>([&](auto i) LAMINA_INLINE { sum[i / turns][i % turns] = bias; });
  const T *in0 = a.in[0], *in1 = a.in[1], *in2 = a.in[2], *in3 = a.in[3], *in4 = a.in[4];
  T *out0 = a.out[0], *out1 = a.out[1];

  // The next input column. With stride 2 the second of an output meets that output alone.
  const auto add = [&]<int Now, bool Second = false>() LAMINA_INLINE {
    constexpr int complete = (Now + 1) % turns, between = (Now + 2) % 3;
    const auto meet = [&](const T*& in, auto row) LAMINA_INLINE {
      const Native x = simd::to_native(simd::load(in));
      in += step_of_row;
      unroll<2>([&](auto out) LAMINA_INLINE {
        constexpr int kernel_row = decltype(row)::value - decltype(out)::value * Stride;
        if constexpr (kernel_row >= 0 && kernel_row < 3) {
          if constexpr (!Second) sum[out][complete] += x * w[kernel_row * 3 + 2];
          if constexpr (Stride == 1) sum[out][between] += x * w[kernel_row * 3 + 1];
          sum[out][Now] += x * w[kernel_row * 3 + (Second ? 1 : 0)];
        }
      });
    };
    meet(in0, std::integral_constant<int, 0>{});
    meet(in1, std::integral_constant<int, 1>{});
    meet(in2, std::integral_constant<int, 2>{});
    meet(in3, std::integral_constant<int, 3>{});
    if constexpr (Stride == 2) meet(in4, std::integral_constant<int, 4>{});
  };
  const auto store = [&]<int Turn>() LAMINA_INLINE {
    unroll<2>([&](auto row) LAMINA_INLINE {
      T*& out = row == 0 ? out0 : out1;
      if (a.accumulate) sum[row][Turn] += simd::to_native(simd::load<T>(out));
      simd::store(out, simd::from_native<T>(sum[row][Turn]));
      __builtin_prefetch(out + columns_ahead * step_of_row, 1);
      out += step_of_row;
      sum[row][Turn] = bias;
    });
  };

  // Completed first are outputs before the row's, which are dropped; stride 2 begins with `before` inputs
  // outside.
  Index left = a.columns, before = Stride == 1 ? 0 : a.pad, rest = a.outputs;
  Index dropped = Stride == 1 ? 2 - a.pad : 1;
  [[maybe_unused]] const auto is_inside = [&]() LAMINA_INLINE {
    return before > 0 ? before-- < 0 : left-- > 0;
  };
  const auto step = [&]<int Now>() LAMINA_INLINE {
    constexpr int complete = (Now + 1) % turns;
    if constexpr (Stride == 1) {
      if (left > 0) add.template operator()<Now>();
      --left;
    } else if (is_inside()) {
      add.template operator()<Now>();
    }
    if (dropped > 0) {
      --dropped;
      unroll<2>([&](auto row) LAMINA_INLINE { sum[row][complete] = bias; });
    } else if (rest > 0) {
      --rest;
      store.template operator()<complete>();
    }
    if constexpr (Stride == 2)
      if (is_inside()) add.template operator()<Now, true>();
  };
  step.template operator()<0>();
  step.template operator()<1>();
  if constexpr (Stride == 1) step.template operator()<2>();
  for (; left >= turns * Stride && rest >= turns; left -= turns * Stride, rest -= turns) {
    if constexpr (Stride == 1) {
      add.template operator()<0>();
      store.template operator()<1>();
      add.template operator()<1>();
      store.template operator()<2>();
      add.template operator()<2>();
      store.template operator()<0>();
    } else {
      add.template operator()<0>();
      store.template operator()<1>();
      add.template operator()<0, true>();
      add.template operator()<1>();
      store.template operator()<0>();
      add.template operator()<1, true>();
    }
  }
  while (rest > 0) {
    step.template operator()<0>();
    step.template operator()<1>();
    if constexpr (Stride == 1) step.template operator()<2>();
  }
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
