// Conditionally parametrised convolution (Yang, Bender, Le and Ngiam, "CondConv", 2019): every sample is
// convolved with a kernel of its own, a mixture of the experts' kernels that a router chooses from what the
// sample holds on the whole:
//   α = σ(R · mean(x) + s),   K = Σ_e α_e W_e,   y = conv(x, K) + Σ_e α_e b_e
// which equals the mixture of the experts' convolutions at the price of one.
#pragma once

#include <algorithm>

#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/algebra.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// The layer on a map and its α, a vector; users write conditional_conv<…>. Parameters: "weight_0", … as
/// conv's, "bias" (experts, out) unless no_bias.
template <ConvOptions O, int Experts> struct ConditionalConv : Layer {
  static_assert(Experts >= 1 && Experts <= 16, "conditional_conv: there are 1 to 16 experts");
  static_assert(!O.is_algorithm_named, "conditional_conv: it is summed directly, by no algorithm of a name");
  static constexpr std::string_view name = "conditional_conv";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output_of(const Shape* in, int) {
    require(in[0].rank() == 3, "conditional_conv: the input must be a map (channels, height, width)");
    require(in[1].rank() == 1 && in[1].channels == Experts,
            "conditional_conv: the router must give a vector of as many numbers as there are experts");
    return O.output(in[0]);
  }
  static constexpr auto parameters(Shape in) {
    constexpr std::string_view names[] = {
        "weight_0", "weight_1", "weight_2",  "weight_3",  "weight_4",  "weight_5",  "weight_6",  "weight_7",
        "weight_8", "weight_9", "weight_10", "weight_11", "weight_12", "weight_13", "weight_14", "weight_15"};
    const Parameter weight = Conv<O>::parameters(in)[0];
    std::array<Parameter, Experts + O.bias> all;
    for (std::size_t e = 0; e < Experts; ++e) {
      all[e] = weight;
      all[e].name = names[e];
    }
    if constexpr (O.bias)
      all[Experts] = {"bias", {Experts, O.channels}, O.bias_initializer, orders::plain, false};
    return all;
  }
  static constexpr Index macs(Shape in) {
    const kernels::ConvGeometry g = O.geometry(in);
    return Conv<O>::macs(in) + Experts * g.out_channels * g.in_channels_per_group() * g.taps();
  }
  static constexpr Window window(Shape in) { return Conv<O>::window(in); }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    const auto& x = pass.inputs[0];
    const Mixture<T> mixture(O.geometry(In, x));
    for (Index n = 0; n < x.batch; ++n) {
      mixture.mix(pass, n);
      kernels::conv_forward(x.samples(n, 1), mixture.weight.data(), mixture.bias.data(),
                            pass.output.samples(n, 1), mixture.geometry);
    }
  }

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    const auto &x = pass.inputs[0], &alpha = pass.inputs[1];
    const Mixture<T> mixture(O.geometry(In, x));
    const Scratch<T> weight_gradient(mixture.weight.size()), bias_gradient(mixture.bias.size());
    const FeatureMapView<T>&dx = pass.input_gradients[0], &of_alpha = pass.input_gradients[1];
    if (!of_alpha.empty() && !pass.accumulate(1)) kernels::fill(of_alpha, T{0});
    for (Index n = 0; n < x.batch; ++n) {
      mixture.mix(pass, n);
      const auto dy = pass.output_gradient.samples(n, 1);
      std::fill_n(weight_gradient.data(), weight_gradient.size(), T{0});
      std::fill_n(bias_gradient.data(), bias_gradient.size(), T{0});
      kernels::conv_backward_weights(x.samples(n, 1), dy, weight_gradient.data(), bias_gradient.data(),
                                     mixture.geometry);
      for (Index e = 0; e < Experts; ++e) {
        const T own = share_out(pass, e, alpha(n, e), weight_gradient, bias_gradient);
        if (!of_alpha.empty()) of_alpha(n, e) += own;
      }
      if (!dx.empty())
        kernels::conv_backward_data(dy, mixture.weight.data(), dx.samples(n, 1), mixture.geometry,
                                    pass.accumulate(0));
    }
  }

 private:
  /// The kernel and bias of the sample at hand.
  template <class T> struct Mixture {
    kernels::ConvGeometry geometry;
    Scratch<T> weight{geometry.weight_size(channel_block<T>)};
    Scratch<T> bias{(O.channels + channel_block<T> - 1) / channel_block<T> * channel_block<T>};

    explicit Mixture(const kernels::ConvGeometry& g) : geometry(g) {}

    /// Makes those of sample n.
    template <class Pass> void mix(const Pass& pass, Index n) const {
      std::fill_n(weight.data(), weight.size(), T{0});
      std::fill_n(bias.data(), bias.size(), T{0});
      for (Index e = 0; e < Experts; ++e) {
        const T share = pass.inputs[1](n, e);
        const T* const from = pass.parameter(static_cast<int>(e));
        for (Index i = 0; i < weight.size(); ++i) weight[i] += share * from[i];
        if constexpr (O.bias)
          for (Index c = 0; c < O.channels; ++c)
            bias[c] += share * pass.parameter(Experts)[e * O.channels + c];
      }
    }
  };

  /// Hands the gradients of a sample's kernel and bias on to expert e, and returns that of its share.
  template <class T>
  static T share_out(const Backward<T>& pass, Index e, T share, const Scratch<T>& weight_gradient,
                     const Scratch<T>& bias_gradient) {
    const bool wanted = pass.wants_parameter_gradients();
    const T* const expert = pass.parameter(static_cast<int>(e));
    double share_gradient = 0;
    for (Index i = 0; i < weight_gradient.size(); ++i) {
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
    return static_cast<T>(share_gradient);
  }
};

/// A router for so many experts: "router.weight" begins near zero, so that all experts have a half at first.
template <int Experts>
inline constexpr auto expert_router =
    global_avg_pool | named<"router">(dense<Experts, init<initializers::normal(0.01)>>) | sigmoid;

/// conditional_conv<…> with a router of its own, or given one.
template <ConvOptions O, int Experts>
struct Routed
    : Branches<ConditionalConv<O, Experts>, Identity, std::remove_const_t<decltype(expert_router<Experts>)>> {
  template <net_block Router>
  constexpr Branches<ConditionalConv<O, Experts>, Identity, as_block<Router>> operator()(Router) const {
    return {};
  }
};

/// conditional_conv<64, 3, 4>, conditional_conv<64, 3, 8, stride<2>>: channels, kernel, experts, then conv's
/// options. All experts' kernels begin as conv's, so that the mixture of n of them has n / 4 of the variance
/// of one: 4 is neutral. Several may have one router, as those of a block of EfficientNet do, which is any
/// block from the input to a vector:
///   conditional_conv<64, 1, 4>(expert_router<4> | tap<"experts">) | relu |
///   conditional_conv<64, 3, 4, groups<64>>(from<"experts">)
template <Index Channels, auto K, int Experts, auto... Option>
inline constexpr Routed<detail::conv_options<Channels, K, Option...>(), Experts> conditional_conv{};

}  // namespace lamina
