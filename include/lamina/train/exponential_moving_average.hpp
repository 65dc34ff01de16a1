// A moving average of the weights (Polyak and Juditsky 1992, in the exponential form of later practice):
// often better in tests than the last weights, at the price of one more arena.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/require_option.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/net/arena.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/train/detail/arena_parts.hpp"
#include "lamina/train/detail/ordered_sum.hpp"

namespace lamina {

/// average = decay average + (1 - decay) weights, after every step; of running statistics likewise.
struct exponential_moving_average {
  double decay = 0.999;
  /// In update t use min(decay, t / (9 + t)), so that a young average forgets the initial weights sooner.
  bool warm_up = false;

  double decay_at(Index update) const {
    const auto t = static_cast<double>(update);
    return warm_up ? std::min(decay, t / (9 + t)) : decay;
  }
};

/// The average of a run of weights, which it begins as a copy of, and of the running statistics that go with
/// them: batch norm's own follow weights of their own time (PyTorch's AveragedModel with use_buffers).
///
///   WeightAverage average(exponential_moving_average{.decay = 0.99}, model.parameter_space().values,
///                         model.statistics());
///   optimizer.step(); average.update();                     // in every step
///   average.swap(); … evaluate, or save …; average.swap();  // the model has the average, then its own again
template <class T> class WeightAverage {
 public:
  /// `weights` and what `statistics` name must outlive this.
  WeightAverage(exponential_moving_average rule, std::span<T> weights,
                std::vector<NamedArray<T>> statistics = {})
      : rule_(rule),
        weights_(weights),
        average_(Storage<T>::uninitialized(static_cast<Index>(weights.size()))),
        statistics_(std::move(statistics)) {
    detail::require_option(rule.decay >= 0 && rule.decay < 1,
                           "exponential_moving_average: decay must lie in [0, 1)");
    std::copy(weights.begin(), weights.end(), average_.data());
    for (const NamedArray<T>& statistic : statistics_) {
      const Parameter& descriptor = statistic.descriptor();
      constexpr Index block = channel_block<T>;
      auto& memory =
          statistics_memory_.emplace_back(arena_elements(descriptor.extents, descriptor.order, block));
      averaged_statistics_.emplace_back(statistic.name(), descriptor, memory.data(), block);
    }
    for_each_statistic([](T& average, T& now) { average = now; });
  }

  /// Takes weights and statistics as they are now into the average. Throws error while it is swapped in.
  template <class Arch = simd::Arch> void update() {
    if (swapped_) throw error("WeightAverage: the average stands in the weights' place; swap it out first");
    using V = simd::Vector<T>;
    constexpr Index width = simd::width<T>;
    const double share_of_now = 1 - rule_.decay_at(++updates_);
    const V share = simd::constant<V>(share_of_now);
    const auto blend = [=](V average, V weight) { return simd::fma(share, weight - average, average); };
    const Index size = average_.size();
    parallel_for(detail::pieces_of(size, detail::arena_grain), [&](Index piece) {
      const Index end = std::min((piece + 1) * detail::arena_grain, size);
      T* const average = average_.data();
      const T* const weights = weights_.data();
      Index i = piece * detail::arena_grain;
      for (; i + width <= end; i += width)
        simd::store(average + i, blend(simd::load<T>(average + i), simd::load_unaligned(weights + i)));
      const Index rest = end - i;
      simd::store_partial(
          average + i, blend(simd::load_partial<T>(average + i, rest), simd::load_partial(weights + i, rest)),
          rest);
    });
    for_each_statistic(
        [part = static_cast<T>(share_of_now)](T& average, T& now) { average += part * (now - average); });
  }

  /// Exchanges the model's weights and statistics with the average.
  void swap() {
    std::swap_ranges(average_.begin(), average_.end(), weights_.begin());
    for_each_statistic([](T& average, T& now) { std::swap(average, now); });
    swapped_ = !swapped_;
  }

  /// Whether the average stands in the weights' place.
  bool is_swapped() const { return swapped_; }

  /// The average for checkpoints (the weights while swapped), and how many updates made it.
  std::span<T> values() { return average_.span(); }
  const std::vector<NamedArray<T>>& statistics() const { return averaged_statistics_; }
  Index updates() const { return updates_; }
  void set_updates(Index updates) { updates_ = updates; }

 private:
  template <class F> void for_each_statistic(const F& f) {
    for (std::size_t s = 0; s < statistics_.size(); ++s)
      for (Index i = 0; i < statistics_[s].size(); ++i) f(averaged_statistics_[s][i], statistics_[s][i]);
  }

  exponential_moving_average rule_;
  std::span<T> weights_;
  Storage<T> average_;
  std::vector<NamedArray<T>> statistics_, averaged_statistics_;
  std::vector<Storage<T>> statistics_memory_;
  Index updates_ = 0;
  bool swapped_ = false;
};

}  // namespace lamina
