// Convolution (cross-correlation), the layer:
//   y[o, p] = b[o] + Σ_{i, taps} w[o, i, tap] · x[i, p · stride + tap · dilation − padding]
// on maps (C, H, W) and sequences (C, W). The arithmetic is in kernels/conv.hpp.
#pragma once

#include "lamina/kernels/conv_by_algorithm.hpp"
#include "lamina/layers/absorb.hpp"
#include "lamina/layers/conv_options.hpp"
#include "lamina/layers/separable_pass.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write conv<…>.
template <ConvOptions O> struct Conv : Layer {
  static constexpr ConvOptions options = O;
  static constexpr std::string_view name = "conv";
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;
  static constexpr bool accepts_epilogue = true;
  static constexpr bool accepts_affine = O.adds_bias_everywhere();
  static constexpr bool mixes_channels = O.kernel == Kernel{1} && O.groups == 1;
  static constexpr bool reads_image(Shape in) { return O.reads_image(in); }

  static constexpr Shape output(Shape in) { return O.output(in); }
  static constexpr auto parameters(Shape in) {
    const std::array<Parameter, 2> all = weight_and_bias(in);
    if constexpr (O.bias)
      return all;
    else
      return std::array<Parameter, 1>{all[0]};
  }
  static constexpr Index macs(Shape in) {
    const Shape out = output(in);
    return O.geometry(in).macs(out.rows(), out.columns());
  }
  static std::string algorithm(Shape in) { return kernels::label(O.training_algorithm(in), O.geometry(in)); }
  static constexpr Window window(Shape in) {
    const kernels::ConvGeometry g = O.geometry(in);
    return {g.dilation_height * (g.kernel_height - 1) + 1, g.dilation_width * (g.kernel_width - 1) + 1,
            g.stride_height, g.stride_width};
  }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    constexpr kernels::ConvAlgorithm algorithm = O.training_algorithm(In);
    const T* const bias = O.bias ? pass.parameter(1) : nullptr;
    if constexpr (algorithm == kernels::ConvAlgorithm::direct)
      convolve<In>(pass, bias, kernels::no_epilogue{});
    else
      on_input<In>(pass, [&](const auto& in) {
        kernels::conv_forward_by<algorithm, kernels::ConvKind::dense, window_of(In)>(
            in, pass.parameter(0), bias, pass.output, geometry<In>(in));
      });
  }

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    constexpr kernels::ConvAlgorithm of_data = O.data_gradient_algorithm(In);
    constexpr kernels::ConvAlgorithm of_weights = O.weights_gradient_algorithm(In);
    constexpr bool direct = of_data == kernels::ConvAlgorithm::direct && of_weights == of_data;
    if (!pass.image.empty())
      gradients<In>(pass, pass.image, pass.image_gradient, false);
    else if constexpr (direct)
      gradients<In>(pass, pass.input(), pass.input_gradient(), pass.accumulate());
    else {
      const kernels::ConvGeometry g = geometry<In>(pass.input());
      if (pass.wants_parameter_gradients())
        kernels::conv_backward_weights_by<of_weights, window_of(In)>(
            pass.input(), pass.output_gradient, pass.parameter_gradient(0), bias_gradient(pass), g);
      if (!pass.input_gradient().empty())
        kernels::conv_backward_data_by<of_data, kernels::ConvKind::dense, window_of(In)>(
            pass.output_gradient, pass.parameter(0), pass.input_gradient(), g, pass.accumulate());
    }
  }

  // For net/fusion.hpp. Weights are packed for the algorithm of the frozen net once they are complete.
  static constexpr std::array<Parameter, 2> fused_parameters(Shape in) {
    std::array<Parameter, 2> all = weight_and_bias(in);
    const kernels::ConvAlgorithm algorithm = O.frozen_algorithm(in);
    if (algorithm != kernels::ConvAlgorithm::direct) {
      all[0].extents = {kernels::packed_weight_size(algorithm, O.geometry(in))};
      all[0].order = orders::plain;
    }
    return all;
  }
  static std::string fused_algorithm(Shape in) {
    return kernels::label(O.frozen_algorithm(in), O.geometry(in));
  }
  /// A partial border scales its sums: nothing can be among them.
  static constexpr bool accepts_addend(Shape in) {
    return O.border != Border::partial || !O.geometry(in).padded();
  }
  template <Shape In, class T, class F>
  static void forward_fused(const Forward<T>& pass, F f, bool accumulate = false) {
    constexpr kernels::ConvAlgorithm algorithm = O.frozen_algorithm(In);
    if constexpr (algorithm == kernels::ConvAlgorithm::direct)
      convolve<In>(pass, pass.parameter(1), f, accumulate);
    else
      on_input<In>(pass, [&](const auto& in) {
        kernels::conv_forward_packed<algorithm, kernels::ConvKind::dense, window_of(In)>(
            in, pass.parameter(0), pass.parameter(1), pass.output, geometry<In>(in), f, accumulate);
      });
  }
  template <Shape In, class Source, class T>
  static void copy_parameters(const Source& source, T* weight, T* bias) {
    constexpr std::array<Parameter, 2> unpacked = weight_and_bias(In);
    detail::copy_weight_and_bias(source, O.bias, unpacked, weight, bias);
  }
  template <Shape In, class T> static void absorb(const T* scale, const T* shift, T* weight, T* bias) {
    constexpr kernels::ConvGeometry g = O.geometry(In);
    detail::absorb_affine(scale, shift, O.channels, g.in_channels_per_group() * g.taps(), weight, bias);
  }
  /// Elements of the weights before they are packed.
  template <Shape In, class T> static constexpr Index unpacked_weight_size() {
    return O.geometry(In).weight_size(channel_block<T>);
  }
  template <Shape In, class T> static void pack(const T* weight, T* packed) {
    constexpr kernels::ConvGeometry g = O.geometry(In);
    kernels::pack_conv_weights<O.frozen_algorithm(In), kernels::window_of(g)>(weight, g, packed);
  }

 private:
  static constexpr std::array<Parameter, 2> weight_and_bias(Shape in) {
    const kernels::ConvGeometry g = O.geometry(in);
    const ParameterExtents extents =
        in.rank() == 2
            ? ParameterExtents{O.channels, g.in_channels_per_group(), g.kernel_width}
            : ParameterExtents{O.channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width};
    return {Parameter{"weight", extents, O.weight_initializer, orders::conv, true},
            Parameter{"bias", {O.channels}, O.bias_initializer, orders::vector, false}};
  }
  template <Shape In, class T, class F>
  static void convolve(const Forward<T>& pass, const T* bias, F f, bool accumulate = false) {
    on_input<In>(pass, [&](const auto& in) {
      kernels::conv_forward<kind(In)>(in, pass.parameter(0), bias, pass.output, geometry<In>(in), f,
                                      kernels::nothing_follows{}, accumulate);
    });
  }
  /// f(the map, or the image, that is the input).
  template <Shape In, class T, class F> static void on_input(const Forward<T>& pass, F&& f) {
    if constexpr (reads_image(In))
      if (!pass.image.empty()) return f(pass.image);
    f(pass.input());
  }

  static constexpr kernels::ConvWindow window_of(Shape in) { return kernels::window_of(O.geometry(in)); }
  static constexpr kernels::ConvKind kind(Shape in) {
    const kernels::ConvGeometry g = O.geometry(in);
    return g.depthwise()         ? kernels::ConvKind::depthwise
           : g.out_channels == 1 ? kernels::ConvKind::single_output
                                 : kernels::ConvKind::dense;
  }

  template <Shape In, class Map> static constexpr kernels::ConvGeometry geometry(const Map& in) {
    if constexpr (In.height != dyn && In.width != dyn) {
      constexpr kernels::ConvGeometry known = O.geometry(In);
      return known;
    }
    return O.geometry(In, in);
  }

  /// By sums of products: of images, and where nothing else pays.
  template <Shape In, class T, class Input, class InputGradient>
  static void gradients(const Backward<T>& pass, const Input& in, const InputGradient& in_gradient,
                        bool accumulate) {
    const kernels::ConvGeometry g = geometry<In>(in);
    if (pass.wants_parameter_gradients())
      kernels::conv_backward_weights(in, pass.output_gradient, pass.parameter_gradient(0),
                                     bias_gradient(pass), g);
    if (!in_gradient.empty())
      kernels::conv_backward_data<kind(In)>(pass.output_gradient, pass.parameter(0), in_gradient, g,
                                            accumulate);
  }
  template <class T> static T* bias_gradient(const Backward<T>& pass) {
    return O.bias ? pass.parameter_gradient(1) : nullptr;
  }
};

/// conv<64, 3>, conv<64, 3, stride<2>, no_bias>, conv<192, kernel<1, 7>>. Channels out, then the kernel; then
/// options in any order: stride, dilation, same (default) | same_upper | valid | pad<…>, groups, no_bias,
/// border<Border::reflect>, rounding::…, algorithm::…, init<…>, bias_init<…>. Weights begin He-normal,
/// the bias zero.
template <Index Channels, auto K, auto... Option>
inline constexpr Conv<detail::conv_options<Channels, K, Option...>()> conv{};

}  // namespace lamina
