// Layer normalisation (Ba et al. 2016). layer_norm is over all elements of a sample, with a scale and shift
// for each, as torch.nn.LayerNorm([C, H, W]); channel_norm is over the channels of each pixel, with a scale
// and shift per channel, as ConvNeXt and transformers have it. On vectors they agree.
#pragma once

#include "lamina/kernels/channel_norm.hpp"
#include "lamina/kernels/group_norm.hpp"
#include "lamina/layers/norm_options.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// y = (x − mean) / √(variance + ε) · γ + β, mean and variance over (C, H, W); γ and β have that shape.
template <NormOptions O> struct LayerNorm : Layer {
  static constexpr std::string_view name = "layer_norm";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) {
    require(!O.affine || in.is_static(),
            "layer_norm: its scale has the map's shape, which must be static; use channel_norm for any image "
            "size");
    return in;
  }
  static constexpr Window window(Shape) { return {.global = true}; }
  static constexpr auto parameters(Shape in) {
    const ParameterExtents extents = in.rank() == 1   ? ParameterExtents{in.channels}
                                     : in.rank() == 2 ? ParameterExtents{in.channels, in.width}
                                                      : ParameterExtents{in.channels, in.height, in.width};
    return detail::scale_and_shift<O.affine>(extents, O.scale_initializer);
  }
  static constexpr Stash stash(Shape) { return {.per_sample = 2}; }

  template <class T> static void forward(const Forward<T>& pass) {
    detail::Moments<T> moments(pass.sample_stash, pass.input().batch);
    kernels::layer_norm_forward(pass.input(), detail::scale_of<O.affine>(pass),
                                detail::shift_of<O.affine>(pass), detail::constant_of<O.epsilon>, pass.output,
                                moments.mean(), moments.inverse_deviation());
  }
  template <class T> static void backward(const Backward<T>& pass) {
    const T* mean = pass.sample_stash;
    kernels::layer_norm_backward(pass.input(), pass.output_gradient, detail::scale_of<O.affine>(pass), mean,
                                 mean + pass.input().batch, pass.input_gradient(),
                                 detail::scale_gradient_of<O.affine>(pass),
                                 detail::shift_gradient_of<O.affine>(pass));
  }
};

/// y = (x − mean) / √(variance + ε) · γ[c] + β[c], mean and variance over the channels of a pixel.
template <NormOptions O> struct ChannelNorm : Layer {
  static constexpr std::string_view name = "channel_norm";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) { return in; }
  static constexpr auto parameters(Shape in) {
    return detail::scale_and_shift<O.affine>({in.channels}, O.scale_initializer);
  }
  static constexpr Stash stash(Shape in) { return {.per_sample = 2 * in.pixels()}; }

  template <class T> static void forward(const Forward<T>& pass) {
    detail::Moments<T> moments(pass.sample_stash, pass.input().batch * pass.input().pixels());
    kernels::channel_norm_forward(pass.input(), detail::scale_of<O.affine>(pass),
                                  detail::shift_of<O.affine>(pass), detail::constant_of<O.epsilon>,
                                  pass.output, moments.mean(), moments.inverse_deviation());
  }
  template <class T> static void backward(const Backward<T>& pass) {
    const T* mean = pass.sample_stash;
    kernels::channel_norm_backward(pass.input(), pass.output_gradient, detail::scale_of<O.affine>(pass), mean,
                                   mean + pass.input().batch * pass.input().pixels(), pass.input_gradient(),
                                   detail::scale_gradient_of<O.affine>(pass),
                                   detail::shift_gradient_of<O.affine>(pass));
  }
};

/// Over all elements of a sample; options of the _with forms: epsilon<…>, no_affine, scale_init<…>.
inline constexpr LayerNorm<NormOptions{}> layer_norm{};
template <auto... Option>
inline constexpr LayerNorm<detail::with_options<struct layer_norm_layer, NormOptions, Option...>(
    NormOptions{})>
    layer_norm_with{};

/// Over the channels of each pixel.
inline constexpr ChannelNorm<NormOptions{}> channel_norm{};
template <auto... Option>
inline constexpr ChannelNorm<detail::with_options<struct channel_norm_layer, NormOptions, Option...>(
    NormOptions{})>
    channel_norm_with{};

}  // namespace lamina
