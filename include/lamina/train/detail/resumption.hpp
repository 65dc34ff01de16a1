// What fit keeps in a checkpoint of schedules, metrics and callbacks, and whether a training can go on from
// one.
#pragma once

#include <concepts>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/train/metrics.hpp"
#include "lamina/train/schedules.hpp"
#include "lamina/train/training_file.hpp"

namespace lamina::detail {

/// The plateau in a schedule, be it behind a warm-up; null: there is none.
template <class S> schedule::plateau* plateau_in(S& schedule) {
  if constexpr (std::is_same_v<S, schedule::plateau>)
    return &schedule;
  else if constexpr (requires { schedule.then; })
    return plateau_in(schedule.then);
  else
    return nullptr;
}

// What a checkpoint holds of plateaus and metrics, as numbers.
inline Index count_of(double number) { return number >= 0 && number < 1e15 ? static_cast<Index>(number) : 0; }

inline std::vector<double> numbers_of(const schedule::plateau* plateau) {
  if (!plateau) return {};
  const auto& state = plateau->state;
  return {state.factor, state.best, static_cast<double>(state.bad_epochs),
          static_cast<double>(state.cooldown_left)};
}
inline void restore(schedule::plateau* plateau, const std::vector<double>& numbers) {
  if (plateau && numbers.size() == 4)
    plateau->state = {numbers[0], numbers[1], count_of(numbers[2]), count_of(numbers[3])};
}

template <class Metric> std::vector<double> numbers_of(const RunningMean& loss, const Metric& metric) {
  if constexpr (requires { metric.correct, metric.seen; })
    return {loss.sum, loss.weight, static_cast<double>(metric.correct), static_cast<double>(metric.seen)};
  else
    return {loss.sum, loss.weight};
}
template <class Metric> void restore(RunningMean& loss, Metric& metric, const std::vector<double>& numbers) {
  if (numbers.size() >= 2) loss = {numbers[0], numbers[1]};
  if constexpr (requires { metric.correct = metric.seen; }) {
    if (numbers.size() < 4) return;
    metric.correct = count_of(numbers[2]);
    metric.seen = count_of(numbers[3]);
  }
}

/// A callback whose state is kept.
template <class C>
concept remembering = requires(const C& saved, C& restored, const std::vector<double>& numbers) {
  { saved.numbers() } -> std::convertible_to<std::vector<double>>;
  restored.restore(numbers);
};

template <class... Callbacks> std::vector<double> numbers_of_callbacks(const Callbacks&... callbacks) {
  std::vector<double> all;
  [[maybe_unused]] const auto add = [&]<class C>(const C& callback) {
    if constexpr (remembering<C>) {
      const std::vector<double> numbers = callback.numbers();
      all.push_back(static_cast<double>(numbers.size()));
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
  };
  (add(callbacks), ...);
  return all;
}

/// Nothing where the callbacks are others than those that were saved.
template <class... Callbacks>
void restore_callbacks(const std::vector<double>& saved, Callbacks&... callbacks) {
  const std::vector<double> own = numbers_of_callbacks(callbacks...);
  bool fits = saved.size() == own.size();
  for (std::size_t at = 0; fits && at < own.size(); at += 1 + static_cast<std::size_t>(count_of(own[at])))
    fits = saved[at] == own[at];
  if (!fits) return;
  auto at = saved.begin();
  [[maybe_unused]] const auto restore_one = [&]<class C>(C& callback) {
    if constexpr (remembering<C>) {
      const Index count = count_of(*at++);
      callback.restore(std::vector<double>(at, at + count));
      at += count;
    }
  };
  (restore_one(callbacks), ...);
}

/// Throws file_error where a training like this one, whose epochs are as `here` says, cannot go on from
/// there.
inline void require_same_training(const TrainingPosition& position, const TrainingPosition& here,
                                  const schedule::plateau* plateau, const std::filesystem::path& path) {
  const auto epoch_of = [](const TrainingPosition& one) {
    return sentence(one.samples, " images in ", one.batches, " batches of ", one.batch_size);
  };
  if (position.batch > 0 && (position.batches != here.batches || position.batch_size != here.batch_size ||
                             position.samples != here.samples))
    throw file_error(path.string(), ": it was saved within an epoch of ", epoch_of(position),
                     "; this training has ", epoch_of(here), ". Resume with the same data and batch size");
  if (position.schedule.size() != numbers_of(plateau).size())
    throw file_error(path.string(), ": it was saved ", plateau ? "without" : "with",
                     " a plateau schedule; resume with the same schedule");
}

}  // namespace lamina::detail
