// What the processor can compute at most: chains of multiply-adds that never leave registers.
#pragma once

#include <benchmark/benchmark.h>

#include "lamina/simd/simd.hpp"

namespace bench_support {

/// Computes `flops` operations, two for each multiply-add, on one thread. Twelve independent sums: enough for
/// two ports with a latency of four or five cycles.
inline void multiply_add(double flops) {
  using Vector = lamina::simd::native<float>;
  constexpr int sums = 12;
  Vector sum[sums] = {};
  for (Vector& s : sum) benchmark::DoNotOptimize(s);  // else they are known to be equal, and one is computed
  const Vector factor = Vector{} + 0.999f, term = Vector{} + 0.5f;
  const auto turns = static_cast<long>(flops / (2 * sums * lamina::simd::width<float>));
  for (long turn = 0; turn < turns; ++turn)
#pragma GCC unroll 12
    for (int s = 0; s < sums; ++s) sum[s] = sum[s] * factor + term;
  for (Vector& s : sum) benchmark::DoNotOptimize(s);
}

}  // namespace bench_support
