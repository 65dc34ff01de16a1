// Pooling over channels: (C, H, W) to one map of the channels' means, or of their maxima. What spatial
// attention looks at.
#pragma once

#include "lamina/kernels/channel_pool.hpp"
#include "lamina/net/fusion.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

namespace detail {
constexpr Shape one_channel(Shape in) {
  require(in.rank() == 3, "channel pooling: the input must be a map (channels, height, width)");
  return {1, in.height, in.width};
}
}  // namespace detail

/// y[h, w] = mean of x[c, h, w] over the channels.
struct ChannelMean : Layer {
  static constexpr std::string_view name = "channel_mean";
  static constexpr Saves saves = Saves::nothing;
  static constexpr Shape output(Shape in) { return detail::one_channel(in); }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::channel_mean_forward(pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::channel_mean_backward(pass.output_gradient, pass.input_gradient());
  }
};
inline constexpr ChannelMean channel_mean{};

/// y[h, w] = maximum of x[c, h, w] over the channels; ties give the gradient to the first.
struct ChannelMax : Layer {
  static constexpr std::string_view name = "channel_max";
  static constexpr Saves saves = Saves::both;
  static constexpr Shape output(Shape in) { return detail::one_channel(in); }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::channel_max_forward(pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::channel_max_backward(pass.input(), pass.output, pass.output_gradient, pass.input_gradient());
  }
};
inline constexpr ChannelMax channel_max{};

namespace detail {

/// Means and maxima beside each other, in inference: one read of the map for both.
template <Index MeanChannel> struct ChannelMeanMax : Layer {
  static constexpr std::string_view name = "channel_mean_max";
  static constexpr Shape output(Shape in) { return {2, in.height, in.width}; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::channel_mean_max_forward(pass.input(), pass.output, MeanChannel);
  }
};
template <> struct Jointly<Concat, ChannelMean, ChannelMax> {
  using type = ChannelMeanMax<0>;
};
template <> struct Jointly<Concat, ChannelMax, ChannelMean> {
  using type = ChannelMeanMax<1>;
};

/// The same of a map whose channels are gated, which need not be made for it.
template <Index MeanChannel> struct GatedChannelMeanMax : ChannelMeanMax<MeanChannel> {
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::channel_mean_max_forward(pass.inputs[0], pass.inputs[1], pass.output, MeanChannel);
  }
};
template <> struct OfProduct<Branches<Concat, ChannelMean, ChannelMax>> {
  using type = GatedChannelMeanMax<0>;
};
template <> struct OfProduct<Branches<Concat, ChannelMax, ChannelMean>> {
  using type = GatedChannelMeanMax<1>;
};

}  // namespace detail

}  // namespace lamina
