// What the parts of fusion_bench share: values, and how a task is registered.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include "lamina/core/storage.hpp"

namespace fusion_bench {

inline lamina::Storage<float> filled(lamina::Index count) {
  lamina::Storage<float> values(count);
  for (lamina::Index i = 0; i < count; ++i) values[i] = static_cast<float>(i % 17) / 128 - 0.0625f;
  return values;
}

/// Registers fusion/<task>/<who>: the steps of a Work that is made of `layer` when it runs.
template <class Work, class Layer>
void add(const std::string& task, const char* who, const Layer& layer, void (Work::*steps)()) {
  benchmark::RegisterBenchmark(("fusion/" + task + "/" + who).c_str(), [=](benchmark::State& state) {
    Work work(layer);
    for (auto _ : state) {
      (work.*steps)();
      benchmark::ClobberMemory();
    }
  });
}

/// A depthwise convolution and the 1×1 after it: fusion_bench_separable.cpp.
void add_separable();

}  // namespace fusion_bench
