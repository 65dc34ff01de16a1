// A report of ratios: for benchmarks named <task>/<who>, how many times as long the others take as "lamina".
// Those who are called limit_<what> do not compute the task, but as much as it of what limits it (bytes
// moved, multiply-adds): the table says how much of that lamina gets, in percent. Medians of the repetitions
// where there are several; random interleaving makes them comparable on a machine whose speed drifts:
// --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true
// Times are the processor's, which others on the machine disturb least, or real ones for benchmarks that ask
// for those (UseRealTime).
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bench_support {

/// The usual console report, and after it the table of ratios with its geometric mean and its worst row.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  /// `goals`: by task, what its ratio is to be at least (of a limit: the part of it, 0 … 1).
  explicit RatioReporter(std::map<std::string, double> goals = {}) : goals_(std::move(goals)) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration && !failed(run))
        times_[run.run_name.function_name].push_back(
            run.run_name.time_type == "real_time" ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime());
    ConsoleReporter::ReportRuns(runs);
  }

  void Finalize() override {
    std::map<std::string, std::map<std::string, double>> tasks;  // task → who → median
    for (auto& [name, times] : times_) {
      const auto slash = name.rfind('/');
      std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
      if (slash != std::string::npos)
        tasks[name.substr(0, slash)][name.substr(slash + 1)] = times[times.size() / 2];
    }
    double logarithms = 0, worst = 1e300;
    int count = 0, missed = 0, held_to_goals = 0;
    std::string worst_task;
    std::printf("\nTimes as a multiple of lamina's (medians; above 1: lamina is faster)\n");
    for (const auto& [task, all] : tasks) {
      const auto own = all.find("lamina");
      if (own == all.end() || all.size() < 2) continue;
      double best = 1e300, limit = 1e300;
      std::printf("%-44s", task.c_str());
      for (const auto& [who, time] : all) {
        if (who == "lamina") continue;
        const double ratio = time / own->second;
        if (who.starts_with("limit_")) {
          std::printf("  %3.0f %% of %s", 100 * ratio, who.c_str());
          limit = std::min(limit, ratio);
          continue;
        }
        std::printf("  %s %6.2f", who.c_str(), ratio);
        best = std::min(best, ratio);
      }
      if (const auto goal = goals_.find(task); goal != goals_.end()) {
        const bool met = (best < 1e300 ? best : limit) >= goal->second;
        std::printf("  (goal %.2f%s)", goal->second, met ? "" : ": missed");
        ++held_to_goals;
        missed += !met;
      }
      std::printf("\n");
      if (best == 1e300) continue;  // nobody but limits
      logarithms += std::log(best);
      ++count;
      if (best < worst) worst = best, worst_task = task;
    }
    if (held_to_goals > 0)
      std::printf("%d of %d goals met\n", held_to_goals - missed, held_to_goals);
    else if (count > 0)
      std::printf("against the best of the others: geometric mean %.2f over %d tasks, worst %.2f (%s)\n",
                  std::exp(logarithms / count), count, worst, worst_task.c_str());
  }

 private:
  // Google Benchmark 1.8 replaced `error_occurred` by `skipped`.
  template <class R> static bool failed(const R& run) {
    if constexpr (requires { run.error_occurred; })
      return run.error_occurred;
    else
      return run.skipped != decltype(run.skipped){};
  }

  std::map<std::string, double> goals_;
  std::map<std::string, std::vector<double>> times_;
};

}  // namespace bench_support
