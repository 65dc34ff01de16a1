// Transposed convolution: the adjoint of a convolution as a layer, which enlarges maps by its stride.
//   y[o, i · stride + tap · dilation − padding] += w[i_channel, o, tap] · x[i_channel, i], plus b[o]
// Output extent (in − 1) · stride − padding + dilation · (k − 1) + 1 + output_padding, as
// torch.nn.ConvTranspose2d.
#pragma once

#include "lamina/kernels/channel_sums.hpp"
#include "lamina/layers/conv.hpp"

namespace lamina {

/// The layer; users write conv_transposed<…>. Its geometry is that of the convolution that it transposes,
/// from the (larger) output to the input.
template <ConvOptions O, OutputPadding Extra> struct ConvTransposed : Layer {
  static_assert(O.padding.rule != Padding::Rule::same_upper,
                "conv_transposed: padding is same, valid or pad<…>");
  static_assert(O.border == Border::zero, "conv_transposed: the border is zero; crop the output instead");
  static_assert(!O.is_algorithm_named, "conv_transposed: it is summed directly, by no algorithm of a name");
  static constexpr std::string_view name = "conv_transposed";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) {
    require(in.rank() >= 2, "conv_transposed: the input has no pixels");
    require(in.channels % O.groups == 0 && O.channels % O.groups == 0,
            "conv_transposed: the groups must divide input and output channels");
    const kernels::ConvGeometry g = geometry(in);
    const Index more_rows = in.rank() == 2 ? 0 : Extra.vertical, more_columns = Extra.horizontal;
    require(more_rows >= 0 && more_columns >= 0 && (more_rows == 0 || more_rows < g.stride_height) &&
                (more_columns == 0 || more_columns < g.stride_width),
            "conv_transposed: output_padding is at least 0 and less than the stride");
    const Index height = in.height == dyn ? detail::unbounded
                                          : more_rows + extent(in.rows(), g.kernel_height, g.stride_height,
                                                               g.dilation_height, g.pad_top, g.pad_bottom);
    const Index width = in.width == dyn ? detail::unbounded
                                        : more_columns + extent(in.columns(), g.kernel_width, g.stride_width,
                                                                g.dilation_width, g.pad_left, g.pad_right);
    require(height > 0 && width > 0, "conv_transposed: the padding leaves nothing of the output");
    kernels::check(g, height, width);
    return {O.channels, in.height == 0 || in.height == dyn ? in.height : height,
            in.width == dyn ? dyn : width};
  }
  static constexpr auto parameters(Shape in) {
    const kernels::ConvGeometry g = geometry(in);
    const Index per_group = O.channels / O.groups;
    const ParameterExtents extents =
        in.rank() == 2 ? ParameterExtents{in.channels, per_group, g.kernel_width}
                       : ParameterExtents{in.channels, per_group, g.kernel_height, g.kernel_width};
    std::array<Parameter, O.bias ? 2 : 1> all{};
    // The convolution that is transposed has these as its (O, I / g, kh, kw).
    all[0] = {"weight", extents, O.weight_initializer, orders::conv, true};
    if constexpr (O.bias) all[1] = {"bias", {O.channels}, O.bias_initializer, orders::vector, false};
    return all;
  }
  static constexpr Index macs(Shape in) { return geometry(in).macs(in.rows(), in.columns()); }
  /// An output is reached by every stride-th tap.
  static constexpr Window window(Shape in) {
    const kernels::ConvGeometry g = geometry(in);
    const auto inputs = [](Index taps, Index distance, Index step) {
      return ((taps - 1) * distance + step) / step;
    };
    return {.height = inputs(g.kernel_height, g.dilation_height, g.stride_height),
            .width = inputs(g.kernel_width, g.dilation_width, g.stride_width),
            .outputs_vertical = g.stride_height,
            .outputs_horizontal = g.stride_width};
  }

  static std::string algorithm(Shape in) {
    return kernels::label(kernels::ConvAlgorithm::direct, geometry(in));
  }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    kernels::conv_transposed<kind(In)>(pass.input(), pass.parameter(0), O.bias ? pass.parameter(1) : nullptr,
                                       pass.output, geometry(In));
  }

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    // The roles are exchanged: the output's gradient is what the transposed convolution reads.
    const kernels::ConvGeometry g = geometry(In);
    if (pass.wants_parameter_gradients()) {
      kernels::conv_backward_weights(pass.output_gradient, pass.input(), pass.parameter_gradient(0), nullptr,
                                     g);
      if constexpr (O.bias) kernels::add_channel_sums(pass.output_gradient, pass.parameter_gradient(1));
    }
    if (!pass.input_gradient().empty())
      kernels::conv_forward<kind(In)>(pass.output_gradient, pass.parameter(0), nullptr, pass.input_gradient(),
                                      g);
  }

 private:
  static constexpr kernels::ConvKind kind(Shape in) {
    return geometry(in).depthwise() ? kernels::ConvKind::depthwise : kernels::ConvKind::dense;
  }
  static constexpr kernels::ConvGeometry geometry(Shape in) {
    kernels::ConvGeometry g = O.geometry(in);
    g.in_channels = O.channels;
    g.out_channels = in.channels;
    return g;
  }
  static constexpr Index extent(Index in, Index taps, Index step, Index spacing, Index before, Index after) {
    return (in - 1) * step - before - after + spacing * (taps - 1) + 1;
  }
};

/// conv_transposed<16, 4, stride<2>, pad<1>>: twice the extents. Channels out, then the kernel; then options
/// as conv's: stride, dilation, same (default) | valid | pad<…>, groups, no_bias, init<…>, bias_init<…>; and
/// output_padding<…>, less than the stride: conv_transposed<16, 3, stride<2>, output_padding<1>> doubles the
/// extents, too.
template <Index Channels, auto K, auto... Option>
inline constexpr auto conv_transposed = []<auto... Of>(detail::OptionList<Of...>) {
  return ConvTransposed<detail::conv_options<Channels, K, Of...>(),
                        detail::of_maps(detail::option_or<OutputPadding, OutputPadding{}, Option...>())>{};
}(detail::without<OutputPadding>(detail::OptionList<Option...>{}));

}  // namespace lamina
