// Batch normalisation (Ioffe and Szegedy 2015): y = (x − mean) / √(variance + ε) · γ + β per channel. In
// training mean and variance are those of the batch, over samples and pixels, and running averages follow
// them; in inference the running ones are used. As in PyTorch the batch is normalised with its biased
// variance, and the running one is unbiased. PyTorch refuses to train on a single value per channel; here it
// is normalised as the formula says, to β, and the running variance, of which it tells nothing, stays as it
// is.
#pragma once

#include "lamina/kernels/batch_norm.hpp"
#include "lamina/layers/norm_options.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write batch_norm.
template <BatchNormOptions O> struct BatchNorm : Layer {
  static constexpr std::string_view name = "batch_norm";
  static constexpr Saves saves = Saves::input;
  static constexpr bool is_affine_in_inference = true;

  static constexpr Shape output(Shape in) { return in; }
  static constexpr auto parameters(Shape in) {
    return detail::scale_and_shift<O.affine>({in.channels}, O.scale_initializer);
  }
  static constexpr std::array<Parameter, 2> statistics(Shape in) {
    return {Parameter{"running_mean", {in.channels}, initializers::zeros, orders::vector},
            Parameter{"running_var", {in.channels}, initializers::ones, orders::vector}};
  }
  static constexpr Stash stash(Shape in) {
    return {.per_batch = 2 * detail::padded_for_any_vector(in.channels)};
  }

  template <class T> static void forward(const Forward<T>& pass) {
    const auto* gamma = detail::scale_of<O.affine>(pass);
    const auto* beta = detail::shift_of<O.affine>(pass);
    if (!pass.training) {
      kernels::batch_norm_inference(pass.input(), gamma, beta, pass.statistic(0), pass.statistic(1), epsilon,
                                    pass.output);
      return;
    }
    detail::Moments<T> moments(pass.batch_stash, detail::padded_for_any_vector(pass.input().channels));
    kernels::batch_norm_forward(
        pass.input(), gamma, beta, epsilon, pass.output, moments.mean(), moments.inverse_deviation(),
        kernels::RunningStatistics<T>{pass.statistic(0), pass.statistic(1), momentum_of_new});
  }

  template <class T> static void backward(const Backward<T>& pass) {
    const Index channels = pass.input().channels, padded = detail::padded_for_any_vector(channels);
    const Scratch<T> inverse_of_running(pass.training ? 0 : padded);
    const T* mean = pass.training ? pass.batch_stash : pass.statistic(0);
    const T* inverse_deviation = pass.training ? pass.batch_stash + padded : inverse_of_running.data();
    if (!pass.training)
      kernels::inverse_deviations(pass.statistic(1), epsilon, channels, inverse_of_running.data());
    kernels::batch_norm_backward(
        pass.input(), pass.output_gradient, detail::scale_of<O.affine>(pass), mean, inverse_deviation,
        pass.input_gradient(), detail::scale_gradient_of<O.affine>(pass),
        detail::shift_gradient_of<O.affine>(pass),
        pass.training ? kernels::StatisticsOf::batch : kernels::StatisticsOf::running);
  }

  /// For net/fusion.hpp: y = scale · x + shift with the running statistics.
  template <Shape In, class Source, class T>
  static void inference_affine(const Source& source, T* scale_factor, T* shift) {
    kernels::inverse_deviations(source.statistic(1), epsilon, In.channels, scale_factor);
    for (Index c = 0; c < In.channels; ++c) {
      if constexpr (O.affine) scale_factor[c] *= source.parameter(0)[c];
      shift[c] = -source.statistic(0)[c] * scale_factor[c];
      if constexpr (O.affine) shift[c] += source.parameter(1)[c];
    }
  }

 private:
  static constexpr double epsilon = O.epsilon.template value<double>();
  static constexpr double momentum_of_new = O.momentum.template value<double>();
};

/// Batch normalisation with PyTorch's defaults: ε = 1e-5, momentum 0.1, learnt scale and shift. Training
/// wants more than one value per channel: where maps are vectors and an epoch's last batch may hold one
/// sample, see drop_last of fit_options and loader_options.
inline constexpr BatchNorm<BatchNormOptions{}> batch_norm{};

/// batch_norm_with<epsilon<1e-3>, momentum<0.01>>; options in any order: epsilon<…>, momentum<…>, no_affine,
/// scale_init<…>.
template <auto... Option>
inline constexpr BatchNorm<detail::with_options<struct batch_norm_layer, BatchNormOptions, Option...>(
    BatchNormOptions{})>
    batch_norm_with{};

}  // namespace lamina
