// Learnt factors, y = γ · x: where a branch is to begin as nothing and grow (SAGAN's attention, ReZero's
// residuals; a number per channel in Touvron et al., "Going deeper with Image Transformers", 2021, and in
// ConvNeXt), or values are to be weighed against each other.
#pragma once

#include "lamina/core/fraction.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write learnt_scale<…> or learnt_channel_scale<…>. Parameter "gamma" (1) or (C), which
/// does not decay.
template <Fraction Start, bool PerChannel> struct LearntScale : Layer {
  static constexpr std::string_view name = PerChannel ? "learnt_channel_scale" : "learnt_scale";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) { return in; }
  static constexpr std::array<Parameter, 1> parameters(Shape in) {
    constexpr Initializer start = initializers::constant(Start.value());
    if (PerChannel) return {Parameter{"gamma", {in.channels}, start, orders::vector, false}};
    return {Parameter{"gamma", {1}, start, orders::plain, false}};
  }

  template <class T> static void forward(const Forward<T>& pass) {
    if constexpr (PerChannel)
      kernels::multiply_forward<T>(std::array{pass.input(), factors(pass)}, pass.output);
    else
      kernels::scale<T>(pass.input(), pass.parameter(0)[0], pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    const FeatureMapView<const T>& x = pass.input();
    if (pass.wants_parameter_gradients()) {
      // dγ of each sample is the gradient of a factor that broadcasts.
      FeatureMapView<T> of_samples(nullptr, x.batch, PerChannel ? x.channels : 1, 1, 1);
      const Scratch<T> memory(of_samples.batch * of_samples.batch_stride);
      of_samples.data = memory.data();
      kernels::multiply_backward<T>(std::array{x, FeatureMapView<const T>(of_samples)}, pass.output_gradient,
                                    1, of_samples);
      for (Index c = 0; c < of_samples.channels; ++c) {
        double sum = 0;
        for (Index n = 0; n < x.batch; ++n) sum += static_cast<double>(of_samples(n, c));
        pass.parameter_gradient(0)[c] += static_cast<T>(sum);
      }
    }
    if (pass.input_gradient().empty()) return;
    if constexpr (PerChannel)
      kernels::multiply_backward<T>(std::array{x, factors(pass)}, pass.output_gradient, 0,
                                    pass.input_gradient());
    else
      kernels::scale<T>(pass.output_gradient, pass.parameter(0)[0], pass.input_gradient());
  }

 private:
  /// γ as a map of one pixel, the same for all samples.
  template <class Pass> static auto factors(const Pass& pass) {
    auto map = pass.input();
    map.data = pass.parameter(0);
    map.height = map.width = 1;
    map.batch_stride = 0;
    return map;
  }
};

/// learnt_scale<>, which begins as 0, learnt_scale<0.5>: any shape to the same, one factor.
template <Fraction Start = 0.0> inline constexpr LearntScale<Start, false> learnt_scale{};

/// learnt_channel_scale<1e-6>: any shape to the same, a factor per channel, which begins as 1e-6 by default.
template <Fraction Start = 1e-6> inline constexpr LearntScale<Start, true> learnt_channel_scale{};

}  // namespace lamina
