// What the parts of tensor_bench share: the sizes, and how a task is registered. A task is named
// tensor/<what>/<size>/<who>; the same <what>/<size> means the same arithmetic on the same extents.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

namespace tensor_bench {

/// Floats in an operand, so that three operands fit the first cache, the second, or neither.
struct Vector {
  const char* name;
  long count;
};
inline constexpr Vector vectors[] = {{"L1", 2048}, {"L2", 32768}, {"memory", 1L << 23}};

/// Extents of maps (N, C, H, W).
struct Maps {
  const char* name;
  long n, c, h, w;
};
inline constexpr Maps maps[] = {{"L1", 1, 8, 16, 16}, {"L2", 1, 32, 32, 32}, {"memory", 8, 64, 128, 128}};

/// Extents of the tensors that are reduced: three axes of one length.
inline constexpr Vector cubes[] = {{"L1", 12}, {"L2", 40}, {"memory", 256}};

/// Rows of the tensors whose rows go through softmax: classes, and attention.
struct Rows {
  const char* name;
  long rows, columns;
};
inline constexpr Rows softmax_rows[] = {{"64x10", 64, 10}, {"64x1000", 64, 1000}, {"4096x512", 4096, 512}};

/// Square matrices, in batches.
struct Matrices {
  const char* name;
  long batch, size;
};
inline constexpr Matrices matrices[] = {{"64_of_8", 64, 8},   {"64_of_16", 64, 16}, {"16_of_32", 16, 32},
                                        {"16_of_64", 16, 64}, {"1_of_512", 1, 512}, {"1_of_1024", 1, 1024}};

/// Registers a task. `make` is called when it runs and gives a function without arguments, which owns its
/// operands and does the work once; `bytes` are read and written by that, `flops` computed (0: not told).
template <class Make>
void add(const std::string& what, const char* size, const char* who, double bytes, double flops, Make make) {
  const std::string name = "tensor/" + what + "/" + size + "/" + who;
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    auto work = make();
    for (auto _ : state) {
      work();
      benchmark::ClobberMemory();
    }
    using benchmark::Counter;
    if (bytes > 0) state.counters["bytes/s"] = Counter(bytes, Counter::kIsIterationInvariantRate);
    if (flops > 0) state.counters["FLOP/s"] = Counter(flops, Counter::kIsIterationInvariantRate);
  });
}

/// Value i of the operands: between -2 and 2, the same for everybody.
inline float value(long i) { return static_cast<float>(i * 2654435761L % 4001) / 1000.0f - 2.0f; }

void add_lamina();
void add_eigen();
void add_xtensor();

}  // namespace tensor_bench
