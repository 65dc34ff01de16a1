// Speed of convolutions against the peers that are found, one shape after the other, the rounds of all
// contestants interleaved. Shapes come from files (columns as in ConvShape):
//   conv_bench --shapes shapes/resnet50.csv --threads 1 --ms 200 [--only 3x3] [--peers]
// prints  workload,shape,peer,threads,time_us,gflops  with medians of the rounds.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "conv_bench.hpp"
#include "lamina/core/thread_pool.hpp"

namespace conv_bench {
namespace {

/// The rows of a shape file.
std::vector<ConvShape> read_shapes(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("conv_bench: cannot open " + path);
  std::vector<ConvShape> shapes;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line.rfind("name,", 0) == 0) continue;
    std::istringstream row(line);
    std::string name, kind, cell;
    std::getline(row, name, ',');
    std::getline(row, kind, ',');
    std::vector<Index> n;
    while (std::getline(row, cell, ',')) n.push_back(std::stol(cell));
    if (n.size() != 15) throw std::runtime_error("conv_bench: " + path + ": 17 columns wanted: " + line);
    shapes.push_back({.name = name,
                      .kind = kind,
                      .batch = n[0],
                      .height = n[2],
                      .width = n[3],
                      .geometry = {.in_channels = n[1],
                                   .out_channels = n[4],
                                   .groups = n[13],
                                   .kernel_height = n[5],
                                   .kernel_width = n[6],
                                   .stride_height = n[7],
                                   .stride_width = n[8],
                                   .dilation_height = n[11],
                                   .dilation_width = n[12],
                                   .pad_top = n[9],
                                   .pad_left = n[10],
                                   .pad_bottom = n[9],
                                   .pad_right = n[10]},
                      .backward = n[14] != 0});
  }
  return shapes;
}

using Clock = std::chrono::steady_clock;

double seconds(const std::function<void()>& work, Index repeat) {
  const auto begin = Clock::now();
  for (Index i = 0; i < repeat; ++i) work();
  return std::chrono::duration<double>(Clock::now() - begin).count() / static_cast<double>(repeat);
}

/// Times of all contestants in seconds, the `quantile` of their rounds: rounds in turns, so that a machine
/// that slows down slows all.
std::vector<double> race(const std::vector<Contestant>& contestants, double milliseconds, int rounds,
                         double quantile) {
  const auto rank = static_cast<std::size_t>(quantile * static_cast<double>(rounds - 1));
  struct Lane {
    std::function<void()> work;
    Index repeat;
    std::vector<double> times;
  };
  std::vector<Lane> lanes;
  for (const Contestant& contestant : contestants) {
    Lane lane{contestant.make(), 1, {}};
    seconds(lane.work, 2);  // caches, arenas
    const double once = std::max(seconds(lane.work, 1), 1e-7);
    lane.repeat = std::max<Index>(1, static_cast<Index>(milliseconds * 1e-3 / rounds / once));
    lanes.push_back(std::move(lane));
  }
  for (int round = 0; round < rounds; ++round)
    for (Lane& lane : lanes) lane.times.push_back(seconds(lane.work, lane.repeat));
  std::vector<double> chosen;
  for (Lane& lane : lanes) {
    std::sort(lane.times.begin(), lane.times.end());
    chosen.push_back(lane.times[rank]);
  }
  return chosen;
}

}  // namespace
}  // namespace conv_bench

int main(int argc, char** argv) {
  using namespace conv_bench;
  CLI::App app("Speed of convolutions");
  std::string shapes, only;
  int threads = 1, rounds = 9;
  double milliseconds = 200, quantile = 0.5;
  bool peers = false, algorithms = false;
  app.add_option("--shapes", shapes, "file of shapes")->required();
  app.add_option("--threads", threads);
  app.add_option("--ms", milliseconds, "time for each contestant and shape");
  app.add_option("--only", only, "shapes whose name contains this");
  app.add_option("--rounds", rounds, "into which that time is cut")->check(CLI::Range(1, 100000));
  app.add_option("--quantile", quantile, "0.5: the median round; 0: the fastest")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--peers", peers, "the other libraries, too");
  app.add_flag("--algorithms", algorithms, "each of lamina's algorithms, too");
  CLI11_PARSE(app, argc, argv);

  lamina::set_threads(threads);
  set_dnnl_threads(threads);
  std::printf("workload,shape,peer,threads,time_us,gflops\n");
  for (const ConvShape& shape : read_shapes(shapes)) {
    if (shape.name.find(only) == std::string::npos) continue;
    for (const Workload workload : workloads) {
      if (workload != Workload::forward && !shape.backward) continue;
      std::vector<Contestant> contestants;
      add_lamina(shape, workload, algorithms, contestants);
      if (peers) add_dnnl(shape, workload, contestants);
      const std::vector<double> times = race(contestants, milliseconds, rounds, quantile);
      for (std::size_t i = 0; i < times.size(); ++i)
        std::printf("%s,%s,%s,%d,%.2f,%.2f\n", name(workload), shape.name.c_str(), contestants[i].who.c_str(),
                    threads, times[i] * 1e6, shape.flops() / times[i] * 1e-9);
      std::fflush(stdout);
    }
  }
}
