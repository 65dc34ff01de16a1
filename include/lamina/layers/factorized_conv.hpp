// CP-factorised convolution (Lebedev, Ganin, Rakhuba, Oseledets and Lempitsky, "Speeding-up Convolutional
// Neural Networks Using Fine-tuned CP-Decomposition", 2015; Phan et al., "Stable Low-rank Tensor
// Decomposition for Compression of Convolutional Neural Network", 2020): the kernel is a sum of R products of
// vectors,
//   w[o, i, a, b] = Σ_r A[r, o] B[r, i] C[r, a, b]
// with R (out + in + rows · columns) parameters instead of out · in · rows · columns. Here it is put together
// and then convolved with: the weights of one kernel, at the price of one convolution. The same sum taken one
// factor after the other, which is cheaper for small R, is blocks/factorized_conv_chain.hpp.
#pragma once

#include "lamina/core/root.hpp"
#include "lamina/layers/reparametrized_conv.hpp"

namespace lamina {

/// For ReparametrizedConv. The factors begin normal, such that the kernel's variance is about He's.
template <Index Rank> struct FactorizedKernel {
  static_assert(Rank >= 1, "factorized_conv: the rank is 1 or more");
  static constexpr std::string_view name = "factorized_conv";

  static constexpr std::array<Parameter, 3> parameters(const Parameter& weight) {
    const ParameterExtents& e = weight.extents;
    const Index rows = e.rank == 4 ? e[2] : 1, columns = e.rank == 4 ? e[3] : e.rank == 3 ? e[2] : 1;
    const auto factor = [](std::string_view factor_name, ParameterExtents extents, double deviation) {
      return Parameter{factor_name, extents, initializers::normal(deviation), orders::plain, true};
    };
    // A product of three, summed over the rank, has variance Rank · d⁶ if each factor has deviation d.
    const double fan_in = static_cast<double>((e.rank >= 2 ? e[1] : 1) * rows * columns);
    const double deviation = root<6>(2 / (fan_in * static_cast<double>(Rank)));
    return {factor("out", {Rank, e.rank >= 1 ? e[0] : 1}, deviation),
            factor("in", {Rank, e.rank >= 2 ? e[1] : 1}, deviation),
            factor("taps", {Rank, rows, columns}, deviation)};
  }

  template <class T> static void build(const KernelShape& shape, const T* const* parameter, T* weight) {
    shape.for_each([&](Index o, Index i, Index r, Index c) {
      T sum = 0;
      for (Index k = 0; k < Rank; ++k)
        sum += parameter[0][k * shape.out + o] * parameter[1][k * shape.in + i] *
               parameter[2][(k * shape.rows + r) * shape.columns + c];
      weight[shape.place(o, i, r, c)] = sum;
    });
  }

  template <class T>
  static void adjoint(const KernelShape& shape, const T* const* parameter, const T* weight_gradient,
                      T* const* gradient) {
    shape.for_each([&](Index o, Index i, Index r, Index c) {
      const T d = weight_gradient[shape.place(o, i, r, c)];
      for (Index k = 0; k < Rank; ++k) {
        const Index at[3] = {k * shape.out + o, k * shape.in + i, (k * shape.rows + r) * shape.columns + c};
        const T value[3] = {parameter[0][at[0]], parameter[1][at[1]], parameter[2][at[2]]};
        gradient[0][at[0]] += d * value[1] * value[2];
        gradient[1][at[1]] += d * value[0] * value[2];
        gradient[2][at[2]] += d * value[0] * value[1];
      }
    });
  }
};

/// factorized_conv<64, 3, 16>: channels, kernel, rank, then conv's options but init.
template <Index Channels, auto K, Index Rank, auto... Option>
inline constexpr ReparametrizedConv<detail::conv_options_but_init<Channels, K, Option...>(),
                                    FactorizedKernel<Rank>>
    factorized_conv{};

}  // namespace lamina
