// What benchmarks of the kernels on maps share: maps with memory, and a counter of the bytes that a kernel
// must at least read or write, to hold against `copy`.
#pragma once

#include <benchmark/benchmark.h>

#include "lamina/core/random.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina::bench {

struct Extents {
  Index n, c, h, w;
};

/// A map of random numbers in [-1, 1).
struct Map {
  FeatureMapView<float> view;
  Storage<float> memory;

  explicit Map(const Extents& e) : view(nullptr, e.n, e.c, e.h, e.w), memory(e.n * view.batch_stride) {
    view.data = memory.data();
    const Random random(seed{1});
    for (Index i = 0; i < memory.size(); ++i)
      memory[i] = 2 * random.uniform(static_cast<std::uint64_t>(i)) - 1;
  }
  operator FeatureMapView<const float>() const { return view; }
};

/// Runs f() with 1 and 2 threads as <name>/threads:<n>; `elements` are read or written by one run.
template <class F> void run(const std::string& name, Index elements, F f) {
  for (const int count : {1, 2})
    benchmark::RegisterBenchmark((name + "/threads:" + std::to_string(count)).c_str(),
                                 [=](benchmark::State& state) mutable {
                                   set_threads(count);
                                   for ([[maybe_unused]] auto _ : state) {
                                     f();
                                     benchmark::ClobberMemory();
                                   }
                                   state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                                                           elements *
                                                           static_cast<std::int64_t>(sizeof(float)));
                                 })
        ->UseRealTime();
}

}  // namespace lamina::bench
