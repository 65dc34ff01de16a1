// What a convolution of tensors is told, and what follows from it: options, the window along each axis, the
// extents of the result, and the rules. All constexpr, with `dyn` for what the compiler does not know.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/window_options.hpp"
#include "lamina/tensor/extents.hpp"

namespace lamina::detail {

/// The options of conv1d, conv2d and conv3d.
struct ConvolutionOptions {
  Stride stride{};
  Dilation dilation{};
  Padding padding = same;
  Index groups = 1;
  Border border = Border::zero;
  OutputPadding output_padding{};

  constexpr void set(Stride s) { stride = s; }
  constexpr void set(Dilation d) { dilation = d; }
  constexpr void set(Padding p) { padding = p; }
  constexpr void set(Groups g) { groups = g.count; }
  constexpr void set(Border b) { border = b; }
};

/// Those of conv1d_transposed and its kin.
struct TransposedConvolutionOptions : ConvolutionOptions {
  using ConvolutionOptions::set;
  constexpr void set(OutputPadding p) { output_padding = p; }
  void set(Border) = delete;
};

/// Which function it is: how many axes its windows have, and whether it is transposed.
struct ConvolutionKind {
  int axes;
  bool transposed;
};

inline std::string name_of(ConvolutionKind kind) {
  return sentence("conv", kind.axes, kind.transposed ? "d_transposed" : "d");
}

/// A window along one axis. `extra` is what output_padding adds.
struct WindowAxis {
  Index kernel = 1, stride = 1, dilation = 1, before = 0, after = 0, extra = 0;

  constexpr Index reach() const { return (kernel - 1) * dilation; }
  /// How many outputs `extent` inputs give; 0 where there are none.
  constexpr Index outputs(Index extent, bool transposed) const {
    if (transposed) return std::max<Index>(0, (extent - 1) * stride - before - after + reach() + 1 + extra);
    const Index room = extent + before + after - reach() - 1;
    return room < 0 || stride < 1 ? 0 : room / stride + 1;
  }
};

/// The axes of all volumes: sequences have the last one, maps the last two.
inline constexpr int depth_axis = 0, row_axis = 1, column_axis = 2;

/// What the options say of an axis.
constexpr WindowAxis window_axis(const ConvolutionOptions& o, int axis, Index extent, Index kernel) {
  const auto of_axis = [axis](const auto& option) {
    return axis == depth_axis ? option.depth : axis == row_axis ? option.vertical : option.horizontal;
  };
  const Padding& p = o.padding;
  const Index before = axis == depth_axis ? p.front : axis == row_axis ? p.top : p.left;
  const Index after = axis == depth_axis ? p.back : axis == row_axis ? p.bottom : p.right;
  const Index stride = of_axis(o.stride), dilation = of_axis(o.dilation);
  const AxisPadding padding =
      stride < 1 ? AxisPadding{} : axis_padding(p.rule, before, after, extent, kernel, stride, dilation);
  return {kernel, stride, dilation, padding.before, padding.after, of_axis(o.output_padding)};
}

/// Calls f(window, extent) for the axes whose extents are known, in input and weights, until it is false;
/// whether it never was.
template <std::size_t Rank, class F>
constexpr bool all_windows(const ConvolutionOptions& o, const std::array<Index, Rank>& input,
                           const std::array<Index, Rank>& weights, F&& f) {
  for (std::size_t axis = 2; axis < Rank; ++axis)
    if (input[axis] != dyn && weights[axis] != dyn &&
        !f(window_axis(o, static_cast<int>(axis + 3 - Rank), input[axis], weights[axis]), input[axis]))
      return false;
  return true;
}

/// The extents of the result, (n, channels, pixels…).
template <std::size_t Rank>
constexpr std::array<Index, Rank> convolution_extents(ConvolutionKind kind, const ConvolutionOptions& o,
                                                      const std::array<Index, Rank>& input,
                                                      const std::array<Index, Rank>& weights) {
  std::array<Index, Rank> extents{input[0], weights[0]};
  if (kind.transposed) extents[1] = weights[1] == dyn ? dyn : weights[1] * o.groups;
  for (std::size_t axis = 2; axis < Rank; ++axis)
    extents[axis] = input[axis] == dyn || weights[axis] == dyn
                        ? dyn
                        : window_axis(o, static_cast<int>(axis + 3 - Rank), input[axis], weights[axis])
                              .outputs(input[axis], kind.transposed);
  return extents;
}

/// Whether input and weights have channels that fit together.
template <std::size_t Rank>
constexpr bool channels_fit(ConvolutionKind kind, Index groups, const std::array<Index, Rank>& input,
                            const std::array<Index, Rank>& weights) {
  const auto divides = [groups](Index channels) { return channels == dyn || channels % groups == 0; };
  const Index read = kind.transposed ? weights[0] : weights[1] == dyn ? dyn : weights[1] * groups;
  return groups > 0 && input[1] != 0 && (input[1] == dyn || read == dyn || input[1] == read) &&
         divides(input[1]) && divides(weights[0]);
}

/// Whether the kernel fits into the padded input, which has at least one pixel.
template <std::size_t Rank>
constexpr bool kernel_fits(ConvolutionKind kind, const ConvolutionOptions& o,
                           const std::array<Index, Rank>& input, const std::array<Index, Rank>& weights) {
  return all_windows(o, input, weights, [kind](const WindowAxis& window, Index extent) {
    return extent > 0 && window.kernel > 0 && window.outputs(extent, kind.transposed) > 0;
  });
}

/// Whether the input is large enough for a border that repeats it.
template <std::size_t Rank>
constexpr bool border_fits(const ConvolutionOptions& o, const std::array<Index, Rank>& input,
                           const std::array<Index, Rank>& weights) {
  return all_windows(o, input, weights, [&o](const WindowAxis& window, Index extent) {
    const Index most = std::max(window.before, window.after);
    return (o.border != Border::reflect || most < extent) && (o.border != Border::circular || most <= extent);
  });
}

/// Throws shape_error for options that make sense with no input.
constexpr void check(ConvolutionKind kind, const ConvolutionOptions& o) {
  require(
      fits_axes(o.stride, kind.axes) && fits_axes(o.dilation, kind.axes) && fits_axes(o.padding, kind.axes) &&
          fits_axes(o.output_padding, kind.axes),
      "convolution: stride, dilation and padding take one number for all axes, or one for each; the depth "
      "is that of conv3d");
  for (int axis = 3 - kind.axes; axis < 3; ++axis) {
    const WindowAxis window = window_axis(o, axis, 1, 1);
    require(window.stride > 0 && window.dilation > 0, "convolution: stride and dilation start at 1");
    require(o.padding.rule != Padding::Rule::fixed || (window.before >= 0 && window.after >= 0),
            "convolution: padding cannot be negative; crop the tensor instead");
    require(window.extra >= 0 && (window.extra == 0 || window.extra < window.stride),
            "convolution: output padding must be smaller than the stride");
  }
  require(!kind.transposed || o.padding.rule != Padding::Rule::same_upper,
          "transposed convolution: padding is same, valid or pad<...>");
  require(kind.axes < 3 || o.border != Border::partial,
          "conv3d: the border is zero, reflect, replicate or circular");
}

}  // namespace lamina::detail

