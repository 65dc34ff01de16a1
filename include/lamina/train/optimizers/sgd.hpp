// Stochastic gradient descent, with momentum (Polyak 1964; Nesterov 1983 as in Sutskever et al. 2013).
// PyTorch's torch.optim.SGD with dampening 0.
#pragma once

#include <array>
#include <string_view>

#include "lamina/core/require_option.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/simd/simd.hpp"

namespace lamina {

namespace detail {

template <class T, class Arch = simd::Arch> struct SgdUpdate {
  using V = simd::Vector<T>;
  V minus_rate, momentum, decay;
  bool has_momentum, nesterov;

  template <class State> V operator()(V value, V gradient, const State& state) const {
    gradient = simd::fma(decay, value, gradient);
    if (has_momentum) {
      const V velocity = simd::fma(momentum, state.load(0), gradient);
      state.store(0, velocity);
      gradient = nesterov ? simd::fma(momentum, velocity, gradient) : velocity;
    }
    return simd::fma(minus_rate, gradient, value);
  }
};

}  // namespace detail

/// g += weight_decay p;  v = momentum v + g;  p -= learning_rate v, or with Nesterov's look-ahead
/// p -= learning_rate (g + momentum v). Without momentum p -= learning_rate g, and no state is kept.
struct sgd {
  double learning_rate = 1e-3;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
  bool decays_all = false;  ///< biases and norms decay as well

  static constexpr std::string_view name = "sgd";
  static constexpr std::array<std::string_view, 1> state_names{"momentum_buffer"};
  Index state_count() const { return momentum == 0 ? 0 : 1; }

  void check() const {
    detail::require_option(learning_rate >= 0, "sgd: the learning rate must not be negative");
    detail::require_option(momentum >= 0, "sgd: momentum must not be negative");
    detail::require_option(weight_decay >= 0, "sgd: weight decay must not be negative");
    detail::require_option(!nesterov || momentum > 0, "sgd: Nesterov's rule needs a momentum above 0");
  }

  template <class T, class Arch = simd::Arch>
  detail::SgdUpdate<T, Arch> update(double rate, double decay, Index /*step*/) const {
    using simd::constant, simd::Vector;
    return {constant<Vector<T>>(-rate), constant<Vector<T>>(momentum), constant<Vector<T>>(decay),
            momentum != 0, nesterov};
  }
};

}  // namespace lamina
