// Softmax over the channels of each pixel (of a vector: over its elements), and its logarithm. A classifier
// that is trained needs neither: cross_entropy takes logits.
#pragma once

#include "lamina/kernels/softmax.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// y_c = exp(x_c) / Σ_k exp(x_k)
struct Softmax : Layer {
  static constexpr std::string_view name = "softmax";
  static constexpr Saves saves = Saves::output;
  static constexpr bool in_place = true;
  static constexpr Shape output(Shape in) { return in; }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::softmax_forward(pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::softmax_backward(pass.output, pass.output_gradient, pass.input_gradient());
  }
};
inline constexpr Softmax softmax{};

/// y_c = x_c − log Σ_k exp(x_k)
struct LogSoftmax : Layer {
  static constexpr std::string_view name = "log_softmax";
  static constexpr Saves saves = Saves::output;
  static constexpr bool in_place = true;
  static constexpr Shape output(Shape in) { return in; }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::log_softmax_forward(pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::log_softmax_backward(pass.output, pass.output_gradient, pass.input_gradient());
  }
};
inline constexpr LogSoftmax log_softmax{};

}  // namespace lamina
