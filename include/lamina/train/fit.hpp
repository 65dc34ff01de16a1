// fit(model, training, adamw{}, {.epochs = 10}, …): the training loop. After the options come, in any order,
// what else the training has: a loss, a schedule, a metric, augmentation, validate_on(set), an average of the
// weights, and any number of callbacks. A loop of one's own is as short; examples/custom_training_loop.cpp
// shows it.
#pragma once

#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lamina/core/require_option.hpp"
#include "lamina/data/loader.hpp"
#include "lamina/io/atomic_file.hpp"
#include "lamina/net/model.hpp"
#include "lamina/train/callbacks.hpp"
#include "lamina/train/detail/fit_arguments.hpp"
#include "lamina/train/detail/resumption.hpp"
#include "lamina/train/evaluate.hpp"
#include "lamina/train/exponential_moving_average.hpp"
#include "lamina/train/gradient_clipping.hpp"
#include "lamina/train/progress.hpp"
#include "lamina/train/schedules.hpp"
#include "lamina/train/training_file.hpp"

namespace lamina {

/// How fit trains. Every member has a default.
struct fit_options {
  Index epochs = 10;  ///< in all, those before a resumption included
  Index batch_size = 64;
  bool shuffle = true;
  bool drop_last = false;  ///< an epoch goes without the samples that do not fill its last batch
  seed order{};            ///< of the order of samples, and of augmentation
  double clip_norm = 0;    ///< gradients longer than this are shortened to it; 0: never
  bool progress = true;    ///< a bar on std::cout, unless another is among the callbacks
  /// The state is saved here after epochs, and when the training is stopped; empty: never. That it can be is
  /// made sure of before the first batch.
  std::filesystem::path checkpoint = {};
  Index checkpoint_every = 1;  ///< epochs; 0: only after the last
  /// A checkpoint to go on from; its order of samples is kept. Callbacks go on where they can (see
  /// callbacks.hpp), others begin anew; of schedules with a state a plateau alone is in it.
  std::filesystem::path resume = {};
};

/// A data set that the model is judged on after every epoch.
template <class Pixel> struct Validation {
  const Dataset<Pixel>* set;
};
template <class Pixel> Validation<Pixel> validate_on(const Dataset<Pixel>& set) { return {&set}; }
template <class Pixel>
Validation<Pixel> validate_on(const Dataset<Pixel>&& set) = delete;  // it would be gone

namespace detail {

struct NoValidation {};

template <class X> inline constexpr bool is_progress_bar = false;
template <class Clock> inline constexpr bool is_progress_bar<BasicProgressBar<Clock>> = true;

/// The average in the model's place for a while, whatever is thrown meanwhile.
template <class Average> class Swapped {
 public:
  explicit Swapped(Average& average) : average_(average) { average_.swap(); }
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;
  ~Swapped() { average_.swap(); }

 private:
  Average& average_;
};

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace detail

/// Trains the model and returns how it went.
///
///   fit(model, training, adamw{.learning_rate = 1e-3}, {.epochs = 10, .batch_size = 64},
///       schedule::cosine{}, validate_on(testing), augment(random_flip{}), early_stop{});
///
/// The net has one input and one output; of callbacks there may be any number, of every other argument after
/// the options one. The loss is cross entropy and the metric accuracy unless others are given; a plateau
/// answers to the loss, or with {.maximize = true} to the metric, of validation where there is any. With an
/// exponential_moving_average{.decay = 0.999} the average of the weights (and running statistics) is what is
/// validated, what callbacks see at the end of an epoch, and what the model has in the end. Results depend on
/// the seeds alone, not on the number of threads; a training that was stopped and resumed
/// (options.checkpoint, options.resume) ends with the same bits. Throws what the parts throw: file_error for
/// files (a checkpoint that does not fit leaves the model as it was; one that could not be written is told of
/// before the first batch), error for options without sense and labels out of range. Gradients that the model
/// has, or that callbacks leave in it between steps, are dropped.
template <auto Net, auto In, class T, class Pixel, OptimizerRule Rule, class... Extra>
FitReport fit(Model<Net, In, T>& model, const Dataset<Pixel>& training, Rule rule,
              const fit_options& options = {}, Extra&&... extra) {
  static_assert((detail::is_fit_argument<std::remove_reference_t<Extra>, T, Model<Net, In, T>> && ...),
                "fit: an argument is neither a loss, a schedule, a metric, augmentation, validate_on(…), "
                "exponential_moving_average nor a callback");
  static_assert(!(detail::takes_no_labels<std::remove_reference_t<Extra>, T> || ...),
                "fit: its losses take labels, as cross_entropy does; mean_squared_error and others that take "
                "targets need a loop of your own (examples/custom_training_loop.cpp shows one)");
  static_assert(
      Model<Net, In, T>::output_count == 1,
      "fit: the net has several outputs, and a training needs a loss for each of them; write the loop "
      "yourself, with output(k) and output_gradient(k) (examples/custom_training_loop.cpp shows one)");
  static_assert(
      Model<Net, In, T>::input_count == 1,
      "fit: the net has extra inputs, and a data set has images alone; write the loop yourself, with "
      "model.forward(images, …) (examples/custom_training_loop.cpp shows one)");
  static_assert(detail::at_most_one<detail::IsLoss<T>, Extra...>, "fit: two losses are given; it takes one");
  static_assert(detail::at_most_one<detail::IsSchedule, Extra...>,
                "fit: two schedules are given; it takes one (schedule::warm_up puts one before another)");
  static_assert(detail::at_most_one<detail::IsAugmentation, Extra...>,
                "fit: two pipelines of augmentation are given; it takes one, augment(…) with all the steps");
  static_assert(detail::at_most_one<detail::IsMetric<T>, Extra...>,
                "fit: two metrics are given; it takes one");
  static_assert(detail::at_most_one<detail::IsValidation, Extra...>,
                "fit: two data sets to validate on are given; it takes one");
  static_assert(detail::at_most_one<detail::IsAverage, Extra...>,
                "fit: two averages of the weights are given; it takes one");
  detail::require_option(options.epochs >= 0, "fit: epochs must not be negative");
  detail::require_option(options.clip_norm >= 0, "fit: clip_norm must be a number, and not negative");
  detail::require_option(options.checkpoint_every >= 0, "fit: checkpoint_every must not be negative");
  cross_entropy default_loss;
  schedule::constant default_schedule;
  Augmentation<Purpose::training> default_pipeline;
  accuracy default_metric;
  detail::NoValidation no_validation;
  auto& loss = detail::choose<detail::IsLoss<T>>(default_loss, extra...);
  auto& given_schedule = detail::choose<detail::IsSchedule>(default_schedule, extra...);
  auto& pipeline = detail::choose<detail::IsAugmentation>(default_pipeline, extra...);
  auto& metric = detail::choose<detail::IsMetric<T>>(default_metric, extra...);
  auto& validation = detail::choose<detail::IsValidation>(no_validation, extra...);
  using Pipeline = std::remove_cvref_t<decltype(pipeline)>;
  constexpr bool validates = !std::is_same_v<std::remove_cvref_t<decltype(validation)>, detail::NoValidation>;

  static_assert(
      !Pipeline::mixes || requires(Batch<T> batch, FeatureMapView<T> gradient) {
        loss(gradient, batch.soft_targets, gradient);
      }, "fit: mixup and cutmix need a loss that takes soft targets, as cross_entropy does");

  // A const schedule is copied, since a plateau changes.
  using Given = std::remove_reference_t<decltype(given_schedule)>;
  std::conditional_t<std::is_const_v<Given>, std::remove_const_t<Given>, Given&> schedule_now =
      given_schedule;
  schedule::plateau* const plateau = detail::plateau_in(schedule_now);

  Optimizer<Rule, T> optimizer(std::move(rule), model.parameter_space());
  exponential_moving_average no_average;
  constexpr bool averages = (detail::IsAverage::matches<std::remove_reference_t<Extra>> || ...);
  std::conditional_t<averages, WeightAverage<T>, detail::NoAverage<T>> average(
      detail::choose<detail::IsAverage>(no_average, extra...), model.parameter_space().values,
      model.statistics());
  std::optional<io::SafetensorsFile> resumed;
  TrainingPosition position{.order_seed = options.order.value};
  if (!options.resume.empty()) {
    resumed = io::SafetensorsFile::read(options.resume);
    position = training_position(*resumed);
  }
  Loader<T, Pixel, Pipeline> loader(training,
                                    {.batch_size = options.batch_size,
                                     .shuffle = options.shuffle,
                                     .seed = {position.order_seed},
                                     .drop_last = options.drop_last},
                                    pipeline);
  if (loader.size() == 0) throw error("fit: the data set has no images");
  if constexpr (validates)
    if (validation.set->size() == 0) throw error("fit: the data set to validate on has no images");
  if (loader.batches() == 0)
    throw error("fit: drop_last leaves nothing of ", loader.size(), " images, for batch_size is ",
                options.batch_size);
  const TrainingPosition here{
      .batches = loader.batches(), .batch_size = options.batch_size, .samples = loader.size()};
  if (resumed) {
    detail::require_same_training(position, here, plateau, options.resume);
    load_training(model, optimizer, *resumed, average);
    detail::restore(plateau, position.schedule);
    resumed.reset();
  } else if (plateau) {
    plateau->state = {};
  }
  position.batches = here.batches;
  position.batch_size = here.batch_size;
  position.samples = here.samples;
  if (!options.checkpoint.empty()) io::AtomicFile{options.checkpoint};  // throws where none can be written

  std::optional<ProgressBar> bar;
  if (options.progress && !(detail::is_progress_bar<std::remove_cvref_t<Extra>> || ...))
    bar.emplace(std::cout);
  const auto tell = [&](const auto& report) {
    const Continue all = notify(report, model, extra...);
    const Continue shown = bar ? notify(report, model, *bar) : Continue::yes;
    return all == Continue::yes && shown == Continue::yes;
  };
  const auto save_state = [&] {
    if (options.checkpoint.empty()) return;
    position.schedule = detail::numbers_of(plateau);
    position.callbacks = detail::numbers_of_callbacks(extra...);
    save_training(model, optimizer, position, options.checkpoint, average);
  };

  const detail::Stopwatch whole;
  FitReport summary;
  tell(FitPlan{position.epoch, options.epochs, loader.epoch_size(), loader.batches(), validates,
               metric.name()});
  detail::restore_callbacks(position.callbacks, extra...);
  constexpr bool has_callbacks = (Callback<std::remove_reference_t<Extra>, Model<Net, In, T>> || ...);
  bool goes_on = true, may_have_gradients = true;
  while (goes_on && position.epoch < options.epochs) {
    const detail::Stopwatch watch;
    RunningMean mean_loss;
    metric.reset();
    detail::restore(mean_loss, metric, position.running);
    double factor = 1;
    Index samples = 0, batch_number = 0;
    for (const Batch<T>& batch : loader.epoch(position.epoch)) {
      samples += batch.size();
      if (batch_number++ < position.batch) continue;  // done before the training was stopped
      const auto logits = model.forward(batch.images());
      double value = 0, weight = 0;
      if constexpr (Pipeline::mixes) {
        value = loss(logits, batch.soft_targets, model.output_gradient());
        weight = static_cast<double>(batch.size());
      } else {
        value = loss(logits, batch.labels, model.output_gradient());
        weight = detail::weight_in_mean(loss, batch.labels);
      }
      metric.update(logits, batch.labels);
      mean_loss.add(value, weight);
      if (may_have_gradients) model.zero_gradients();
      may_have_gradients = has_callbacks;  // whose own backward passes may leave some
      model.backward();
      notify_backward_end(model, extra...);
      if (options.clip_norm > 0) clip_gradient_norm(model.parameter_space(), options.clip_norm);
      // Of steps as this training counts them: one before may have had other batches.
      factor = schedule_now(schedule::Position{position.epoch * loader.batches() + batch_number - 1,
                                               loader.batches(), loader.batches() * options.epochs});
      optimizer.step(factor);
      average.update();
      position.batch = batch_number;
      goes_on = tell(BatchReport{position.epoch, batch_number - 1, samples, optimizer.steps(),
                                 mean_loss.value(), metric.value(), factor * optimizer.rule().learning_rate});
      if (!goes_on && batch_number < loader.batches()) break;
    }
    if (batch_number < loader.batches()) {
      position.running = detail::numbers_of(mean_loss, metric);
      save_state();
      break;
    }
    EpochReport report{.epoch = position.epoch,
                       .samples = samples,
                       .steps = optimizer.steps(),
                       .training_loss = mean_loss.value(),
                       .training_metric = metric.value(),
                       .learning_rate = factor * optimizer.rule().learning_rate,
                       .seconds = watch.seconds()};
    ++position.epoch;
    position.batch = 0;
    position.running.clear();
    {
      const detail::Swapped averaged(average);
      if constexpr (validates) {
        const Evaluation found = evaluate(model, *validation.set, pipeline, options.batch_size, loss, metric);
        report.validation_loss = found.loss;
        report.validation_metric = found.metric;
      }
      if constexpr (requires { schedule_now.observe(0.0); })
        schedule_now.observe(plateau && plateau->maximize
                                 ? report.validation_metric.value_or(metric.value())
                                 : report.validation_loss.value_or(report.training_loss));
      summary.last = report;
      if (!tell(report)) goes_on = false;
    }
    const bool last = !goes_on || position.epoch == options.epochs;
    if (last || (options.checkpoint_every > 0 && position.epoch % options.checkpoint_every == 0))
      save_state();
  }
  average.swap();
  summary.epochs = position.epoch;
  summary.steps = optimizer.steps();
  summary.stopped = position.epoch < options.epochs;
  summary.seconds = whole.seconds();
  tell(summary);
  return summary;
}

}  // namespace lamina
