// A learnt number times everything, y = γ · x: where a branch is to begin as nothing and grow (SAGAN's
// attention, ReZero's residuals) or values are to be weighed against each other.
#pragma once

#include "lamina/core/fraction.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write learnt_scale<…>. Parameter "gamma" (1), which does not decay.
template <Fraction Start> struct LearntScale : Layer {
  static constexpr std::string_view name = "learnt_scale";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) { return in; }
  static constexpr std::array<Parameter, 1> parameters(Shape) {
    return {Parameter{"gamma", {1}, initializers::constant(Start.value()), orders::plain, false}};
  }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::scale<T>(pass.input(), pass.parameter(0)[0], pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (pass.wants_parameter_gradients()) {
      // dγ of each sample is the gradient of a factor that broadcasts; a map of one number a sample.
      FeatureMapView<T> of_samples(nullptr, pass.input().batch, 1, 1, 1);
      const Scratch<T> memory(of_samples.batch * of_samples.batch_stride);
      of_samples.data = memory.data();
      const FeatureMapView<const T> factors[] = {pass.input(), of_samples};
      kernels::multiply_backward<T>(factors, pass.output_gradient, 1, of_samples);
      double sum = 0;
      for (Index n = 0; n < of_samples.batch; ++n) sum += static_cast<double>(of_samples(n, 0));
      pass.parameter_gradient(0)[0] += static_cast<T>(sum);
    }
    if (!pass.input_gradient().empty())
      kernels::scale<T>(pass.output_gradient, pass.parameter(0)[0], pass.input_gradient());
  }
};

/// learnt_scale<>, which begins as 0, learnt_scale<0.5>: any shape to the same.
template <Fraction Start = 0.0> inline constexpr LearntScale<Start> learnt_scale{};

}  // namespace lamina
