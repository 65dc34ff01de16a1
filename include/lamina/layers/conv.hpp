// Convolution (cross-correlation), the layer:
//   y[o, p] = b[o] + Σ_{i, taps} w[o, i, tap] · x[i, p · stride + tap · dilation − padding]
// on maps (C, H, W) and sequences (C, W). The arithmetic is in kernels/conv.hpp.
#pragma once

#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/kernels/conv_by_algorithm.hpp"
#include "lamina/layers/absorb.hpp"
#include "lamina/layers/options.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// What conv<channels, kernel, options…> says.
struct ConvOptions {
  Index channels = 1;
  Kernel kernel{1};
  Stride stride{};
  Dilation dilation{};
  Padding padding = same;
  Index groups = 1;
  bool bias = true;
  Border border = Border::zero;
  kernels::Accuracy accuracy = kernels::Accuracy::relaxed;
  bool is_algorithm_named = false;
  kernels::ConvAlgorithm algorithm = kernels::ConvAlgorithm::direct;
  Initializer weight_initializer = initializers::he_normal;
  Initializer bias_initializer = initializers::zeros;

  constexpr void set(Stride s) { stride = s; }
  constexpr void set(Dilation d) { dilation = d; }
  constexpr void set(Padding p) { padding = p; }
  constexpr void set(Groups g) { groups = g.count; }
  constexpr void set(Bias b) { bias = b.present; }
  constexpr void set(Border b) { border = b; }
  constexpr void set(kernels::Accuracy a) { accuracy = a; }
  constexpr void set(kernels::ConvAlgorithm a) { algorithm = a, is_algorithm_named = true; }
  constexpr void set(WeightInitializer w) { weight_initializer = w.initializer; }
  constexpr void set(BiasInitializer b) { bias_initializer = b.initializer; }

  /// The geometry on such an input. A sequence is a map of one row, and is read along it.
  constexpr kernels::ConvGeometry geometry(Shape in) const {
    const bool sequence = in.rank() == 2;
    const Index kernel_height = sequence ? 1 : kernel.vertical;
    const Index stride_height = sequence ? 1 : stride.vertical;
    const Index dilation_height = sequence ? 1 : dilation.vertical;
    const auto vertical = sequence
                              ? detail::AxisPadding{}
                              : detail::axis_padding(padding.rule, padding.top, padding.bottom, in.height,
                                                     kernel_height, stride_height, dilation_height);
    const auto horizontal = detail::axis_padding(padding.rule, padding.left, padding.right, in.width,
                                                 kernel.horizontal, stride.horizontal, dilation.horizontal);
    return {.in_channels = in.channels,
            .out_channels = channels,
            .groups = groups,
            .kernel_height = kernel_height,
            .kernel_width = kernel.horizontal,
            .stride_height = stride_height,
            .stride_width = stride.horizontal,
            .dilation_height = dilation_height,
            .dilation_width = dilation.horizontal,
            .pad_top = vertical.before,
            .pad_left = horizontal.before,
            .pad_bottom = vertical.after,
            .pad_right = horizontal.after,
            .border = border};
  }

  /// What a frozen net computes it by: the algorithm that was named, or the cheapest one within the accuracy.
  constexpr kernels::ConvAlgorithm frozen_algorithm(Shape in) const {
    if (is_algorithm_named) return algorithm;
    return chosen(in, kernels::choose_algorithm);
  }
  /// What training computes it and its gradients by. (It packs the weights at each step, and sums directly
  /// where that does not pay.)
  constexpr kernels::ConvAlgorithm training_algorithm(Shape in) const {
    return is_algorithm_named ? frozen_algorithm(in) : chosen(in, kernels::choose_training);
  }
  constexpr kernels::ConvAlgorithm data_gradient_algorithm(Shape in) const {
    return chosen(in, kernels::choose_data_gradient);
  }
  constexpr kernels::ConvAlgorithm weights_gradient_algorithm(Shape in) const {
    return chosen(in, kernels::choose_weights_gradient);
  }

  /// Photographs and digits are read as they come: blocking one to four channels would only add zeros.
  constexpr bool reads_image(Shape in) const {
    return in.channels <= 4 && groups == 1 &&
           !(is_algorithm_named && kernels::winograd_outputs(algorithm) > 0);
  }