namespace lamina {

/// The shapes of input and weights stand as template arguments in the compiler's message.
template <detail::ConvolutionKind Kind, class Input, class Weights, auto Options> struct convolution_shapes {
  static constexpr auto input = Input::known;
  static constexpr auto weights = Weights::known;
  static constexpr bool options_make_sense = (detail::check(Kind, Options), true);
  static constexpr bool channels_fit = detail::channels_fit(Kind, Options.groups, input, weights);
  static_assert(channels_fit,
                "convolution: weights are (channels out, channels in / groups, kernel...), transposed ones "
                "(channels in, channels out / groups, kernel...); the input must have as many channels, at "
                "least one, and the groups must divide them");
  static constexpr bool kernel_fits = detail::kernel_fits(Kind, Options, input, weights);
  static_assert(kernel_fits,
                "convolution: the kernel is larger than the padded input; pad more or use a smaller kernel");
  static_assert(!channels_fit || !kernel_fits || detail::border_fits(Options, input, weights),
                "convolution: reflect padding must be smaller than the input, circular padding no larger");
};

namespace detail {

/// Throws shape_error, with both shapes, unless the convolution can be done.
template <class Input, class Weights>
void require_convolution(ConvolutionKind kind, const ConvolutionOptions& o, const Input& input,
                         const Weights& weights) {
  check(kind, o);
  const auto refuse = [&](const char* rule) {
    throw shape_error(name_of(kind), ": input ", to_string(input), ", weights ", to_string(weights), ": ",
                      rule);
  };
  const auto in = input.values();
  const auto taps = weights.values();
  if (!channels_fit(kind, o.groups, in, taps))
    refuse(kind.transposed ? "weights are (channels in, channels out / groups, kernel...); the input must "
                             "have as many channels, at least one, and the groups must divide them"
                           : "weights are (channels out, channels in / groups, kernel...); the input must "
                             "have as many channels, and the groups must divide them");
  if (std::find(in.begin() + 2, in.end(), 0) != in.end()) refuse("the input has no pixels");
  if (!kernel_fits(kind, o, in, taps))
    refuse("the kernel is larger than the padded input; pad more or use a smaller kernel");
  if (!border_fits(o, in, taps))
    refuse("reflect padding must be smaller than the input, circular padding no larger");
}

}  // namespace detail

}  // namespace lamina
