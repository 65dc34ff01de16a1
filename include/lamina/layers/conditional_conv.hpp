// Conditionally parametrised convolution (Yang, Bender, Le and Ngiam, "CondConv", 2019): every sample is
// convolved with a kernel of its own, a mixture of the experts' kernels that a router chooses from what the
// sample holds on the whole:
//   α = σ(R · mean(x) + s),   K = Σ_e α_e W_e,   y = conv(x, K) + Σ_e α_e b_e
// which equals the mixture of the experts' convolutions at the price of one.
#pragma once

#include <algorithm>

#include "lamina/kernels/average_pool.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// The layer; users write conditional_conv<…>. Parameters: "weight_0", … as conv's, "bias" (experts, out)
/// unless no_bias, "router_weight" (experts, in), "router_bias" (experts).
template <ConvOptions O, int Experts> struct ConditionalConv : Layer {
  static_assert(Experts >= 1 && Experts <= 16, "conditional_conv: there are 1 to 16 experts");
  static constexpr std::string_view name = "conditional_conv";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) {
    require(in.rank() == 3, "conditional_conv: the input must be a map (channels, height, width)");
    return O.output(in);
  }
  static constexpr auto parameters(Shape in) {
    constexpr std::string_view names[] = {
        "weight_0", "weight_1", "weight_2",  "weight_3",  "weight_4",  "weight_5",  "weight_6",  "weight_7",
        "weight_8", "weight_9", "weight_10", "weight_11", "weight_12", "weight_13", "weight_14", "weight_15"};
    const Parameter weight = Conv<O>::parameters(in)[0];
    std::array<Parameter, Experts + O.bias + 2> all;
    for (std::size_t e = 0; e < Experts; ++e) {
      all[e] = weight;
      all[e].name = names[e];
    }
    if constexpr (O.bias)
      all[Experts] = {"bias", {Experts, O.channels}, O.bias_initializer, orders::plain, false};
    // Near zero, so that all experts have a half at first.
    all[router] = {"router_weight", {Experts, in.channels}, initializers::normal(0.01), orders::plain, true};
    all[router + 1] = {"router_bias", {Experts}, initializers::zeros, orders::plain, false};
    return all;
  }
  static constexpr Index macs(Shape in) {
    const kernels::ConvGeometry g = O.geometry(in);
    return Conv<O>::macs(in) +
           Experts * (g.out_channels * g.in_channels_per_group() * g.taps() + in.channels);
  }
  static constexpr Window window(Shape) { return {.global = true}; }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    const Mixture<In, T> mixture(pass);
    for (Index n = 0; n < pass.input().batch; ++n) {
      mixture.mix(pass, n);
      kernels::conv_forward(pass.input().samples(n, 1), mixture.weight.data(), mixture.bias.data(),
                            pass.output.samples(n, 1), mixture.geometry);
    }
  }

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    const Mixture<In, T> mixture(pass);
    const Scratch<T> weight_gradient(mixture.weight.size()), bias_gradient(mixture.bias.size());
    const Scratch<T> mean_gradient(mixture.means.batch_stride);
    for (Index n = 0; n < pass.input().batch; ++n) {
      mixture.mix(pass, n);
      const auto x = pass.input().samples(n, 1);
      const auto dy = pass.output_gradient.samples(n, 1);
      std::fill_n(weight_gradient.data(), weight_gradient.size(), T{0});
      std::fill_n(bias_gradient.data(), bias_gradient.size(), T{0});
      kernels::conv_backward_weights(x, dy, weight_gradient.data(), bias_gradient.data(), mixture.geometry);
      share_out(pass, mixture, n, weight_gradient.data(), bias_gradient.data(), mean_gradient.data());
      if (pass.input_gradient().empty()) continue;
      const auto dx = pass.input_gradient().samples(n, 1);
      kernels::conv_backward_data(dy, mixture.weight.data(), dx, mixture.geometry);
      for (Index block = 0; block < dx.blocks(); ++block) {
        const auto from_mean = simd::load<T>(mean_gradient.data() + block * dx.block) *
                               simd::broadcast<T>(T{1} / static_cast<T>(dx.pixels()));
        T* const to = dx.at_block(0, block);
        for (Index i = 0; i < dx.block_stride(); i += dx.block)
          simd::store(to + i, simd::load<T>(to + i) + from_mean);
      }
    }
  }

 private:
  static constexpr std::size_t router = Experts + O.bias;

  /// The samples' means and shares, and the kernel and bias of the sample at hand.
  template <Shape In, class T> struct Mixture {
    kernels::ConvGeometry geometry;
    Scratch<T> weight{geometry.weight_size(channel_block<T>)};
    Scratch<T> bias{(O.channels + channel_block<T> - 1) / channel_block<T> * channel_block<T>};
    FeatureMapView<T> means;
    Scratch<T> means_memory;
    Scratch<T> shares;  // (batch, experts)

    template <class Pass>
    explicit Mixture(const Pass& pass)
        : geometry(O.geometry(In, pass.input())),
          means(nullptr, pass.input().batch, In.channels, 1, 1),
          means_memory(means.batch * means.batch_stride),
          shares(means.batch * Experts) {
      means.data = means_memory.data();
      kernels::global_average_pool_forward(pass.input(), means);
      const T *factors = pass.parameter(static_cast<int>(router)),
              *starts = pass.parameter(static_cast<int>(router) + 1);
      for (Index n = 0; n < means.batch; ++n)
        for (Index e = 0; e < Experts; ++e) {
          T sum = starts[e];
          for (Index c = 0; c < In.channels; ++c) sum += factors[e * In.channels + c] * means(n, c);
          shares[n * Experts + e] = sigmoid(sum);
        }
    }

    /// Makes the kernel and the bias of sample n.
    template <class Pass> void mix(const Pass& pass, Index n) const {
      std::fill_n(weight.data(), weight.size(), T{0});
      std::fill_n(bias.data(), bias.size(), T{0});
      for (Index e = 0; e < Experts; ++e) {
        const T share = shares[n * Experts + e];
        const T* const from = pass.parameter(static_cast<int>(e));
        for (Index i = 0; i < weight.size(); ++i) weight[i] += share * from[i];
        if constexpr (O.bias)
          for (Index c = 0; c < O.channels; ++c)
            bias[c] += share * pass.parameter(Experts)[e * O.channels + c];
      }
    }
  };

  /// Hands the gradients of sample n's kernel and bias on to experts and router, and writes that of its mean.
  template <class T, class M>
  static void share_out(const Backward<T>& pass, const M& mixture, Index n, const T* weight_gradient,
                        const T* bias_gradient, T* mean_gradient) {
    const Index channels = mixture.means.channels;
    const bool wanted = pass.wants_parameter_gradients();
    std::fill_n(mean_gradient, mixture.means.batch_stride, T{0});
    for (Index e = 0; e < Experts; ++e) {
      const T share = mixture.shares[n * Experts + e];
      const T* const expert = pass.parameter(static_cast<int>(e));
      double share_gradient = 0;
      for (Index i = 0; i < mixture.weight.size(); ++i) {
        share_gradient += static_cast<double>(expert[i]) * static_cast<double>(weight_gradient[i]);
        if (wanted) pass.parameter_gradient(static_cast<int>(e))[i] += share * weight_gradient[i];
      }
      if constexpr (O.bias)
        for (Index c = 0; c < O.channels; ++c) {
          const Index at = e * O.channels + c;
          share_gradient +=
              static_cast<double>(pass.parameter(Experts)[at]) * static_cast<double>(bias_gradient[c]);
          if (wanted) pass.parameter_gradient(Experts)[at] += share * bias_gradient[c];
        }
      const T through_gate = static_cast<T>(share_gradient) * share * (1 - share);
      const T* const factors = pass.parameter(static_cast<int>(router)) + e * channels;
      for (Index c = 0; c < channels; ++c) {
        mean_gradient[c] += through_gate * factors[c];
        if (wanted)
          pass.parameter_gradient(static_cast<int>(router))[e * channels + c] +=
              through_gate * mixture.means(n, c);
      }
      if (wanted) pass.parameter_gradient(static_cast<int>(router) + 1)[e] += through_gate;
    }
  }
};

/// conditional_conv<64, 3, 4>, conditional_conv<64, 3, 8, stride<2>>: channels, kernel, experts, then conv's
/// options.
template <Index Channels, auto K, int Experts, auto... Option>
inline constexpr ConditionalConv<detail::conv_options<Channels, K, Option...>(), Experts> conditional_conv{};

}  // namespace lamina
