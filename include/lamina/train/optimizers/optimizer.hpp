// An optimizer is a rule (sgd, adam, adamw, rmsprop, or one of your own) bound to the parameters of a model.
// Its step is one pass over the flat arenas: each vector of parameters, gradients and state is loaded once,
// updated, stored, and its gradient left zero for the next batch. Next: sgd.hpp, the shortest rule.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/net/parameter_space.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/train/detail/arena_parts.hpp"
#include "lamina/train/detail/ordered_sum.hpp"

namespace lamina {

/// State of whole vectors: slot k of an element lies k * stride behind its slot 0.
template <class T, class Arch = simd::Arch> struct StateVectors {
  T* first;
  Index stride;

  simd::Vector<T> load(Index slot) const { return simd::load_unaligned<T>(first + slot * stride); }
  void store(Index slot, simd::Vector<T> v) const { simd::store_unaligned(first + slot * stride, v); }
};

/// The same for the `count` elements that do not fill the last vector.
template <class T, class Arch = simd::Arch> struct PartialStateVectors {
  T* first;
  Index stride;
  Index count;

  simd::Vector<T> load(Index slot) const { return simd::load_partial<T>(first + slot * stride, count); }
  void store(Index slot, simd::Vector<T> v) const { simd::store_partial(first + slot * stride, v, count); }
};

/// What an optimizer needs of a rule:
/// - `name`, which errors and checkpoints call it by;
/// - `learning_rate`, `weight_decay`, and `decays_all`: whether biases and norms decay as well;
/// - `state_names`, an array, and `state_count()`, how many of them the rule's options call for;
/// - `check()`, which throws error where options make no sense;
/// - `update<T>(rate, decay, step)`: the constants of a parameter's step number `step` (from 1), and with
/// them
///   `update(value, gradient, state)`: the new value of a vector of parameters. It must give 0 for a
///   parameter whose value, gradients and state are all 0, for such are the arena's padding lanes.
template <class R>
concept OptimizerRule = requires(const R rule, simd::Vector<float> v, StateVectors<float> state) {
  { R::name } -> std::convertible_to<std::string_view>;
  { rule.learning_rate } -> std::convertible_to<double>;
  { rule.weight_decay } -> std::convertible_to<double>;
  { rule.decays_all } -> std::convertible_to<bool>;
  { rule.state_count() } -> std::convertible_to<Index>;
  { R::state_names[0] } -> std::convertible_to<std::string_view>;
  rule.check();
  {
    rule.template update<float>(0.1, 0.0, Index{1})(v, v, state)
  } -> std::convertible_to<simd::Vector<float>>;
};

/// A rule at work on the parameters of a model.
///
///   Optimizer optimizer(adamw{.learning_rate = 1e-3}, model.parameter_space());
///   optimizer.step();                                    // after backward; uses up the gradients
///   optimizer.step(schedule::cosine{}(position));        // at a share of the learning rate
///
/// The model must outlive it. Segments are read at every step: frozen ones keep their values (their gradients
/// are dropped, and their steps not counted: what is unfrozen begins with step 1, as in PyTorch),
/// `rate_scale` multiplies the learning rate. Results do not depend on the number of threads; a step
/// allocates nothing.
template <OptimizerRule Rule, class T> class Optimizer {
 public:
  Optimizer(Rule rule, ParameterSpace<T> space) : rule_(std::move(rule)), space_(space) {
    rule_.check();
    if (space_.values.size() != space_.gradients.size())
      throw shape_error("Optimizer: there must be as many gradients as parameters");
    constexpr Index line = alignment / sizeof(T);  // each slot begins a cache line
    stride_ = (size() + line - 1) / line * line;
    slots_ = rule_.state_count();
    state_ = Storage<T>(stride_ * slots_);
    segment_steps_.resize(space_.segments.size());
    treatment_of_.resize(space_.segments.size());
    treatments_.reserve(space_.segments.size());
  }

  /// One update at learning_rate * learning_rate_factor. Throws error where that is negative or no finite
  /// number.
  void step(double learning_rate_factor = 1) {
    const double rate = rule_.learning_rate * learning_rate_factor;
    if (!(rate >= 0 && std::isfinite(rate)))
      throw error(Rule::name, ": the learning rate, ", std::to_string(rate),
                  " by now, must be finite and not negative");
    if (rule_.state_count() != slots_)
      throw error("Optimizer: the rule was given options that need other state; make a new optimizer for it");
    ++steps_;
    arrange_treatments(rate);
    parallel_for(detail::pieces_of(size(), detail::arena_grain), [this](Index piece) {
      const Index begin = piece * detail::arena_grain, end = std::min(begin + detail::arena_grain, size());
      detail::for_each_part(
          space_.segments, begin, end,
          [this](Index first, Index last, const ParameterSegment& segment) { update(first, last, segment); },
          [this](const ParameterSegment& a, const ParameterSegment& b) {
            return a.frozen == b.frozen && treatment_of(a) == treatment_of(b);
          });
    });
  }

  /// The rule; its learning rate and other numbers may change between steps, but not what state it needs.
  Rule& rule() { return rule_; }
  const Rule& rule() const { return rule_; }

  /// Steps made so far. A resumed training sets what was saved.
  Index steps() const { return steps_; }
  void set_steps(Index steps) {
    steps_ = steps;
    std::fill(segment_steps_.begin(), segment_steps_.end(), steps);
  }
  /// How many of them each segment has learnt in: fewer where it was frozen.
  std::span<Index> segment_steps() { return segment_steps_; }

  /// The state for checkpoints: `state_name(k)`, in PyTorch's words, and one number per element of the arena,
  /// in the arena's order, zero before the first step.
  Index state_count() const { return slots_; }
  std::string_view state_name(Index k) const { return Rule::state_names[static_cast<std::size_t>(k)]; }
  std::span<T> state(Index k) { return {state_.data() + k * stride_, space_.values.size()}; }
  std::span<const T> state(Index k) const { return {state_.data() + k * stride_, space_.values.size()}; }

 private:
  using Update = decltype(std::declval<const Rule&>().template update<T>(0.0, 0.0, Index{1}));

  /// The constants for all segments that are treated alike in this step.
  struct Treatment {
    bool decays;
    float rate_scale;
    Index step;
    Update update;
  };

  Index size() const { return static_cast<Index>(space_.values.size()); }

  /// Segments are known by their place among all.
  int treatment_of(const ParameterSegment& segment) const {
    return treatment_of_[static_cast<std::size_t>(&segment - space_.segments.data())];
  }

  void arrange_treatments(double rate) {
    treatments_.clear();
    for (std::size_t s = 0; s < space_.segments.size(); ++s) {
      const ParameterSegment& segment = space_.segments[s];
      if (segment.frozen) continue;
      const Index step = ++segment_steps_[s];
      auto known = std::find_if(treatments_.begin(), treatments_.end(), [&](const Treatment& treatment) {
        return treatment.decays == segment.decays && treatment.rate_scale == segment.rate_scale &&
               treatment.step == step;
      });
      if (known == treatments_.end())
        known = treatments_.insert(
            known,
            {segment.decays, segment.rate_scale, step,
             rule_.template update<T>(rate * static_cast<double>(segment.rate_scale),
                                      segment.decays || rule_.decays_all ? rule_.weight_decay : 0.0, step)});
      treatment_of_[s] = static_cast<int>(known - treatments_.begin());
    }
  }

  void update(Index first, Index last, const ParameterSegment& segment) {
    T* const gradients = space_.gradients.data();
    if (segment.frozen) {
      std::fill(gradients + first, gradients + last, T{0});
      return;
    }
    constexpr Index width = simd::width<T>;
    const Update update = treatments_[static_cast<std::size_t>(treatment_of(segment))].update;
    T* const values = space_.values.data();
    T* const state = state_.data();
    const auto zero = simd::broadcast<T>(0);
    Index i = first;
    for (; i + width <= last; i += width) {
      const auto value = simd::load_unaligned<T>(values + i),
                 gradient = simd::load_unaligned<T>(gradients + i);
      simd::store_unaligned(values + i, update(value, gradient, StateVectors<T>{state + i, stride_}));
      simd::store_unaligned(gradients + i, zero);
    }
    if (const Index rest = last - i; rest > 0) {
      const auto value = simd::load_partial<T>(values + i, rest),
                 gradient = simd::load_partial<T>(gradients + i, rest);
      const PartialStateVectors<T> slots{state + i, stride_, rest};
      simd::store_partial(values + i, update(value, gradient, slots), rest);
      simd::store_partial(gradients + i, zero, rest);
    }
  }

  Rule rule_;
  ParameterSpace<T> space_;
  Index slots_ = 0;
  Index stride_ = 0;  // elements between slots of state
  Storage<T> state_;
  Index steps_ = 0;
  std::vector<Index> segment_steps_;
  std::vector<Treatment> treatments_;  // of this step
  std::vector<int> treatment_of_;      // for each segment that learns, its number among them
};

}  // namespace lamina
