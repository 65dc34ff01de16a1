// Weighted convolution (Cammarasana and Patanè, "Optimal density functions for weighted convolution in
// learning models", 2025, and "Optimal Weighted Convolution for Classification and Denoising", 2025): every
// tap of a kernel is weighed by where it stands,
//   K_eff[o, i, a, b] = K[o, i, a, b] · φ[a] φ[b]
// with a density φ = (d_1, …, d_m, 1, d_m, …, d_1) whose centre is 1. The functions that a net can learn are
// those of plain convolution; what changes is how fast its taps learn, how they begin and how they decay.
#pragma once

#include <algorithm>

#include "lamina/layers/reparametrized_conv.hpp"
#include "lamina/tensor/creation.hpp"

namespace lamina {

/// The numbers of a density on one side of the centre, the outermost first; kernels have 2 · count + 1 taps.
struct Density {
  static constexpr int most = 7;
  int count = 0;
  Fraction side[most] = {0, 0, 0, 0, 0, 0, 0};
  bool learnt = false;

  constexpr Index taps() const { return 2 * count + 1; }
  /// φ at a tap: 1 at the centre, the same on both sides.
  constexpr double at(Index tap) const {
    const Index from_the_end = std::min(tap, taps() - 1 - tap);
    return from_the_end == count ? 1 : side[from_the_end].value();
  }
};

namespace detail {
template <Fraction... Side> constexpr Density density_of(bool learnt) {
  static_assert(sizeof...(Side) <= Density::most, "density: kernels have 15 taps at most on a side");
  Density density{static_cast<int>(sizeof...(Side)), {0, 0, 0, 0, 0, 0, 0}, learnt};
  int i = 0;
  ((density.side[i++] = Side), ...);
  return density;
}
}  // namespace detail

/// density<0.7> for 3×3, density<0.2, 0.8> for 5×5, density<0.25, 0.15, 0.55> for 7×7 kernels.
template <Fraction... Side> inline constexpr Density density = detail::density_of<Side...>(false);
/// The same numbers as a beginning: the layer learns one density, which all its kernels share ("density", the
/// numbers themselves, without decay).
template <Fraction... Side> inline constexpr Density learnt_density = detail::density_of<Side...>(true);

/// The density as a tensor of Rank axes of taps, Φ = φ ⊗ φ ⊗ …, for convolutions of tensors and of volumes:
///   Tensor y = conv3d(x, w * density_kernel<float, density<0.8>, 3>());
template <class T, Density D, int Rank> auto density_kernel() {
  static_assert(Rank >= 1 && Rank <= 3, "density_kernel: kernels have one to three axes of taps");
  constexpr Index k = D.taps();
  const auto at = [](auto... tap) { return static_cast<T>((D.at(tap) * ...)); };
  if constexpr (Rank == 1)
    return generate<T, k>(at);
  else if constexpr (Rank == 2)
    return generate<T, k, k>(at);
  else
    return generate<T, k, k, k>(at);
}

/// For ReparametrizedConv.
template <Density D> struct WeightedKernel {
  static constexpr std::string_view name = "weighted_conv";

  static constexpr auto parameters(const Parameter& weight) {
    if constexpr (D.learnt)
      return std::array{
          weight, Parameter{"density", {D.count}, initializers::listed(side.data()), orders::plain, false}};
    else
      return std::array{weight};
  }

  template <class T> static void build(const KernelShape& shape, const T* const* parameter, T* weight) {
    const Profile<T> profile(parameter);
    for_each_run(shape, [&](Index tap_row, Index tap_column, Index first, Index count) {
      const T factor = profile.at(shape, tap_row, tap_column);
      for (Index i = first; i < first + count; ++i) weight[i] = factor * parameter[0][i];
    });
  }

  template <class T>
  static void adjoint(const KernelShape& shape, const T* const* parameter, const T* weight_gradient,
                      T* const* gradient) {
    const Profile<T> profile(parameter);
    double rows_gradient[2 * Density::most + 1] = {}, columns_gradient[2 * Density::most + 1] = {};
    for_each_run(shape, [&](Index row, Index column, Index first, Index count) {
      const T factor = profile.at(shape, row, column);
      double sum = 0;
      for (Index i = first; i < first + count; ++i) {
        gradient[0][i] += factor * weight_gradient[i];
        sum += static_cast<double>(parameter[0][i]) * static_cast<double>(weight_gradient[i]);
      }
      rows_gradient[row] += sum * static_cast<double>(profile.column(shape, column));
      columns_gradient[column] += sum * static_cast<double>(profile.row(shape, row));
    });
    if constexpr (D.learnt)
      for (int i = 0; i < D.count; ++i) {
        const int mirrored = 2 * D.count - i;
        double sum = columns_gradient[i] + columns_gradient[mirrored];
        if (shape.rows > 1) sum += rows_gradient[i] + rows_gradient[mirrored];
        gradient[1][i] += static_cast<T>(sum);
      }
  }

 private:
  static constexpr std::array<double, Density::most> side = [] {
    std::array<double, Density::most> numbers{};
    for (int i = 0; i < D.count; ++i) numbers[static_cast<std::size_t>(i)] = D.at(i);
    return numbers;
  }();

  /// φ.
  template <class T> struct Profile {
    T values[2 * Density::most + 1];

    explicit Profile(const T* const* parameter) {
      values[D.count] = 1;
      for (int i = 0; i < D.count; ++i) {
        if constexpr (D.learnt)
          values[i] = parameter[1][i];
        else
          values[i] = static_cast<T>(side[static_cast<std::size_t>(i)]);
        values[2 * D.count - i] = values[i];
      }
    }
    T row(const KernelShape& shape, Index r) const { return shape.rows == 1 ? T{1} : values[r]; }
    T column(const KernelShape&, Index c) const { return values[c]; }
    T at(const KernelShape& shape, Index r, Index c) const { return row(shape, r) * column(shape, c); }
  };

  /// Calls f(row, column, first, count) for the runs of elements that are of one tap.
  template <class F> static void for_each_run(const KernelShape& shape, F f) {
    const Index run = shape.in * shape.block;
    for (Index first = 0, tap = 0; first < shape.size(); first += run, tap = (tap + 1) % shape.taps())
      f(tap / shape.columns, tap % shape.columns, first, run);
  }
};

namespace detail {
template <Index Channels, Density D, auto... Option> constexpr ConvOptions weighted_conv_options() {
  return with_options<struct weighted_conv_layer, ConvOptions, Option...>(
      ConvOptions{.channels = Channels,
                  .kernel = Kernel(static_cast<int>(D.taps())),
                  .weight_initializer = initializers::he_normal_fan_out});
}
}  // namespace detail

/// weighted_conv<64, density<0.7>>, weighted_conv<64, density<0.2, 0.8>, stride<2>>: channels, density, then
/// conv's options. The density says the kernel's extents; on sequences the kernel is one row. Weights begin
/// He-normal by fan-out. Frozen it is a plain convolution.
template <Index Channels, Density D, auto... Option>
inline constexpr ReparametrizedConv<detail::weighted_conv_options<Channels, D, Option...>(),
                                    WeightedKernel<D>>
    weighted_conv{};

}  // namespace lamina
