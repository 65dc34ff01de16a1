// What all normalisations share: their options, and gamma and beta, which PyTorch calls weight and bias.
#pragma once

#include "lamina/core/fraction.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/layers/options.hpp"
#include "lamina/net/layer.hpp"

namespace lamina {

/// Added to the variance under the root: epsilon<1e-3>. Default 1e-5.
struct Epsilon {
  Fraction value{1e-5};
};
template <Fraction Value> inline constexpr Epsilon epsilon{Value};

/// The weight of a new batch in the running statistics, as PyTorch counts it: momentum<0.01>. Default 0.1.
struct Momentum {
  Fraction value{0.1};
};
template <Fraction Value> inline constexpr Momentum momentum{Value};

/// No learnt scale and shift.
struct NoAffine {};
inline constexpr NoAffine no_affine{};

/// How the learnt scale begins: scale_init<initializers::zeros>, so that a branch that ends in the norm
/// begins as nothing. Default ones.
struct ScaleInitializer {
  Initializer initializer = initializers::ones;
};
template <Initializer How> inline constexpr ScaleInitializer scale_init{How};

/// What a normalisation's options say.
struct NormOptions {
  Fraction epsilon{1e-5};
  bool affine = true;
  Initializer scale_initializer = initializers::ones;

  constexpr void set(ScaleInitializer s) { scale_initializer = s.initializer; }
  constexpr void set(Epsilon e) { epsilon = e.value; }
  constexpr void set(NoAffine) { affine = false; }
};
struct BatchNormOptions : NormOptions {
  Fraction momentum{0.1};

  using NormOptions::set;
  constexpr void set(Momentum m) { momentum = m.value; }
};

namespace detail {

/// The number as a constant.
template <Fraction F> inline constexpr double constant_of = F.template value<double>();

/// gamma, and beta, which begins as zeros; neither decays.
template <bool Affine>
constexpr auto scale_and_shift(ParameterExtents extents, Initializer scale = initializers::ones) {
  if constexpr (Affine)
    return std::array{Parameter{"weight", extents, scale, orders::vector, false},
                      Parameter{"bias", extents, initializers::zeros, orders::vector, false}};
  else
    return std::array<Parameter, 0>{};
}

/// Pointers to them as kernels take them: null where there are none.
template <bool Affine, class Pass> auto* scale_of(const Pass& pass) {
  return Affine ? pass.parameter(0) : nullptr;
}
template <bool Affine, class Pass> auto* shift_of(const Pass& pass) {
  return Affine ? pass.parameter(1) : nullptr;
}
template <bool Affine, class T> T* scale_gradient_of(const Backward<T>& pass) {
  return Affine && pass.wants_parameter_gradients() ? pass.parameter_gradient(0) : nullptr;
}
template <bool Affine, class T> T* shift_gradient_of(const Backward<T>& pass) {
  return Affine && pass.wants_parameter_gradients() ? pass.parameter_gradient(1) : nullptr;
}

/// Two runs of numbers: the layer's stash in training, scratch memory in inference, which keeps nothing.
template <class T> class Moments {
 public:
  Moments(T* stash, Index count)
      : scratch_(stash ? 0 : 2 * count), mean_(stash ? stash : scratch_.data()), count_(count) {}
  T* mean() { return mean_; }
  T* inverse_deviation() { return mean_ + count_; }

 private:
  Scratch<T> scratch_;
  T* mean_;
  Index count_;
};

/// Channels rounded up so that arrays of them are whole vectors of any element type, one after another.
constexpr Index padded_for_any_vector(Index channels) { return (channels + 15) / 16 * 16; }

}  // namespace detail

}  // namespace lamina
