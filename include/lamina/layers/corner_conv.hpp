// The convolution that can be undone, the layer: see kernels/corner_conv.hpp. Its log-determinant is 0.
#pragma once

#include "lamina/kernels/corner_conv.hpp"
#include "lamina/layers/reparametrized_conv.hpp"

namespace lamina {

using kernels::Corner;

/// For ReparametrizedConv: the weight as it is, but for the tap on the pixel itself, which is made unit lower
/// triangular; what is not used gets no gradient.
template <Corner C> struct CornerKernel {
  static constexpr std::string_view name = "corner_conv";

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
    const Index row = own_row(shape), column = own_column(shape);
    shape.for_each([&](Index o, Index i, Index r, Index c) {
      const Index place = shape.place(o, i, r, c);
      if (r != row || c != column || i < o) gradient[0][place] += weight_gradient[place];
    });
  }

 private:
  static constexpr Index own_row(const KernelShape& shape) {
    return kernels::is_bottom(C) ? 0 : shape.rows - 1;
  }
  static constexpr Index own_column(const KernelShape& shape) {
    return kernels::is_right(C) ? 0 : shape.columns - 1;
  }
  template <class F> static void of_own_tap(const KernelShape& shape, F f) {
    for (Index o = 0; o < shape.out; ++o)
      for (Index i = 0; i < shape.in; ++i) f(o, i, shape.place(o, i, own_row(shape), own_column(shape)));
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
inline constexpr ReparametrizedConv<detail::corner_options<Channels, K, C>(), CornerKernel<C>> corner_conv{};

}  // namespace lamina
