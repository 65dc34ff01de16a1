// Spectral normalisation (Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative
// Adversarial Networks", 2018): the kernel, as a matrix W of (out, in · taps), is divided by its largest
// singular value,
//   w = W / σ,   σ = uᵀ W v
// where u and v follow the singular vectors by one step of power iteration in each training pass:
//   v ← Wᵀ u / ‖Wᵀ u‖,   u ← W v / ‖W v‖
// As in PyTorch's spectral_norm, u and v are both kept, move in training only, and are constants to the
// gradient.
#pragma once

#include <cmath>

#include "lamina/layers/reparametrized_conv.hpp"

namespace lamina {

/// For ReparametrizedConv. v is in the order of input channels, rows, columns. Both begin as random unit
/// vectors, so σ means nothing before some training passes have run.
struct SpectralKernel {
  static constexpr std::string_view name = "spectral_norm_conv";

  static constexpr std::array<Parameter, 1> parameters(const Parameter& weight) {
    Parameter original = weight;
    original.name = "weight_orig";
    return {original};
  }
  static constexpr std::array<Parameter, 2> statistics(const Parameter& weight) {
    const Index out = weight.extents.rank > 0 ? weight.extents[0] : 1;
    // One column, orthogonal: a unit vector in a random direction.
    return {Parameter{"weight_u", {out}, initializers::orthogonal},
            Parameter{"weight_v", {weight.extents.count() / out}, initializers::orthogonal}};
  }

  template <class T>
  static void update(const KernelShape& shape, const T* const* parameter, T* const* statistic) {
    const Index columns = shape.in * shape.taps();
    const Scratch<double> v(columns), u(shape.out);
    std::fill_n(v.data(), columns, 0.0);
    std::fill_n(u.data(), shape.out, 0.0);
    for_each(shape, [&](Index o, Index column, Index place) {
      v[column] += static_cast<double>(parameter[0][place]) * static_cast<double>(statistic[0][o]);
    });
    normalize(v, statistic[1]);
    for_each(shape, [&](Index o, Index column, Index place) {
      u[o] += static_cast<double>(parameter[0][place]) * static_cast<double>(statistic[1][column]);
    });
    normalize(u, statistic[0]);
  }

  template <class T> static void build(const KernelShape& shape, const T* const* parameter, T* weight) {
    const T factor = static_cast<T>(1 / sigma(shape, parameter));
    for (Index i = 0; i < shape.size(); ++i) weight[i] = factor * parameter[0][i];
  }

  /// dW = (dw − (dw · w) u vᵀ) / σ.
  template <class T>
  static void adjoint(const KernelShape& shape, const T* const* parameter, const T* weight_gradient,
                      T* const* gradient) {
    const double factor = 1 / sigma(shape, parameter);
    double along = 0;
    for_each(shape, [&](Index, Index, Index place) {
      along += static_cast<double>(weight_gradient[place]) * static_cast<double>(parameter[0][place]);
    });
    along *= factor;
    for_each(shape, [&](Index o, Index column, Index place) {
      const double uv = static_cast<double>(parameter[1][o]) * static_cast<double>(parameter[2][column]);
      gradient[0][place] +=
          static_cast<T>(factor * (static_cast<double>(weight_gradient[place]) - along * uv));
    });
  }

 private:
  /// Calls f(o, column of W, place in memory).
  template <class F> static void for_each(const KernelShape& shape, F f) {
    shape.for_each([&](Index o, Index i, Index r, Index c) {
      f(o, (i * shape.rows + r) * shape.columns + c, shape.place(o, i, r, c));
    });
  }
  /// uᵀ W v; 1 where that is 0, so that a kernel of zeros stays one.
  template <class T> static double sigma(const KernelShape& shape, const T* const* parameter) {
    double sum = 0;
    for_each(shape, [&](Index o, Index column, Index place) {
      sum += static_cast<double>(parameter[1][o]) * static_cast<double>(parameter[0][place]) *
             static_cast<double>(parameter[2][column]);
    });
    return sum == 0 ? 1 : sum;
  }
  template <class T> static void normalize(const Scratch<double>& from, T* to) {
    double squares = 0;
    for (Index i = 0; i < from.size(); ++i) squares += from[i] * from[i];
    const double length = std::max(std::sqrt(squares), 1e-12);
    for (Index i = 0; i < from.size(); ++i) to[i] = static_cast<T>(from[i] / length);
  }
};

/// spectral_norm_conv<64, 3>: conv's arguments and options. Parameters "weight_orig" and "bias", statistics
/// "weight_u" (out) and "weight_v" (in · taps). (PyTorch's newer parametrisation runs 15 steps when it is
/// made; here, run as many training passes before a fresh net is used for inference.)
template <Index Channels, auto K, auto... Option>
inline constexpr ReparametrizedConv<detail::conv_options<Channels, K, Option...>(), SpectralKernel>
    spectral_norm_conv{};

}  // namespace lamina
