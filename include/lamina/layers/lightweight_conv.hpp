// Lightweight convolution (Wu, Fan, Baevski, Dauphin and Auli, "Pay Less Attention with Lightweight and
// Dynamic Convolutions", 2019): a depthwise convolution of sequences (C, T) whose taps are shared by the C /
// H channels of a head and normalised,
//   y[c, t] = Σ_j softmax_j(w[h(c)])[j] · x[c, t + j − before],   h(c) = ⌊c / (C / H)⌋
// with H · k weights: 112 for 16 heads of 7 taps, of however many channels. On maps it runs along the rows.
#pragma once

#include <cmath>

#include "lamina/layers/lightweight_options.hpp"
#include "lamina/layers/reparametrized_conv.hpp"

namespace lamina {

/// For ReparametrizedConv, depthwise: weight (H, 1, k). DropConnect draws once for all samples and positions.
template <LightweightOptions O> struct LightweightKernel {
  static constexpr std::string_view name = "lightweight_conv";
  static constexpr bool draws = true;

  static constexpr std::array<Parameter, 1> parameters(const Parameter&) {
    return {Parameter{"weight", {O.heads, 1, O.taps}, O.initializer, orders::plain}};
  }

  template <class T>
  static void build(const KernelShape& shape, const T* const* parameter, const Random* random, T* weight) {
    const Index per_head = shape.out / heads;
    for (Index head = 0; head < heads; ++head) {
      const Taps share(parameter[0], head);
      for (Index j = 0; j < taps; ++j)
        for (Index c = head * per_head; c < (head + 1) * per_head; ++c)
          weight[shape.place(c, 0, 0, j)] = static_cast<T>(share.value[j] * kept(random, head, j));
    }
  }

  template <class T>
  static void adjoint(const KernelShape& shape, const T* const* parameter, const Random* random,
                      const T* weight_gradient, T* const* gradient) {
    const Index per_head = shape.out / heads;
    const Scratch<double> of_share(taps);
    for (Index head = 0; head < heads; ++head) {
      const Taps share(parameter[0], head);
      double product = 0;
      for (Index j = 0; j < taps; ++j) {
        double sum = 0;
        for (Index c = head * per_head; c < (head + 1) * per_head; ++c)
          sum += static_cast<double>(weight_gradient[shape.place(c, 0, 0, j)]);
        of_share[j] = sum * kept(random, head, j);
        product += of_share[j] * share.value[j];
      }
      for (Index j = 0; j < taps; ++j)
        gradient[0][head * taps + j] += static_cast<T>(share.value[j] * (of_share[j] - product));
    }
  }

 private:
  static constexpr Index taps = O.taps, heads = O.heads;
  static constexpr double drop = O.drop.template value<double>();

  /// The normalised taps of a head.
  struct Taps {
    Scratch<double> value{taps};

    template <class T> Taps(const T* weight, Index head) {
      const T* const from = weight + head * taps;
      const double most = static_cast<double>(*std::max_element(from, from + taps));
      double sum = 0;
      for (Index j = 0; j < taps; ++j) sum += value[j] = std::exp(static_cast<double>(from[j]) - most);
      for (Index j = 0; j < taps; ++j) value[j] /= sum;
    }
  };

  /// The factor of a tap: 0 where it is left out.
  static double kept(const Random* random, Index head, Index j) {
    if (drop == 0 || random == nullptr) return 1;
    return random->uniform_double(static_cast<std::uint64_t>(head * taps + j)) < drop ? 0 : 1 / (1 - drop);
  }
};

namespace detail {
template <Index Channels, LightweightOptions O> constexpr ConvOptions lightweight_conv_options() {
  static_assert(O.divides(Channels), "lightweight_conv: the heads must divide the channels");
  return {.channels = Channels,
          .kernel = Kernel(1, O.taps),
          .padding = {Padding::Rule::fixed, 0, O.before(), 0, O.after()},
          .groups = Channels,
          .bias = false};
}
}  // namespace detail

/// lightweight_conv<7, 16>, lightweight_conv<31, 16, causal, drop_connect<0.1>>: taps and heads, then options
/// in any order: causal, drop_connect<…>, init<…>. (C, T) to the same; weights begin Xavier-uniform. Frozen
/// it is a plain depthwise convolution.
template <Index Taps, Index HeadCount, auto... Option>
inline constexpr auto lightweight_conv = with_input([](auto in) {
  constexpr LightweightOptions options = detail::lightweight_options<Taps, HeadCount, Option...>();
  return ReparametrizedConv<detail::lightweight_conv_options<in.channels, options>(),
                            LightweightKernel<options>>{};
});

}  // namespace lamina
