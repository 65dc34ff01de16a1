// How conv_bench takes times without Google Benchmark: the rounds of all contestants interleaved; and what
// can be told from such times about lamina's cost model.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "conv_bench.hpp"

namespace conv_bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(const std::function<void()>& work, Index repeat) {
  const auto begin = Clock::now();
  for (Index i = 0; i < repeat; ++i) work();
  return std::chrono::duration<double>(Clock::now() - begin).count() / static_cast<double>(repeat);
}

std::size_t fastest(const std::vector<double>& times) {
  return static_cast<std::size_t>(std::min_element(times.begin(), times.end()) - times.begin());
}

/// Two algorithms within a tenth may change places when they are measured again.
bool is_doubtful(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + 1, times.end());
  return times[1] < 1.1 * *std::min_element(times.begin(), times.end());
}

/// Times of algorithms, which are taken again, and more carefully, where they are close together.
std::vector<double> careful_race(const std::vector<Contestant>& algorithms, const Timing& timing) {
  const std::vector<double> times = race(algorithms, timing);
  if (!is_doubtful(times)) return times;
  return race(
      algorithms,
      {.milliseconds = 4 * timing.milliseconds, .rounds = 4 * timing.rounds, .quantile = timing.quantile});
}

}  // namespace

std::vector<double> race(const std::vector<Contestant>& contestants, const Timing& timing) {
  const auto rank = static_cast<std::size_t>(timing.quantile * static_cast<double>(timing.rounds - 1));
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
    lane.repeat = std::max<Index>(1, static_cast<Index>(timing.milliseconds * 1e-3 / timing.rounds / once));
    lanes.push_back(std::move(lane));
  }
  // In turns, so that a machine that slows down slows all.
  for (int round = 0; round < timing.rounds; ++round)
    for (Lane& lane : lanes) lane.times.push_back(seconds(lane.work, lane.repeat));
  std::vector<double> chosen;
  for (Lane& lane : lanes) {
    std::sort(lane.times.begin(), lane.times.end());
    chosen.push_back(lane.times[rank]);
  }
  return chosen;
}

void check_choice(const std::vector<ConvShape>& shapes, const Timing& timing) {
  int choices = 0, right = 0;
  double worst = 1, logarithms = 0;
  std::printf("shape,chosen,fastest,cost\n");
  for (const ConvShape& shape : shapes) {
    std::vector<Contestant> algorithms;
    add_lamina_algorithms(shape.problem, algorithms);
    if (algorithms.size() < 2) continue;
    const std::vector<double> times = careful_race(algorithms, timing);
    const std::size_t best = fastest(times);
    std::size_t chosen = 0;
    while (algorithms[chosen].who != lamina_choice(shape.problem)) ++chosen;
    const double cost = times[chosen] / times[best];
    std::printf("%s,%s,%s,%.3f\n", shape.name.c_str(), algorithms[chosen].who.c_str(),
                algorithms[best].who.c_str(), cost);
    std::fflush(stdout);
    ++choices;
    right += chosen == best;
    worst = std::max(worst, cost);
    logarithms += std::log(cost);
  }
  std::printf("# of %zu shapes %d leave a choice; the model picked the fastest for %d\n", shapes.size(),
              choices, right);
  if (right < choices)
    std::printf("# a wrong pick took %.3f times as long (geometric mean), the worst %.3f\n",
                std::exp(logarithms / (choices - right)), worst);
}

}  // namespace conv_bench
