// RMSProp (Tieleman and Hinton 2012): each gradient is divided by the root of a running mean of its squares.
// PyTorch's torch.optim.RMSprop, not centred. TensorFlow's, which the Inception papers use, adds epsilon
// under the root instead.
#pragma once

#include <array>
#include <string_view>

#include "lamina/core/require_option.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/simd/simd.hpp"

namespace lamina {

namespace detail {

template <class T, class Arch = simd::Arch> struct RmspropUpdate {
  using V = simd::Vector<T>;
  V minus_rate, smoothing, one_minus_smoothing, epsilon, momentum, decay;
  bool has_momentum;

  template <class State> V operator()(V value, V gradient, const State& state) const {
    gradient = simd::fma(decay, value, gradient);
    const V square = simd::fma(smoothing, state.load(0), one_minus_smoothing * gradient * gradient);
    state.store(0, square);
    V move = gradient / (simd::sqrt(square) + epsilon);
    if (has_momentum) {
      move = simd::fma(momentum, state.load(1), move);
      state.store(1, move);
    }
    return simd::fma(minus_rate, move, value);
  }
};

}  // namespace detail

/// g += weight_decay p;  s = smoothing s + (1 - smoothing) g²;  d = g / (√s + epsilon);
/// p -= learning_rate d, or with momentum v = momentum v + d;  p -= learning_rate v.
struct rmsprop {
  double learning_rate = 1e-2;
  double smoothing = 0.99;  ///< PyTorch's alpha
  double epsilon = 1e-8;
  double momentum = 0;
  double weight_decay = 0;
  bool decays_all = false;  ///< biases and norms decay as well

  static constexpr std::string_view name = "rmsprop";
  static constexpr std::array<std::string_view, 2> state_names{"square_avg", "momentum_buffer"};
  Index state_count() const { return momentum == 0 ? 1 : 2; }

  void check() const {
    detail::require_option(learning_rate >= 0, "rmsprop: the learning rate must not be negative");
    detail::require_option(smoothing >= 0 && smoothing < 1, "rmsprop: smoothing must lie in [0, 1)");
    // PyTorch allows 0; here it would divide the arena's padding, 0 / 0.
    detail::require_option(epsilon > 0, "rmsprop: epsilon must be positive");
    detail::require_option(momentum >= 0, "rmsprop: momentum must not be negative");
    detail::require_option(weight_decay >= 0, "rmsprop: weight decay must not be negative");
  }

  template <class T, class Arch = simd::Arch>
  detail::RmspropUpdate<T, Arch> update(double rate, double decay, Index /*step*/) const {
    const auto constant = [](double x) { return simd::constant<simd::Vector<T>>(x); };
    return {constant(-rate),   constant(smoothing), constant(1 - smoothing),
            constant(epsilon), constant(momentum),  constant(decay),
            momentum != 0};
  }
};

}  // namespace lamina
