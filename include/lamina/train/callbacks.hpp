// Callbacks: what else happens during a training. A callback is any struct with one or more of the hooks
//
//   on_fit_begin(const FitPlan&)          before the first batch
//   on_backward_end(model)                once the gradients of a batch are there, which it may change
//   on_batch_end(const BatchReport&)      after the optimizer's step
//   on_epoch_end(const EpochReport&)      after validation
//   on_fit_end(const FitReport&)          also when the training was stopped
//
// Each that is given a report may take the model as a second argument. on_batch_end and on_epoch_end may
// return Continue; one Continue::no ends the training, after every callback has been heard. There is no base
// class. A callback whose state shall be in checkpoints, for a training that is resumed, also has
//
//   std::vector<double> numbers() const;  void restore(const std::vector<double>& numbers);
#pragma once

#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/train/reports.hpp"

namespace lamina {

namespace detail {

/// What a hook said; one that returns nothing wants to go on.
template <class Hook> Continue answer(Hook&& hook) {
  if constexpr (std::is_same_v<std::invoke_result_t<Hook>, Continue>) {
    return hook();
  } else {
    hook();
    return Continue::yes;
  }
}

/// Tells one callback, if it has the hook for this report.
template <class Callback, class Model>
Continue notify_one(Callback& callback, const FitPlan& plan, Model& model) {
  if constexpr (requires { callback.on_fit_begin(plan, model); })
    callback.on_fit_begin(plan, model);
  else if constexpr (requires { callback.on_fit_begin(plan); })
    callback.on_fit_begin(plan);
  return Continue::yes;
}
template <class Callback, class Model>
Continue notify_one(Callback& callback, const BatchReport& report, Model& model) {
  if constexpr (requires { callback.on_batch_end(report, model); })
    return answer([&] { return callback.on_batch_end(report, model); });
  else if constexpr (requires { callback.on_batch_end(report); })
    return answer([&] { return callback.on_batch_end(report); });
  return Continue::yes;
}
template <class Callback, class Model>
Continue notify_one(Callback& callback, const EpochReport& report, Model& model) {
  if constexpr (requires { callback.on_epoch_end(report, model); })
    return answer([&] { return callback.on_epoch_end(report, model); });
  else if constexpr (requires { callback.on_epoch_end(report); })
    return answer([&] { return callback.on_epoch_end(report); });
  return Continue::yes;
}
template <class Callback, class Model>
Continue notify_one(Callback& callback, const FitReport& report, Model& model) {
  if constexpr (requires { callback.on_fit_end(report, model); })
    callback.on_fit_end(report, model);
  else if constexpr (requires { callback.on_fit_end(report); })
    callback.on_fit_end(report);
  return Continue::yes;
}

template <class Callback, class Model> void notify_one_of_backward(Callback& callback, Model& model) {
  if constexpr (requires { callback.on_backward_end(model); }) callback.on_backward_end(model);
}

}  // namespace detail

/// A type with at least one hook, for trainings of `Model`.
template <class C, class Model>
concept Callback = requires(C& c, Model& m, const FitPlan& r) { c.on_fit_begin(r, m); } ||
                   requires(C& c, const FitPlan& r) { c.on_fit_begin(r); } ||
                   requires(C& c, Model& m) { c.on_backward_end(m); } ||
                   requires(C& c, Model& m, const BatchReport& r) { c.on_batch_end(r, m); } ||
                   requires(C& c, const BatchReport& r) { c.on_batch_end(r); } ||
                   requires(C& c, Model& m, const EpochReport& r) { c.on_epoch_end(r, m); } ||
                   requires(C& c, const EpochReport& r) { c.on_epoch_end(r); } ||
                   requires(C& c, Model& m, const FitReport& r) { c.on_fit_end(r, m); } ||
                   requires(C& c, const FitReport& r) { c.on_fit_end(r); };

/// Tells every callback, in order, of a FitPlan, BatchReport, EpochReport or FitReport. Continue::no if one
/// of them wants to stop.
template <class Report, class Model, class... Callbacks>
Continue notify(const Report& report, Model& model, Callbacks&... callbacks) {
  bool goes_on = true;
  (void)std::initializer_list<int>{
      (goes_on &= detail::notify_one(callbacks, report, model) == Continue::yes, 0)...};
  return goes_on ? Continue::yes : Continue::no;
}

/// Tells every callback, in order, that the gradients of a batch are there: before they are clipped and used.
template <class Model, class... Callbacks>
void notify_backward_end([[maybe_unused]] Model& model, Callbacks&... callbacks) {
  (detail::notify_one_of_backward(callbacks, model), ...);
}

namespace detail {

/// The best value of a quantity so far.
struct BestValue {
  double value = std::numeric_limits<double>::quiet_NaN();  // NaN: none yet

