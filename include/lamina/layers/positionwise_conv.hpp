// A depthwise convolution of one value whose taps are another value, as of dynamic convolution
// (blocks/dynamic_conv.hpp): at every position, the k taps of each of H heads are softmax-normalised, then
//   y[c, t] = Σ_j softmax_j(w[h(c), :, t])[j] · x[c, t + j − before],   h(c) = ⌊c / (C / H)⌋
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/column_softmax.hpp"
#include "lamina/kernels/dropout.hpp"
#include "lamina/kernels/positionwise_conv.hpp"
#include "lamina/layers/lightweight_options.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The operation; users write positionwise_conv<…>(values, taps). Normalised taps are made anew in backward,
/// which is cheaper than to keep them.
template <LightweightOptions O> struct PositionwiseConv : Layer {
  static constexpr std::string_view name = "positionwise_conv";
  static constexpr Saves saves = Saves::input;

  static constexpr Window window(Shape) { return {1, O.taps}; }
  static constexpr Shape output_of(const Shape* in, int count) {
    require(count == 2 && in[1] == Shape{O.taps * O.heads, in[0].height, in[0].width},
            "positionwise_conv: the second branch must return heads · taps channels, at the positions of the "
            "first");
    require(in[0].rank() >= 2, "positionwise_conv: the first branch must return a sequence or a map");
    require(O.divides(in[0].channels), "positionwise_conv: the heads must divide the channels");
    return in[0];
  }
  static constexpr Index macs(Shape in) { return in.elements() * O.taps; }

  template <class T> static void forward(const Forward<T>& pass) {
    const auto& logits = pass.inputs[1];
    const Scratch<T> memory(elements(logits));
    const auto taps = normalized(logits, memory.data());
    if (pass.training) drop(taps, pass.random);
    kernels::positionwise_conv_forward<T>(pass.inputs[0], taps, heads, before, pass.output);
  }

  template <class T> static void backward(const Backward<T>& pass) {
    const auto& logits = pass.inputs[1];
    const auto &dx = pass.input_gradients[0], &of_logits = pass.input_gradients[1];
    const Scratch<T> memory(elements(logits)), gradient_memory(elements(logits));
    if (!dx.empty()) {
      const auto taps = normalized(logits, memory.data());
      if (pass.training) drop(taps, pass.random);
      kernels::positionwise_conv_backward_data<T>(pass.output_gradient, taps, heads, before, dx);
    }
    if (of_logits.empty()) return;
    const auto taps = normalized(logits, memory.data());
    const auto gradient = plain(logits, gradient_memory.data());
    kernels::positionwise_conv_backward_taps<T>(pass.inputs[0], pass.output_gradient, heads, before,
                                                gradient);
    if (pass.training) drop(gradient, pass.random);
    kernels::column_softmax_backward(matrices(taps), matrices(gradient));
    kernels::image_to_blocked<T>(gradient, of_logits);
  }

 private:
  static constexpr Index heads = O.heads, before = O.before();
  static constexpr double drop_probability = O.drop.template value<double>();

  /// A plain map like the taps, and the elements it takes: whole vectors, for drop.
  template <class T> static FeatureMapView<T, 1> plain(const FeatureMapView<const T>& like, T* memory) {
    return {memory, like.batch, like.channels, like.height, like.width};
  }
  template <class T> static Index elements(const FeatureMapView<const T>& map) {
    constexpr Index B = channel_block<T>;
    return (map.batch * map.channels * map.pixels() + B - 1) / B * B;
  }
  template <class T> static kernels::ColumnMatrices<T> matrices(const FeatureMapView<T, 1>& taps) {
    return {taps.data, taps.batch * heads, O.taps, taps.pixels()};
  }

  template <class T>
  static FeatureMapView<T, 1> normalized(const FeatureMapView<const T>& logits, T* memory) {
    const auto taps = plain(logits, memory);
    kernels::blocked_to_image<T>(logits, taps);
    kernels::column_softmax_forward(matrices(taps));
    return taps;
  }

  /// DropConnect: every tap of every sample, head and position by itself.
  template <class T> static void drop(const FeatureMapView<T, 1>& taps, const Random& random) {
    if constexpr (drop_probability > 0) {
      const FeatureMapView<T> run(taps.data, 1, taps.batch * taps.batch_stride, 1, 1);
      kernels::dropout<T>(run, drop_probability, random, run);
    }
  }
};

/// positionwise_conv<7, 16>(values, taps): taps and heads, then options causal and drop_connect<…>. The first
/// branch returns (C, T), or (C, H, W), whose rows are convolved; the second heads · taps channels, those of
/// a head together, at the same positions.
template <Index Taps, Index HeadCount, auto... Option, net_block Values, net_block TapsBranch>
constexpr Branches<PositionwiseConv<detail::lightweight_options<Taps, HeadCount, Option...>()>,
                   as_block<Values>, as_block<TapsBranch>>
positionwise_conv(Values, TapsBranch) {
  return {};
}

}  // namespace lamina
