// The fully connected layer: y[o] = b[o] + Σ_i w[o, i] · x[i]. It takes vectors: put flatten (channels, then
// rows, then columns) or global_avg_pool before it.
#pragma once

#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/kernels/dense.hpp"
#include "lamina/layers/absorb.hpp"
#include "lamina/layers/options.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// What dense<features, options…> says.
struct DenseOptions {
  Index features = 1;
  bool bias = true;
  Initializer weight_initializer = initializers::lecun_uniform;
  Initializer bias_initializer = initializers::zeros;

  constexpr void set(Bias b) { bias = b.present; }
  constexpr void set(WeightInitializer w) { weight_initializer = w.initializer; }
  constexpr void set(BiasInitializer b) { bias_initializer = b.initializer; }
};

/// The layer; users write dense<…>.
template <DenseOptions O> struct Dense : Layer {
  static constexpr std::string_view name = "dense";
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;
  static constexpr bool accepts_epilogue = true;
  static constexpr bool accepts_affine = true;

  static constexpr Shape output(Shape in) {
    require(in.rank() == 1, "dense: the input must be a vector; put flatten or global_avg_pool before it");
    return {O.features, 0, 0};
  }
  static constexpr auto parameters(Shape in) {
    const std::array<Parameter, 2> all = fused_parameters(in);
    if constexpr (O.bias)
      return all;
    else
      return std::array<Parameter, 1>{all[0]};
  }
  static constexpr Index macs(Shape in) { return in.channels * O.features; }
  static std::string algorithm(Shape in) {
    return kernels::label(kernels::ConvAlgorithm::direct, kernels::detail::dense_geometry(in, output(in)));
  }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::dense_forward(pass.input(), pass.parameter(0), O.bias ? pass.parameter(1) : nullptr,
                           pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (pass.wants_parameter_gradients())
      kernels::dense_backward_weights(pass.input(), pass.output_gradient, pass.parameter_gradient(0),
                                      O.bias ? pass.parameter_gradient(1) : nullptr);
    if (!pass.input_gradient().empty())
      kernels::dense_backward_data(pass.output_gradient, pass.parameter(0), pass.input_gradient(),
                                   pass.accumulate());
  }

  // For net/fusion.hpp.
  static constexpr std::array<Parameter, 2> fused_parameters(Shape in) {
    return {Parameter{"weight", {O.features, in.channels}, O.weight_initializer, orders::dense, true},
            Parameter{"bias", {O.features}, O.bias_initializer, orders::vector, false}};
  }
  template <Shape In, class T, class F> static void forward_fused(const Forward<T>& pass, F f) {
    kernels::dense_forward(pass.input(), pass.parameter(0), pass.parameter(1), pass.output, f);
  }
  template <Shape In, class Source, class T>
  static void copy_parameters(const Source& source, T* weight, T* bias) {
    detail::copy_weight_and_bias(source, O.bias, fused_parameters(In), weight, bias);
  }
  template <Shape In, class T> static void absorb(const T* scale, const T* shift, T* weight, T* bias) {
    detail::absorb_affine(scale, shift, O.features, In.channels, weight, bias);
  }
};

namespace detail {
template <Index Features, auto... Option> constexpr DenseOptions dense_options() {
  static_assert(Features > 0, "dense: the number of output features is positive");
  return with_options<struct dense_layer, DenseOptions, Option...>(DenseOptions{.features = Features});
}
}  // namespace detail

/// dense<10>, dense<128, no_bias>. Options: no_bias, init<…>, bias_init<…>. Weights begin uniform in
/// ±1 / sqrt(inputs), the bias zero.
template <Index Features, auto... Option>
inline constexpr Dense<detail::dense_options<Features, Option...>()> dense{};

}  // namespace lamina
