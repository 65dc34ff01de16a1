// What the parts of train_bench share: the images, the numbers of the task, and the clock.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace train_bench {

inline constexpr long samples = 60000;
inline constexpr long batch = 64;
inline constexpr double rate = 0.01;
inline constexpr double momentum = 0.9;

struct Digits {
  std::vector<float> pixels;         // (samples, 1, 28, 28)
  std::vector<std::int32_t> labels;  // 0 … 9
};
const Digits& digits();

/// Times one epoch an iteration.
template <class Epoch> void measure(benchmark::State& state, Epoch epoch) {
  double seconds = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    epoch();
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  state.counters["seconds_per_epoch"] = seconds / static_cast<double>(state.iterations());
}

}  // namespace train_bench
