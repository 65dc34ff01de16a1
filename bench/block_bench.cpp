// Blocks against what they replace, or must cost at least, on one thread. A row of the report tells how many
// times as long the others take as lamina, or how much of a limit lamina gets, and whether that is what we
// want. Figures to quote:
//   block_bench --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true
#include "block_bench.hpp"

#include "lamina/core/thread_pool.hpp"
#include "support/ratio_reporter.hpp"

std::map<std::string, double>& block_bench::goals() {
  static std::map<std::string, double> all;
  return all;
}

int main(int argc, char** argv) {
  lamina::set_threads(1);
  block_bench::add_attention();
  block_bench::add_convolutions();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  bench_support::RatioReporter reporter(block_bench::goals());
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
