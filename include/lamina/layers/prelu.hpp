// The rectifier with a learnt slope (He et al. 2015): y = x where x > 0, slope · x elsewhere.
#pragma once

#include "lamina/kernels/prelu.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write prelu or prelu_per_channel.
template <kernels::Slopes Kind> struct Prelu : Layer {
  static constexpr std::string_view name = "prelu";
  static constexpr Saves saves = Saves::input;
  static constexpr Shape output(Shape in) { return in; }
  static constexpr std::array<Parameter, 1> parameters(Shape in) {
    if constexpr (Kind == kernels::Slopes::one)
      return {Parameter{"weight", {1}, initializers::constant(0.25), orders::plain, false}};
    else
      return {Parameter{"weight", {in.channels}, initializers::constant(0.25), orders::vector, false}};
  }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::prelu_forward(pass.input(), pass.parameter(0), Kind, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    kernels::prelu_backward(pass.input(), pass.output_gradient, pass.parameter(0), Kind,
                            pass.input_gradient(),
                            pass.wants_parameter_gradients() ? pass.parameter_gradient(0) : nullptr);
  }
};

/// One slope for all channels, as PyTorch's default; it begins at 0.25 and does not decay.
inline constexpr Prelu<kernels::Slopes::one> prelu{};

/// A slope for each channel.
inline constexpr Prelu<kernels::Slopes::per_channel> prelu_per_channel{};

}  // namespace lamina
