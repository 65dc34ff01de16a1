// Learning-rate schedules: pure functions from the place in a training to a factor of the optimizer's
// learning rate, `schedule::cosine{.minimum = 0.01}(position)`. Being functions they need no state and resume
// by themselves; `plateau`, which answers to a metric, is the exception. Where PyTorch has the schedule, the
// factors are its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "lamina/core/require_option.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::schedule {

/// A place in a training: `step` optimizer steps have been made of `total_steps`, `steps_per_epoch` make an
/// epoch.
struct Position {
  Index step = 0;
  Index steps_per_epoch = 1;
  Index total_steps = 1;

  /// Whole epochs completed.
  constexpr Index epoch() const { return step / std::max<Index>(steps_per_epoch, 1); }
};

/// A function from Position to a factor.
template <class S>
concept Schedule = requires(const S s, Position position) {
  { s(position) } -> std::convertible_to<double>;
};

/// The same factor throughout.
struct constant {
  double factor = 1;

  constexpr double operator()(const Position&) const { return factor; }
};

/// factor^⌊epoch / every⌋: PyTorch's StepLR.
struct step {
  Index every = 30;  ///< epochs
  double factor = 0.1;

  double operator()(const Position& position) const {
    detail::require_option(every > 0, "schedule::step: `every` must be at least one epoch");
    return std::pow(factor, static_cast<double>(position.epoch() / every));
  }
};

/// factor^(number of milestones reached): PyTorch's MultiStepLR.
struct multi_step {
  std::vector<Index> milestones = {};  ///< epochs, in any order
  double factor = 0.1;

  double operator()(const Position& position) const {
    const auto reached = std::count_if(milestones.begin(), milestones.end(),
                                       [&](Index milestone) { return milestone <= position.epoch(); });
    return std::pow(factor, static_cast<double>(reached));
  }
};

/// minimum + (1 - minimum) (1 + cos(π step / total_steps)) / 2, from 1 to `minimum` (Loshchilov and Hutter
/// 2017): PyTorch's CosineAnnealingLR when it steps with every batch.
struct cosine {
  double minimum = 0;  ///< a factor, as all that schedules speak of

  double operator()(const Position& position) const {
    const double progress = std::min(1.0, static_cast<double>(position.step) /
                                              static_cast<double>(std::max<Index>(position.total_steps, 1)));
    return minimum + (1 - minimum) * (1 + std::cos(std::numbers::pi * progress)) / 2;
  }
};

/// Up to the full learning rate and down to next to nothing (Smith and Topin 2018): PyTorch's OneCycleLR (two
/// phases, learning rate only), whose max_lr is the optimizer's learning rate. It ends at the bottom: a
/// training of one step makes it at the last factor.
struct one_cycle {
  double warm_up_fraction = 0.3;  ///< share of the steps that go up
  double initial_divisor = 25;    ///< above 0; the first factor is 1 / initial_divisor
  double final_divisor = 1e4;     ///< above 0; the last is 1 / (initial_divisor · final_divisor)
  bool linear = false;            ///< straight lines instead of half cosines

  double operator()(const Position& position) const {
    detail::require_option(warm_up_fraction >= 0 && warm_up_fraction <= 1,
                           "schedule::one_cycle: warm_up_fraction must lie in [0, 1]");
    detail::require_option(initial_divisor > 0 && final_divisor > 0,
                           "schedule::one_cycle: initial_divisor and final_divisor must be positive");
    const double initial = 1 / initial_divisor, last = initial / final_divisor;
    const auto steps = static_cast<double>(position.total_steps);
    const double top = warm_up_fraction * steps - 1, end = steps - 1;
    const double at = std::min(static_cast<double>(position.step), std::max(end, 0.0));
    if (at <= top) return between(initial, 1, top > 0 ? at / top : 1);
    return between(1, last, end > top ? (at - top) / (end - top) : 1);
  }

 private:
  double between(double from, double to, double share) const {
    return linear ? from + (to - from) * share
                  : to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
  }
};

/// See warm_up below.
template <Schedule Then> struct WarmUp {
  double epochs = 5;
  Then then{};
  double start = 1.0 / 3;

  double operator()(const Position& position) const {
    const auto steps =
        static_cast<Index>(std::llround(epochs * static_cast<double>(position.steps_per_epoch)));
    if (position.step < steps)
      return start + (1 - start) * static_cast<double>(position.step) / static_cast<double>(steps);
    return then(Position{position.step - steps, position.steps_per_epoch,
                         std::max<Index>(position.total_steps - steps, 1)});
  }

  /// Hands the value of an epoch to a schedule that answers to one.
  void observe(double value)
    requires requires(Then& s) { s.observe(0.0); }
  {
    then.observe(value);
  }
};

/// A straight line from `start` to 1 over the first `epochs` (a fraction will do), then `then`, for which the
/// training begins there: PyTorch's SequentialLR of LinearLR(start) and `then`.
///
///   fit(model, training, sgd{.learning_rate = 0.4, .momentum = 0.9}, {.epochs = 30},
///       schedule::warm_up(2, schedule::cosine{}));
template <Schedule Then = constant>
WarmUp<Then> warm_up(double epochs, Then then = {}, double start = 1.0 / 3) {
  detail::require_option(epochs >= 0, "schedule::warm_up: `epochs` must not be negative");
  return {epochs, std::move(then), start};
}

/// Multiplies the learning rate by `factor` when a quantity has not improved for more than `patience` epochs:
/// PyTorch's ReduceLROnPlateau. Call observe() once an epoch; `state` is what a checkpoint has to keep.
struct plateau {
  double factor = 0.1;
  Index patience = 10;
  double threshold = 1e-4;  ///< a smaller improvement is none
  bool relative = true;     ///< the threshold is a share of the best value
  bool maximize = false;    ///< the quantity is to grow, as an accuracy
  Index cooldown = 0;       ///< epochs after a reduction that do not count
  double minimum = 0;       ///< of the factor

  struct State {
    double factor = 1;
    double best = std::numeric_limits<double>::quiet_NaN();  ///< NaN: nothing seen yet
    Index bad_epochs = 0;
    Index cooldown_left = 0;
  };
  State state = {};

  constexpr double operator()(const Position&) const { return state.factor; }

  /// Takes the value of one epoch; a NaN is no improvement.
  void observe(double value) {
    if (improves(value)) {
      state.best = value;
      state.bad_epochs = 0;
    } else {
      ++state.bad_epochs;
    }
    if (state.cooldown_left > 0) {
      --state.cooldown_left;
      state.bad_epochs = 0;
    }
    if (state.bad_epochs > patience) {
      state.factor = std::max(state.factor * factor, minimum);
      state.cooldown_left = cooldown;
      state.bad_epochs = 0;
    }
  }

 private:
  bool improves(double value) const {
    if (std::isnan(state.best)) return !std::isnan(value);
    const double sign = maximize ? 1 : -1;
    const double bar = relative ? state.best * (1 + sign * threshold) : state.best + sign * threshold;
    return maximize ? value > bar : value < bar;
  }
};

}  // namespace lamina::schedule