  /// Whether `next` is better than the best by more than `margin`, and then the best. A NaN never is.
  bool improve(double next, bool to_rise, double margin) {
    const bool first = value != value && next == next;
    if (!first && !(to_rise ? next > value + margin : next < value - margin)) return false;
    value = next;
    return true;
  }
};

/// An epoch, or a count of epochs, out of a checkpoint, which may be damaged: -1 for what is none.
inline Index epochs_of(double number) {
  return number >= -1 && number < 1e15 ? static_cast<Index>(number) : -1;
}

inline void require_measured(const char* who, const FitPlan& plan, Quantity quantity) {
  if (!measures(plan, quantity))
    throw error(who, ": it waits for a quantity that this training does not measure; give fit ",
                plan.has_validation ? "a metric" : "validation data, or choose Quantity::training_loss");
}

}  // namespace detail

/// Stops the training when `metric` has not improved for `patience` epochs in a row. Pass it to fit by value,
/// or as a variable to read `best` and `best_epoch` afterwards. Each training begins anew; one that is
/// resumed goes on.
struct early_stop {
  Index patience = 5;
  double minimum_delta = 0;  ///< an improvement by no more than this is none
  Quantity metric = Quantity::validation_loss;
  detail::BestValue best = {};
  Index best_epoch = -1;  ///< -1: none yet
  Index bad_epochs = 0;   ///< since then

  void on_fit_begin(const FitPlan& plan) {
    detail::require_measured("early_stop", plan, metric);
    *this = {patience, minimum_delta, metric};
  }
  Continue on_epoch_end(const EpochReport& report) {
    if (best.improve(value_of(metric, report).value(), is_metric(metric), minimum_delta)) {
      best_epoch = report.epoch;
      bad_epochs = 0;
      return Continue::yes;
    }
    return ++bad_epochs >= patience ? Continue::no : Continue::yes;
  }

  std::vector<double> numbers() const {
    return {best.value, static_cast<double>(best_epoch), static_cast<double>(bad_epochs)};
  }
  void restore(const std::vector<double>& numbers) {
    best.value = numbers[0];
    best_epoch = detail::epochs_of(numbers[1]);
    bad_epochs = detail::epochs_of(numbers[2]);
  }
};

/// See best_checkpoint below.
template <class Save> struct BestCheckpoint {
  Save save;
  Quantity metric = Quantity::validation_loss;
  detail::BestValue best = {};
  Index best_epoch = -1;  ///< -1: none yet

  void on_fit_begin(const FitPlan& plan) {
    detail::require_measured("best_checkpoint", plan, metric);
    best = {};
    best_epoch = -1;
  }
  template <class Model> void on_epoch_end(const EpochReport& report, Model& model) {
    if (!best.improve(value_of(metric, report).value(), is_metric(metric), 0)) return;
    best_epoch = report.epoch;
    if constexpr (std::is_invocable_v<Save&, Model&>)
      save(model);
    else
      save();
  }

  std::vector<double> numbers() const { return {best.value, static_cast<double>(best_epoch)}; }
  void restore(const std::vector<double>& numbers) {
    best.value = numbers[0];
    best_epoch = detail::epochs_of(numbers[1]);
  }
};

/// Calls save() or save(model) after each epoch that was the best of its training so far, what came before a
/// resumption included.
///
///   best_checkpoint([](auto& model) { io::save(model, "best.safetensors"); })
template <class Save>
BestCheckpoint<Save> best_checkpoint(Save save, Quantity metric = Quantity::validation_loss) {
  return {std::move(save), metric};
}

/// Keeps the numbers of each epoch for plots; those that were not measured stay empty.
///
///   History history;
///   fit(model, training, adamw{}, {.epochs = 10}, history);
struct History {
  std::vector<double> training_loss = {};
  std::vector<double> training_metric = {};
  std::vector<double> validation_loss = {};
  std::vector<double> validation_metric = {};
  std::vector<double> learning_rate = {};
  std::vector<double> seconds = {};

  void on_epoch_end(const EpochReport& report) {
    training_loss.push_back(report.training_loss);
    if (report.training_metric) training_metric.push_back(*report.training_metric);
    if (report.validation_loss) validation_loss.push_back(*report.validation_loss);
    if (report.validation_metric) validation_metric.push_back(*report.validation_metric);
    learning_rate.push_back(report.learning_rate);
    seconds.push_back(report.seconds);
  }
};

}  // namespace lamina
