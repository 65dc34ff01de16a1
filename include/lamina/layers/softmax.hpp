// The functions `softmax` and `log_softmax` of tensor/softmax.hpp as layers: over the channels of each pixel
// (of a vector: over its elements). A classifier that is trained needs neither: cross_entropy takes logits.
#pragma once

#include "lamina/kernels/softmax.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/softmax.hpp"

namespace lamina {

/// y_c = exp(x_c) / Σ_k exp(x_k)
struct SoftmaxLayer : Layer {
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
template <> struct LayerOf<Softmax> {
  using type = SoftmaxLayer;
};

/// y_c = x_c − log Σ_k exp(x_k)
struct LogSoftmaxLayer : Layer {
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
template <> struct LayerOf<LogSoftmax> {
  using type = LogSoftmaxLayer;
};

}  // namespace lamina
