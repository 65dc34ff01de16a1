// Adam (Kingma and Ba 2015) and AdamW, which decays weights apart from the gradient (Loshchilov and Hutter
// 2019). PyTorch's torch.optim.Adam and AdamW, their defaults included, but for what weight decay applies to:
// there to all parameters, here to biases and norms only with decays_all.
#pragma once

#include <array>
#include <cmath>
#include <string_view>

#include "lamina/core/require_option.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/simd/simd.hpp"

namespace lamina {

namespace detail {

/// Both rules: one of `shrink` (AdamW: 1 - rate · decay) and `decay` (Adam: added to the gradient) is at
/// work.
template <class T, class Arch = simd::Arch> struct AdamUpdate {
  using V = simd::Vector<T>;
  V shrink, decay, beta1, one_minus_beta1, beta2, one_minus_beta2, root_correction, epsilon, minus_rate;

  template <class State> V operator()(V value, V gradient, const State& state) const {
    gradient = simd::fma(decay, value, gradient);
    const V mean = simd::fma(beta1, state.load(0), one_minus_beta1 * gradient);
    const V square = simd::fma(beta2, state.load(1), one_minus_beta2 * gradient * gradient);
    state.store(0, mean);
    state.store(1, square);
    const V denominator = simd::fma(simd::sqrt(square), root_correction, epsilon);
    return simd::fma(minus_rate, mean / denominator, shrink * value);
  }
};

/// The constants of step t; powers and corrections in double.
template <class T, class Arch, class Rule>
AdamUpdate<T, Arch> adam_update(const Rule& rule, double rate, double shrink, double decay, Index step) {
  const auto t = static_cast<double>(step);
  const auto constant = [](double x) { return simd::constant<simd::Vector<T>>(x); };
  return {constant(shrink),
          constant(decay),
          constant(rule.beta1),
          constant(1 - rule.beta1),
          constant(rule.beta2),
          constant(1 - rule.beta2),
          constant(1 / std::sqrt(1 - std::pow(rule.beta2, t))),
          constant(rule.epsilon),
          constant(-rate / (1 - std::pow(rule.beta1, t)))};
}

template <class Rule> void check_adam(const Rule& rule) {
  require_option(rule.learning_rate >= 0, Rule::name, "the learning rate must not be negative");
  require_option(rule.beta1 >= 0 && rule.beta1 < 1, Rule::name, "beta1 must lie in [0, 1)");
  require_option(rule.beta2 >= 0 && rule.beta2 < 1, Rule::name, "beta2 must lie in [0, 1)");
  // PyTorch allows 0; here it would divide the arena's padding, 0 / 0.
  require_option(rule.epsilon > 0, Rule::name, "epsilon must be positive");
  require_option(rule.weight_decay >= 0, Rule::name, "weight decay must not be negative");
}

}  // namespace detail

/// g += weight_decay p;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g²;
/// p -= learning_rate m̂ / (√v̂ + epsilon), where m̂ = m / (1 - beta1ᵗ) and v̂ = v / (1 - beta2ᵗ) at step t of
/// those in which p learnt: one that was frozen begins with t = 1.
struct adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< added to the gradient (L2), and so scaled by the denominator as well
  bool decays_all = false;  ///< biases and norms decay as well

  static constexpr std::string_view name = "adam";
  static constexpr std::array<std::string_view, 2> state_names{"exp_avg", "exp_avg_sq"};
  Index state_count() const { return 2; }
  void check() const { detail::check_adam(*this); }

  template <class T, class Arch = simd::Arch>
  detail::AdamUpdate<T, Arch> update(double rate, double decay, Index step) const {
    return detail::adam_update<T, Arch>(*this, rate, 1, decay, step);
  }
};

/// Adam with decoupled weight decay: p -= learning_rate weight_decay p first, then Adam's step without it.
struct adamw {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;
  bool decays_all = false;  ///< biases and norms decay as well

  static constexpr std::string_view name = "adamw";
  static constexpr std::array<std::string_view, 2> state_names{"exp_avg", "exp_avg_sq"};
  Index state_count() const { return 2; }
  void check() const { detail::check_adam(*this); }

  template <class T, class Arch = simd::Arch>
  detail::AdamUpdate<T, Arch> update(double rate, double decay, Index step) const {
    return detail::adam_update<T, Arch>(*this, rate, 1 - rate * decay, 0, step);
  }
};

}  // namespace lamina