  /// The output's shape; throws (stops the compiler) with a sentence where the kernel does not fit.
  constexpr Shape output(Shape in) const {
    require(in.rank() >= 2,
            "conv: the input has no pixels; a convolution goes before flatten or global pooling");
    const kernels::ConvGeometry g = geometry(in);
    kernels::check(g, in.height == dyn ? unbounded : in.rows(), in.width == dyn ? unbounded : in.columns());
    require(!is_algorithm_named || kernels::applies(algorithm, g),
            "conv: the algorithm named is for kernels of 3, 5 or 7 with one group and zeros around, with "
            "stride 1 or, of 3 × 3, 2");
    return {channels, in.height == 0 || in.height == dyn ? in.height : g.out_height(in.height),
            in.width == dyn ? dyn : g.out_width(in.width)};
  }

 private:
  static constexpr Index unbounded = Index{1} << 40;

  using Choose = kernels::ConvAlgorithm(const kernels::ConvGeometry&, Index, Index, kernels::Accuracy);
  /// What `choose` says, where extents are known and the input is blocked. (Not a template: clang would make
  /// it too late for constants.)
  constexpr kernels::ConvAlgorithm chosen(Shape in, Choose* choose) const {
    if (in.height == dyn || in.width == dyn || reads_image(in)) return kernels::ConvAlgorithm::direct;
    return choose(geometry(in), in.rows(), in.columns(), accuracy);
  }
};

/// The layer; users write conv<…>.
template <ConvOptions O> struct Conv : Layer {
  static constexpr ConvOptions options = O;
  static constexpr std::string_view name = "conv";
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;
  static constexpr bool accepts_epilogue = true;
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
      kernels::conv_forward_by<algorithm, kernels::ConvKind::dense, window_of(In)>(
          pass.input(), pass.parameter(0), bias, pass.output, geometry<In>(pass.input()));
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
      kernels::conv_forward_packed<algorithm, kernels::ConvKind::dense, window_of(In)>(
          pass.input(), pass.parameter(0), pass.parameter(1), pass.output, geometry<In>(pass.input()), f,
          kernels::nothing_follows{}, accumulate);
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
    const auto on = [&](const auto& in) {
      kernels::conv_forward<kind(In)>(in, pass.parameter(0), bias, pass.output, geometry<In>(in), f,
                                      kernels::nothing_follows{}, accumulate);
    };
    pass.image.empty() ? on(pass.input()) : on(pass.image);
  }

  static constexpr kernels::ConvWindow window_of(Shape in) { return kernels::window_of(O.geometry(in)); }
  static constexpr kernels::ConvKind kind(Shape in) {
    const kernels::ConvGeometry g = O.geometry(in);
    return g.depthwise()         ? kernels::ConvKind::depthwise
           : g.out_channels == 1 ? kernels::ConvKind::single_output
                                 : kernels::ConvKind::dense;
  }

  /// The geometry on the map at hand: In with its run-time extents filled in.
  template <Shape In, class Map> static constexpr kernels::ConvGeometry geometry(const Map& in) {
    if constexpr (In.height != dyn && In.width != dyn) {
      constexpr kernels::ConvGeometry known = O.geometry(In);
      return known;
    }
    return O.geometry(
        {In.channels, In.height == dyn ? in.height : In.height, In.width == dyn ? in.width : In.width});
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

namespace detail {
template <Index Channels, auto K, auto... Option> constexpr ConvOptions conv_options() {
  static_assert(Channels > 0, "conv: the number of output channels is positive");
  return with_options<struct conv_layer, ConvOptions, Option...>(
      ConvOptions{.channels = Channels, .kernel = Kernel(K)});
}
}  // namespace detail

/// How a convolution may round, in training and in a frozen net: rounding::relaxed (the default) admits
/// Winograd's algorithms where they are faster; rounding::exact sums product by product.
namespace rounding {
using enum kernels::Accuracy;
}

/// What a convolution is computed by, where it is not to choose: conv<64, 3, algorithm::winograd_4x4>.
/// Gradients follow the rounding asked for.
namespace algorithm {
using enum kernels::ConvAlgorithm;
}

/// conv<64, 3>, conv<64, 3, stride<2>, no_bias>, conv<192, kernel<1, 7>>. Channels out, then the kernel; then
/// options in any order: stride, dilation, same (default) | same_upper | valid | pad<…>, groups, no_bias,
/// border<Border::reflect>, rounding::…, algorithm::…, init<…>, bias_init<…>. Weights begin He-normal,
/// the bias zero.
template <Index Channels, auto K, auto... Option>
inline constexpr Conv<detail::conv_options<Channels, K, Option...>()> conv{};

}  // namespace lamina
