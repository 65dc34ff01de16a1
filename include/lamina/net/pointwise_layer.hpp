// A pointwise function as a layer: what `conv<16, 3> | relu` makes of relu.
#pragma once

#include "lamina/kernels/elementwise.hpp"
#include "lamina/kernels/layout.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/tensor/functions/pointwise_function.hpp"

namespace lamina {

/// y = f(x), element by element. Where f's derivative follows from its output alone, the layer works in place
/// and keeps nothing but that output.
template <pointwise_function F> struct PointwiseLayer : Layer {
  using Function = F;
  static constexpr std::string_view name = F::name;
  static constexpr Saves saves = F::derivative_from_output ? Saves::output : Saves::input;
  static constexpr bool in_place = F::derivative_from_output;

  static constexpr Shape output(Shape in) { return in; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::activation_forward(F{}, pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::activation_backward(F{}, pass.input(), pass.output, pass.output_gradient,
                                   pass.input_gradient());
  }
};

}  // namespace lamina
