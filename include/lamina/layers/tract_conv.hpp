// TrAct (Petersen, Borgelt and Ermon, "TrAct: Making First-layer Pre-Activations Trainable", 2024): for the
// first layer of a net, whose weights otherwise learn by what their pixels happen to be, a dark image little
// and a bright one much. The convolution is conv's; what differs is the step that its weights take, which
// brings its outputs nearest to where a step of their own would have brought them:
//   dW = Gᵀ A · (Aᵀ A / b + λ I)⁻¹
// with the inputs of all b windows of the batch in the rows of A, and the gradients of their outputs in G.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>

#include "lamina/core/fraction.hpp"
#include "lamina/layers/conv.hpp"

namespace lamina {

/// The λ of tract_conv: damping<0.1>. The larger, the nearer λ · dW is to the gradient.
struct Damping {
  Fraction value;
};
template <Fraction Value> inline constexpr Damping damping{Value};

/// What tract_conv<…> says.
struct TractOptions : ConvOptions {
  using ConvOptions::set;
  constexpr void set(Damping d) { damping = d.value; }
  Fraction damping = 0.1;
};

/// The layer; users write tract_conv<…>.
template <ConvOptions O, Fraction Lambda> struct TractConv : Conv<O> {
  static_assert(O.groups == 1, "tract_conv: it is for the first layer of a net, and takes no groups");
  static_assert(Lambda.value() > 0, "tract_conv: the damping must be positive");
  static constexpr std::string_view name = "tract_conv";

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    Backward<T> without_weights = pass;
    without_weights.gradient_arena = nullptr;
    Conv<O>::template backward<In>(without_weights);
    if (!pass.wants_parameter_gradients()) return;
    if (pass.image.empty())
      add_gradients<In>(pass, pass.input());
    else
      add_gradients<In>(pass, pass.image);
  }

 private:
  template <Shape In, class T, int Block>
  static void add_gradients(const Backward<T>& pass, const FeatureMapView<const T, Block>& x) {
    using Matrix = Eigen::MatrixXd;
    constexpr Index lanes = channel_block<T>;
    constexpr Index rows = In.height;  // 0 of a sequence
    const kernels::ConvGeometry g = O.geometry({x.channels, rows == 0 ? 0 : x.height, x.width});
    const Scratch<T> gradient(g.weight_size(lanes));
    std::fill_n(gradient.data(), gradient.size(), T{0});
    kernels::conv_backward_weights(x, pass.output_gradient, gradient.data(),
                                   O.bias ? pass.parameter_gradient(1) : nullptr, g);
    const Index inputs = g.in_channels * g.taps();
    Matrix change(inputs, g.out_channels);
    for_each_input(g, [&](Index i, Index channel, Index row, Index column) {
      for (Index o = 0; o < g.out_channels; ++o)
        change(i, o) = static_cast<double>(gradient[g.weight_offset(lanes, o, channel, row, column)]);
    });
    Matrix products = window_products(x, pass.output_gradient, g);
    products /= static_cast<double>(x.batch * pass.output_gradient.pixels());
    products.diagonal().array() += lambda;
    const Eigen::LLT<Matrix> factors(products);
    if (factors.info() != Eigen::Success) throw error("tract_conv: the inputs are not finite");
    change = factors.solve(change);
    T* const weight_gradient = pass.parameter_gradient(0);
    for_each_input(g, [&](Index i, Index channel, Index row, Index column) {
      for (Index o = 0; o < g.out_channels; ++o)
        weight_gradient[g.weight_offset(lanes, o, channel, row, column)] += static_cast<T>(change(i, o));
    });
  }

  /// Aᵀ A, sample by sample. A convolution whose kernels are 1 at one tap each unfolds a sample into rows of
  /// A; and a gradient of weights is a sum of products over windows.
  template <class T, int Block>
  static Eigen::MatrixXd window_products(const FeatureMapView<const T, Block>& x,
                                         const FeatureMapView<const T>& y, const kernels::ConvGeometry& g) {
    constexpr Index lanes = channel_block<T>;
    const Index inputs = g.in_channels * g.taps();
    kernels::ConvGeometry unfolding = g;
    unfolding.out_channels = inputs;
    const Scratch<T> taps(unfolding.weight_size(lanes)), sums(unfolding.weight_size(lanes));
    std::fill_n(taps.data(), taps.size(), T{0});
    std::fill_n(sums.data(), sums.size(), T{0});
    for_each_input(g, [&](Index i, Index channel, Index row, Index column) {
      taps[unfolding.weight_offset(lanes, i, channel, row, column)] = 1;
    });
    FeatureMapView<T> unfolded(nullptr, 1, inputs, y.height, y.width);
    const Scratch<T> memory(unfolded.batch_stride);
    unfolded.data = memory.data();
    for (Index n = 0; n < x.batch; ++n) {
      kernels::conv_forward(x.samples(n, 1), taps.data(), nullptr, unfolded, unfolding);
      kernels::conv_backward_weights(x.samples(n, 1), unfolded, sums.data(), static_cast<T*>(nullptr),
                                     unfolding);
    }
    Eigen::MatrixXd products(inputs, inputs);
    for_each_input(g, [&](Index i, Index channel, Index row, Index column) {
      for (Index other = 0; other < inputs; ++other)
        products(other, i) =
            static_cast<double>(sums[unfolding.weight_offset(lanes, other, channel, row, column)]);
    });
    return products;
  }

  /// Calls f(i, channel, row, column) for the inputs of a window, i from 0 on.
  template <class F> static void for_each_input(const kernels::ConvGeometry& g, F f) {
    Index i = 0;
    for (Index channel = 0; channel < g.in_channels; ++channel)
      for (Index row = 0; row < g.kernel_height; ++row)
        for (Index column = 0; column < g.kernel_width; ++column) f(i++, channel, row, column);
  }

  static constexpr double lambda = Lambda.value();
};

namespace detail {
template <Index Channels, auto K, auto... Option> constexpr TractOptions tract_options() {
  static_assert(Channels > 0, "tract_conv: the number of output channels is positive");
  return with_options<struct tract_conv_layer, TractOptions, Option...>(
      TractOptions{{.channels = Channels, .kernel = Kernel(K)}});
}
}  // namespace detail

/// tract_conv<64, 7, stride<2>>: conv's arguments and options but groups, and damping<0.1> (the default). Its
/// weights' "gradient" is the step above and no gradient; those of bias and input are conv's. With n inputs
/// of a window a backward pass costs 2 b n² + n³ / 3 multiply-adds more.
template <Index Channels, auto K, auto... Option>
inline constexpr TractConv<static_cast<ConvOptions>(detail::tract_options<Channels, K, Option...>()),
                           detail::tract_options<Channels, K, Option...>().damping>
    tract_conv{};

}  // namespace lamina
