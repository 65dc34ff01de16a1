// The convolution that can be undone, and its inverse, as layers: see kernels/corner_conv.hpp. Their
// Jacobians are unit triangular, so their log-determinants are 0. To learn the inverse, as Inverse-Flow does,
// has a normalising flow sample by plain convolutions (Nagar and Varma, "Inverse-Flow", 2024).
#pragma once

#include "lamina/kernels/corner_conv.hpp"
#include "lamina/layers/reparametrized_conv.hpp"

namespace lamina {

using kernels::Corner;

/// For ReparametrizedConv: the weight as it is, but for the tap on the pixel itself, which is made unit lower
/// triangular; what is not used gets no gradient.
template <Index Channels, Corner C> struct CornerKernel {
  static constexpr std::string_view name = "corner_conv";

  static constexpr void check(Shape in) {
    require(in.rank() == 3 && in.channels == Channels,
            "corner_conv: the input must be a map with as many channels as are stated");
  }

  static constexpr std::array<Parameter, 1> parameters(const Parameter& weight) { return {weight}; }

  template <class T> static void build(const KernelShape& shape, const T* const* parameter, T* weight) {
    std::copy_n(parameter[0], shape.size(), weight);
    of_own_tap(shape, [&](Index o, Index i, Index place) {
      if (i >= o) weight[place] = i == o ? T{1} : T{0};
    });
  }
  template <class T>
  static void adjoint(const KernelShape& shape, const T* const*, const T* weight_gradient,
                      T* const* gradient) {
    const Index row = kernels::own_row(C, shape.rows), column = kernels::own_column(C, shape.columns);
    shape.for_each([&](Index o, Index i, Index r, Index c) {
      const Index place = shape.place(o, i, r, c);
      if (r != row || c != column || i < o) gradient[0][place] += weight_gradient[place];
    });
  }

 private:
  template <class F> static void of_own_tap(const KernelShape& shape, F f) {
    for (Index o = 0; o < shape.out; ++o)
      for (Index i = 0; i < shape.in; ++i)
        f(o, i, shape.place(o, i, kernels::own_row(C, shape.rows), kernels::own_column(C, shape.columns)));
  }
};

namespace detail {
template <Index Channels, Index K, Corner C> constexpr ConvOptions corner_options() {
  const kernels::ConvGeometry g = kernels::corner_geometry(C, Channels, K);
  return {.channels = Channels,
          .kernel = Kernel(static_cast<int>(K)),
          .padding = {Padding::Rule::fixed, g.pad_top, g.pad_left, g.pad_bottom, g.pad_right},
          .bias = false,
          .weight_initializer = initializers::normal(0.05)};
}
}  // namespace detail

/// corner_conv<12, 3, Corner::top_left>: as many outputs as inputs (Channels), a K × K kernel, no bias.
/// Weights begin normal with deviation 0.05, so the layer begins near the identity.
template <Index Channels, Index K, Corner C>
inline constexpr ReparametrizedConv<detail::corner_options<Channels, K, C>(), CornerKernel<Channels, C>>
    corner_conv{};

/// y such that corner_conv<Channels, K, C> makes x of it, with the same weights; users write
/// inverse_corner_conv<…>. Backward solves the transposed system; as much work as forward, and as serial:
/// H + W − 1 steps.
template <Index Channels, Index K, Corner C> struct InverseCornerConv : Layer {
  static constexpr std::string_view name = "inverse_corner_conv";
  static constexpr Saves saves = Saves::output;

  static constexpr Shape output(Shape in) {
    require(in.rank() == 3 && in.channels == Channels,
            "inverse_corner_conv: the input must be a map with as many channels as are stated");
    return in;
  }
  static constexpr auto parameters(Shape in) { return Undone::parameters(in); }
  static constexpr Index macs(Shape in) { return Undone::macs(in); }
  static constexpr Window window(Shape) { return {.global = true}; }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::corner_conv_inverse(pass.input(), pass.parameter(0), C, K, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    const FeatureMapView<const T> y = pass.output;
    const Scratch<T> memory(pass.input_gradient().empty() ? y.batch * y.blocks() * y.block_stride() : 0);
    const FeatureMapView<T> dx =
        pass.input_gradient().empty()
            ? FeatureMapView<T>(memory.data(), y.batch, y.channels, y.height, y.width)
            : pass.input_gradient();
    kernels::corner_conv_inverse_backward(pass.output_gradient, pass.parameter(0), C, K, dx);
    if (!pass.wants_parameter_gradients()) return;
    constexpr kernels::ConvGeometry geometry = kernels::corner_geometry(C, Channels, K);
    const KernelShape shape(geometry, channel_block<T>);
    const Scratch<T> gradient(shape.size());
    std::fill_n(gradient.data(), gradient.size(), T{0});
    kernels::conv_backward_weights(y, dx, gradient.data(), static_cast<T*>(nullptr), geometry);
    for (T& g : gradient) g = -g;
    T* const weight_gradient[] = {pass.parameter_gradient(0)};
    CornerKernel<Channels, C>::template adjoint<T>(shape, nullptr, gradient.data(), weight_gradient);
  }

 private:
  using Undone = Conv<detail::corner_options<Channels, K, C>()>;
};

/// inverse_corner_conv<12, 3, Corner::top_left>: weights "weight", no bias, as corner_conv's.
template <Index Channels, Index K, Corner C>
inline constexpr InverseCornerConv<Channels, K, C> inverse_corner_conv{};

}  // namespace lamina
