// Speed of convolutions against the peers that are found.
//   conv_bench --shapes shapes/resnet50.csv --threads 1 --ms 200 [--only 3x3] [--peers]
//   conv_bench --shape n,c,h,w,k,r,s,stride,pad,dilation,groups
// take one shape after the other and interleave the rounds of all contestants; they print
//   workload,shape,peer,threads,time_us,gflops
// with medians of the rounds. `lamina` and `lamina-exact` (that is, without Winograd's algorithms) know the
// geometry at compile time, `lamina-dyn` at run time. The former are there for shapes that were compiled in:
// those of shapes/classes.csv, or of a file of your own, with the same columns, after
//   cmake -DLAMINA_BENCH_SHAPES=my_shapes.csv <build folder>
//   conv_bench --check-choice --shapes shapes/resnet50.csv
// measures how good lamina's choice among its algorithms is. Without shapes it is a program of Google
// Benchmark that knows those of all networks in shapes/:
//   conv_bench --benchmark_filter=conv/resnet50/ --benchmark_repetitions=9 [--threads 2] [--backward]
// Repetitions of all are interleaved at random, for the speed of most machines drifts.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "conv_bench.hpp"
#include "lamina/core/thread_pool.hpp"

namespace conv_bench {
namespace {

struct Options {
  std::string shapes, only;
  std::vector<Index> shape;
  int threads = 1;
  Timing timing;
  bool peers = false, algorithms = false, backward = false, check_choice = false;
};

void declare(CLI::App& app, Options& options) {
  auto* const file = app.add_option("--shapes", options.shapes, "file of shapes")->check(CLI::ExistingFile);
  auto* const one = app.add_option("--shape", options.shape, "n,c,h,w,k,r,s,stride,pad,dilation,groups");
  one->delimiter(',')->expected(11)->excludes(file);
  app.add_option("--threads", options.threads)->check(CLI::Range(1, 1024));
  app.add_option("--ms", options.timing.milliseconds, "time for each contestant and shape")
      ->check(CLI::Range(0.01, 1e7));
  app.add_option("--only", options.only, "shapes whose name contains this");
  app.add_option("--rounds", options.timing.rounds, "into which that time is cut")
      ->check(CLI::Range(1, 100000));
  app.add_option("--quantile", options.timing.quantile, "0.5: the median round; 0: the fastest")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--peers", options.peers, "the other libraries, too");
  app.add_flag("--algorithms", options.algorithms, "each of lamina's algorithms, too");
  app.add_flag("--backward", options.backward, "the gradients of every shape, too");
  app.add_flag("--check-choice", options.check_choice, "does lamina choose the fastest of its algorithms?");
  app.footer("Without --shapes and --shape: a program of Google Benchmark (--benchmark_filter=… and so on).");
  app.allow_extras();  // Google Benchmark's
}

ConvShape shape_of(const std::vector<Index>& n) {
  if (*std::ranges::min_element(n) < 0 || n[0] < 1)
    throw std::runtime_error("conv_bench: --shape: its numbers are not negative, the batch at least 1");
  const ConvShape shape{.name = "shape",
                        .kind = "shape",
                        .problem = problem_of({n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[7], n[8],
                                               n[8], n[9], n[9], n[10]}),
                        .backward = false};
  lamina::kernels::check(shape.problem.geometry, shape.problem.height, shape.problem.width);
  return shape;
}

std::vector<ConvShape> chosen_shapes(const Options& options) {
  std::vector<ConvShape> shapes;
  if (options.shape.empty())
    shapes = read_shapes(options.shapes);
  else
    shapes.push_back(shape_of(options.shape));
  std::erase_if(shapes,
                [&](const ConvShape& shape) { return shape.name.find(options.only) == shape.name.npos; });
  if (shapes.empty()) throw std::runtime_error("conv_bench: no shape's name contains " + options.only);
  for (ConvShape& shape : shapes) shape.backward = shape.backward || options.backward;
  return shapes;
}

std::vector<Contestant> contestants_of(const ConvProblem& problem, Workload workload,
                                       const Options& options) {
  std::vector<Contestant> contestants;
  add_lamina(problem, workload, contestants);
  if (options.algorithms && workload == Workload::forward) add_lamina_algorithms(problem, contestants);
  if (options.peers) {
    add_dnnl(problem, workload, contestants);
    add_eigen(problem, workload, contestants);
  }
  return contestants;
}

void compare(const std::vector<ConvShape>& shapes, const Options& options) {
  std::printf("workload,shape,peer,threads,time_us,gflops\n");
  for (const ConvShape& shape : shapes)
    for (const Workload workload : workloads) {
      if (!is_timed(shape, workload)) continue;
      const std::vector<Contestant> contestants = contestants_of(shape.problem, workload, options);
      const std::vector<double> times = race(contestants, options.timing);
      for (std::size_t i = 0; i < times.size(); ++i)
        std::printf("%s,%s,%s,%d,%.2f,%.2f\n", name(workload), shape.name.c_str(), contestants[i].who.c_str(),
                    options.threads, times[i] * 1e6, shape.problem.flops() / times[i] * 1e-9);
      std::fflush(stdout);
    }
}

/// What is left of the command line for Google Benchmark; `left` holds the strings. Repetitions are
/// interleaved unless that is refused.
std::vector<char*> arguments(char* program, std::vector<std::string>& left) {
  left.insert(left.begin(), "--benchmark_enable_random_interleaving=true");
  std::vector<char*> all{program};
  for (std::string& argument : left) all.push_back(argument.data());
  all.push_back(nullptr);
  return all;
}

int run(const Options& options, char* program, std::vector<std::string> left) {
  lamina::set_threads(options.threads);
  set_dnnl_threads(options.threads);
  if (options.shapes.empty() && options.shape.empty()) {
    if (options.check_choice) throw CLI::RequiredError("--check-choice: --shapes");
    std::vector<char*> rest = arguments(program, left);
    return run_google_benchmark(options.only, options.threads, options.backward,
                                static_cast<int>(rest.size()) - 1, rest.data());
  }
  if (!left.empty()) throw CLI::ExtrasError(left);
  if (options.check_choice)
    check_choice(chosen_shapes(options), options.timing);
  else
    compare(chosen_shapes(options), options);
  return 0;
}

}  // namespace
}  // namespace conv_bench

int main(int argc, char** argv) {
  CLI::App app("Speed of convolutions");
  conv_bench::Options options;
  conv_bench::declare(app, options);
  try {
    app.parse(argc, argv);
    return conv_bench::run(options, argv[0], app.remaining());
  } catch (const CLI::Error& failure) {
    return app.exit(failure);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
