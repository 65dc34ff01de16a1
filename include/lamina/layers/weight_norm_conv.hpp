// Weight normalisation (Salimans and Kingma, "Weight Normalization", 2016): length and direction of each
// output's kernel are learnt apart,
//   w[o] = g[o] · v[o] / ‖v[o]‖
#pragma once

#include <cmath>

#include "lamina/layers/reparametrized_conv.hpp"

namespace lamina {

/// For ReparametrizedConv. g begins as √2, the expected length of a He-normal kernel.
struct NormalizedKernel {
  static constexpr std::string_view name = "weight_norm_conv";

  static constexpr std::array<Parameter, 2> parameters(const Parameter& weight) {
    Parameter direction = weight;
    direction.name = "weight_v";
    return {Parameter{"weight_g",
                      weight.extents.rank == 4   ? ParameterExtents{weight.extents[0], 1, 1, 1}
                      : weight.extents.rank == 3 ? ParameterExtents{weight.extents[0], 1, 1}
                                                 : ParameterExtents{weight.extents[0]},
                      initializers::constant(1.4142135623730951), orders::plain, false},
            direction};
  }

  template <class T> static void build(const KernelShape& shape, const T* const* parameter, T* weight) {
    const T *g = parameter[0], *v = parameter[1];
    for (Index o = 0; o < shape.out; ++o) {
      const T factor = g[o] / static_cast<T>(std::sqrt(product_of(shape, o, v, v)));
      of_output(shape, o, [&](Index place) { weight[place] = factor * v[place]; });
    }
  }

  /// dg = dw · v / ‖v‖, dv = g / ‖v‖ · (dw − v · (dw · v) / ‖v‖²).
  template <class T>
  static void adjoint(const KernelShape& shape, const T* const* parameter, const T* weight_gradient,
                      T* const* gradient) {
    const T *g = parameter[0], *v = parameter[1];
    for (Index o = 0; o < shape.out; ++o) {
      const double squared = product_of(shape, o, v, v), along = product_of(shape, o, v, weight_gradient);
      const double length = std::sqrt(squared);
      gradient[0][o] += static_cast<T>(along / length);
      const T factor = static_cast<T>(static_cast<double>(g[o]) / length),
              share = static_cast<T>(along / squared);
      of_output(shape, o, [&](Index place) {
        gradient[1][place] += factor * (weight_gradient[place] - share * v[place]);
      });
    }
  }

 private:
  template <class F> static void of_output(const KernelShape& shape, Index o, F f) {
    for (Index r = 0; r < shape.rows; ++r)
      for (Index c = 0; c < shape.columns; ++c)
        for (Index i = 0; i < shape.in; ++i) f(shape.place(o, i, r, c));
  }
  template <class T> static double product_of(const KernelShape& shape, Index o, const T* a, const T* b) {
    double sum = 0;
    of_output(shape, o,
              [&](Index place) { sum += static_cast<double>(a[place]) * static_cast<double>(b[place]); });
    return sum;
  }
};

/// weight_norm_conv<64, 3>: conv's arguments and options; init tells how the directions begin. Parameters
/// "weight_g" (out, 1, 1, 1; of sequences out, 1, 1), "weight_v" and "bias", as PyTorch has them.
template <Index Channels, auto K, auto... Option>
inline constexpr ReparametrizedConv<detail::conv_options<Channels, K, Option...>(), NormalizedKernel>
    weight_norm_conv{};

}  // namespace lamina
