// Pixel shuffle (Shi et al. 2016): (C · r², H, W) to (C, H · r, W · r), and back; PyTorch's order of
// channels.
#pragma once

#include "lamina/kernels/channels.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// y[c, h · r + i, w · r + j] = x[c · r² + i · r + j, h, w]
template <Index Factor> struct PixelShuffle : Layer {
  static_assert(Factor >= 1, "pixel_shuffle: the factor is a whole number from 1 on");
  static constexpr std::string_view name = "pixel_shuffle";
  static constexpr Saves saves = Saves::nothing;

  static constexpr Shape output(Shape in) {
    require(in.rank() == 3, "pixel_shuffle: the input must be a map (channels, height, width)");
    require(in.channels % (Factor * Factor) == 0,
            "pixel_shuffle: the factor's square must divide the channels");
    const auto scaled = [](Index extent) { return extent == dyn ? dyn : extent * Factor; };
    return {in.channels / (Factor * Factor), scaled(in.height), scaled(in.width)};
  }
  static constexpr Window window(Shape) { return {.outputs_vertical = Factor, .outputs_horizontal = Factor}; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::pixel_shuffle(pass.input(), pass.output, Factor);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::pixel_unshuffle(pass.output_gradient, pass.input_gradient(), Factor);
  }
};
template <Index Factor> inline constexpr PixelShuffle<Factor> pixel_shuffle{};

/// The inverse: (C, H, W) to (C · r², H / r, W / r).
template <Index Factor> struct PixelUnshuffle : Layer {
  static_assert(Factor >= 1, "pixel_unshuffle: the factor is a whole number from 1 on");
  static constexpr std::string_view name = "pixel_unshuffle";
  static constexpr Saves saves = Saves::nothing;

  static constexpr Shape output(Shape in) {
    require(in.rank() == 3, "pixel_unshuffle: the input must be a map (channels, height, width)");
    const auto divides = [](Index extent) { return extent == dyn || extent % Factor == 0; };
    require(divides(in.height) && divides(in.width),
            "pixel_unshuffle: the factor must divide height and width");
    const auto scaled = [](Index extent) { return extent == dyn ? dyn : extent / Factor; };
    return {in.channels * Factor * Factor, scaled(in.height), scaled(in.width)};
  }
  static constexpr Window window(Shape) { return {Factor, Factor, Factor, Factor}; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::pixel_unshuffle(pass.input(), pass.output, Factor);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::pixel_shuffle(pass.output_gradient, pass.input_gradient(), Factor);
  }
};
template <Index Factor> inline constexpr PixelUnshuffle<Factor> pixel_unshuffle{};

/// Channel shuffle (Zhang et al. 2018): the channels as a (Groups, C / Groups) matrix, transposed.
template <Index Groups> struct ChannelShuffle : Layer {
  static constexpr std::string_view name = "channel_shuffle";
  static constexpr Saves saves = Saves::nothing;

  static constexpr Shape output(Shape in) {
    require(in.channels % Groups == 0, "channel_shuffle: the groups must divide the channels");
    return in;
  }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::channel_shuffle(pass.input(), pass.output, Groups);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::channel_shuffle(pass.output_gradient, pass.input_gradient(),
                               pass.output_gradient.channels / Groups);
  }
};
template <Index Groups>
  requires(Groups >= 1)
inline constexpr ChannelShuffle<Groups> channel_shuffle{};

}  // namespace lamina
