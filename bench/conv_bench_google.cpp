// conv_bench as a program of Google Benchmark: conv/<network>/<shape>/<who>[/<gradient>][/<n>_threads], with
// GFLOP/s, percent of what the processor can multiply and add at most, and for lamina's algorithms the error.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <sstream>

#include "conv_bench.hpp"
#include "conv_bench_shapes.hpp"
#include "lamina/core/thread_pool.hpp"
#include "support/fma_peak.hpp"

namespace conv_bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// GFLOP/s of multiply-adds on that many threads: the best of a few tries.
double fma_peak(int threads) {
  constexpr double flops = 2e8;
  double best = 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const auto begin = Clock::now();
    lamina::parallel_for(threads, [](Index, int) { bench_support::multiply_add(flops); });
    best = std::max(best, 1e-9 * flops * threads / seconds_since(begin));
  }
  return best;
}

void measure(benchmark::State& state, const ConvProblem& problem, const Contestant& contestant, double peak) {
  const std::function<void()> work = contestant.make();
  work();  // caches, arenas
  const auto begin = Clock::now();
  for (auto _ : state) work();
  // Not Google Benchmark's rates, which print a percentage "/s".
  const double gflops =
      1e-9 * problem.flops() * static_cast<double>(state.iterations()) / seconds_since(begin);
  state.counters["GFLOP/s"] = gflops;
  state.counters["peak_%"] = 100 * gflops / peak;
  if (contestant.error) state.counters["error"] = contestant.error();
}

std::string suffix(Workload workload, int threads) {
  std::string text = workload == Workload::forward ? "" : std::string("/") + name(workload);
  if (threads > 1) text += "/" + std::to_string(threads) + "_threads";
  return text;
}

void add_benchmarks(const std::string& network, const ConvShape& shape, Workload workload, int threads,
                    double peak) {
  std::vector<Contestant> contestants;
  add_lamina(shape.problem, workload, contestants);
  if (workload == Workload::forward) add_lamina_algorithms(shape.problem, contestants);
  add_dnnl(shape.problem, workload, contestants);
  add_eigen(shape.problem, workload, contestants);
  for (const Contestant& contestant : contestants) {
    const std::string title =
        "conv/" + network + "/" + shape.name + "/" + contestant.who + suffix(workload, threads);
    benchmark::RegisterBenchmark(title.c_str(), [=, problem = shape.problem](benchmark::State& state) {
      measure(state, problem, contestant, peak);
    })->UseRealTime();
  }
}

}  // namespace

int run_google_benchmark(const std::string& only, int threads, bool backward, int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const double peak = fma_peak(threads);
  benchmark::AddCustomContext("fma_peak_gflops", std::to_string(peak));
  for (const auto& [network, rows] : networks) {
    std::istringstream text{std::string(rows)};
    for (ConvShape& shape : read_shapes(text, std::string(network))) {
      shape.backward = shape.backward || backward;
      for (const Workload workload : workloads)
        if (is_timed(shape, workload) && shape.name.find(only) != shape.name.npos)
          add_benchmarks(std::string(network), shape, workload, threads, peak);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace conv_bench
