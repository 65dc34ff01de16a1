// What the parts of train_bench share: the images, the numbers of the tasks, and the clock.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace train_bench {

inline constexpr long batch = 64;
inline constexpr double rate = 0.01;
inline constexpr double momentum = 0.9;

/// A set of square images with one of ten labels each. An epoch is `epoch` images; of a set that is timed in
/// part `samples` are fewer, and the time is scaled up.
struct Examples {
  long samples, epoch, channels, side;
  std::vector<float> pixels;  // (samples, channels, side, side)
  std::vector<std::int32_t> labels;

  long image() const { return channels * side * side; }
};
/// Like MNIST, for LeNet; like CIFAR-10, for ResNet-20.
const Examples& digits();
const Examples& photographs();

/// Calls step(first, count) for each batch of the set, in order: an epoch, once an iteration.
template <class Step> void measure(benchmark::State& state, const Examples& set, Step step) {
  double seconds = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    for (long first = 0; first < set.samples; first += batch)
      step(first, first + batch < set.samples ? batch : set.samples - first);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  state.counters["seconds_per_epoch"] = seconds / static_cast<double>(state.iterations()) *
                                        static_cast<double>(set.epoch) / static_cast<double>(set.samples);
}

/// Registers train/<net>/<who> for one and two threads.
inline void add_task(const char* name, void (*function)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name, function)
      ->ArgName("threads")
      ->Arg(1)
      ->Arg(2)
      ->Iterations(1)
      ->Unit(benchmark::kSecond);
}

}  // namespace train_bench
