// A convolution along the channels of a vector, one kernel for all of them.
#pragma once

#include "lamina/kernels/channel_conv.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// y[c] = Σ_t w[t] · x[c + t − (k − 1) / 2], zeros outside; k = Taps weights in all and no bias. Weights
/// begin He-normal.
template <Index Taps> struct ChannelConv : Layer {
  static_assert(Taps >= 1 && Taps % 2 == 1, "channel_conv: the kernel must be odd, to have a middle");
  static constexpr std::string_view name = "channel_conv";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) {
    require(in.rank() == 1, "channel_conv: the input must be a vector; pool over the map first");
    return in;
  }
  static constexpr std::array<Parameter, 1> parameters(Shape) {
    return {Parameter{"weight", {1, 1, Taps}, initializers::he_normal}};
  }
  static constexpr Index macs(Shape in) { return in.channels * Taps; }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::channel_conv_forward(pass.input(), pass.parameter(0), Taps, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    kernels::channel_conv_backward(pass.input(), pass.output_gradient, pass.parameter(0), Taps,
                                   pass.input_gradient(),
                                   pass.wants_parameter_gradients() ? pass.parameter_gradient(0) : nullptr);
  }
};
template <Index Taps> inline constexpr ChannelConv<Taps> channel_conv{};

}  // namespace lamina
