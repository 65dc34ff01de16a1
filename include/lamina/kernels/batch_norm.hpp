// Batch normalisation (Ioffe and Szegedy, 2015): each channel is brought to mean 0 and variance 1 over
// samples and pixels, then scaled by gamma and shifted by beta. Arrays of one number per channel are as long
// as the map's channels rounded up to whole blocks, and aligned; gamma and beta may be null (1 and 0).
#pragma once

#include <cmath>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/moments.hpp"

namespace lamina::kernels {

/// The averages that inference uses. running = (1 - momentum) · running + momentum · batch, with the unbiased
/// variance of the batch, as in PyTorch. What a batch cannot tell leaves them as they are: of a single value
/// per channel there is no unbiased variance (PyTorch refuses such a batch), of none no mean either.
template <class T> struct RunningStatistics {
  T* mean = nullptr;
  T* variance = nullptr;
  double momentum = 0.1;
};

/// y = (x - mean) / sqrt(variance + epsilon) · gamma + beta with the batch's own mean and (biased) variance.
/// Writes mean and 1 / sqrt(variance + epsilon), for the gradient, and updates `running` where its arrays are
/// given.
template <class T, class Arch = simd::Arch>
void batch_norm_forward(const Input<T>& x, const std::type_identity_t<T>* gamma,
                        const std::type_identity_t<T>* beta, double epsilon, const FeatureMapView<T>& y,
                        T* mean, T* inverse_deviation, const RunningStatistics<T>& running = {}) {
  const Index padded = detail::padded_channels(x);
  const Scratch<T> means(x.batch * padded), deviations(x.batch * padded);
  detail::channel_moments(x, means.data(), deviations.data());
  const auto samples = static_cast<double>(x.batch), pixels = static_cast<double>(x.pixels());
  const double count = samples * pixels;
  detail::for_each_range(padded, 4 * x.batch, [&](Index first, Index last, int) {
    for (Index c = first; c < last; ++c) {
      if (c >= x.channels || count == 0) {
        mean[c] = inverse_deviation[c] = T{0};
        continue;
      }
      double sum = 0, squares = 0;
      for (Index n = 0; n < x.batch; ++n) sum += static_cast<double>(means[n * padded + c]);
      const double m = sum / samples;
      for (Index n = 0; n < x.batch; ++n) {
        const double d = static_cast<double>(means[n * padded + c]) - m;
        squares += static_cast<double>(deviations[n * padded + c]) + pixels * d * d;
      }
      mean[c] = static_cast<T>(m);
      inverse_deviation[c] = static_cast<T>(1 / std::sqrt(squares / count + epsilon));
      const auto update = [&](T& average, double now) {
        average =
            static_cast<T>((1 - running.momentum) * static_cast<double>(average) + running.momentum * now);
      };
      if (running.mean) update(running.mean[c], m);
      if (running.variance && count > 1) update(running.variance[c], squares / (count - 1));
    }
  });
  detail::normalize(x, mean, inverse_deviation, 0, detail::per_channel<T>(gamma, T{1}),
                    detail::per_channel<T>(beta, T{0}), y);
}

/// 1 / sqrt(variance + epsilon) for every channel; 0 in padding lanes.
template <class T> void inverse_deviations(const T* variance, double epsilon, Index channels, T* inverse) {
  const Index padded = (channels + channel_block<T> - 1) / channel_block<T> * channel_block<T>;
  for (Index c = 0; c < padded; ++c)
    inverse[c] =
        c < channels ? static_cast<T>(1 / std::sqrt(static_cast<double>(variance[c]) + epsilon)) : T{0};
}

/// The same with given statistics: y = (x - mean) / sqrt(variance + epsilon) · gamma + beta.
template <class T, class Arch = simd::Arch>
void batch_norm_inference(const Input<T>& x, const std::type_identity_t<T>* gamma,
                          const std::type_identity_t<T>* beta, const std::type_identity_t<T>* mean,
                          const std::type_identity_t<T>* variance, double epsilon,
                          const FeatureMapView<T>& y) {
  const Scratch<T> inverse_deviation(detail::padded_channels(x));
  inverse_deviations<T>(variance, epsilon, x.channels, inverse_deviation.data());
  detail::normalize<T>(x, mean, inverse_deviation.data(), 0, detail::per_channel<T>(gamma, T{1}),
                       detail::per_channel<T>(beta, T{0}), y);
}

/// y = x · factor + shift, a number of each per channel: what inference makes of any chain of such layers.
template <class T, class Arch = simd::Arch>
void channel_affine(const Input<T>& x, const std::type_identity_t<T>* factor,
                    const std::type_identity_t<T>* shift, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_rows(x, x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    const V f = simd::load<T>(factor + block * B), s = simd::load<T>(shift + block * B);
    const auto x_at = detail::pixels_from(x, n, block, 0);
    T* const to = y.at_block(n, block);
    for (Index p = first_row * x.width, last = last_row * x.width; p < last; ++p)
      simd::store(to + p * B, simd::fma(x_at(p), f, s));
  });
}

/// Where the statistics that a gradient passes through came from.
enum class StatisticsOf {
  batch,   ///< of x itself: the gradient passes through them too
  running  ///< constants
};

/// The gradient: with x̂ = (x - mean) · inverse_deviation,
///   dgamma += Σ dy · x̂,  dbeta += Σ dy  (null where not wanted; nothing is added to padding lanes),
///   dx = gamma · inverse_deviation · (dy - mean(dy) - x̂ · mean(dy · x̂)), the means over samples and pixels,
/// or dx = gamma · inverse_deviation · dy where the statistics are constants. dx may be empty, and may be dy.
template <class T, class Arch = simd::Arch>
void batch_norm_backward(const Input<T>& x, const Input<T>& dy, const std::type_identity_t<T>* gamma,
                         const std::type_identity_t<T>* mean,
                         const std::type_identity_t<T>* inverse_deviation, const FeatureMapView<T>& dx,
                         std::type_identity_t<T>* dgamma, std::type_identity_t<T>* dbeta,
                         StatisticsOf statistics = StatisticsOf::batch) {
  using V = simd::Vector<T>;
  const Index padded = detail::padded_channels(x);
  const Scratch<T> sums(x.batch * padded), products(x.batch * padded);
  const Scratch<T> factor(padded), slope(padded), offset(padded);
  const bool through_statistics = statistics == StatisticsOf::batch && !dx.empty();
  if (through_statistics || dgamma || dbeta)
    detail::channel_sums(
        x,
        [&](Index n, Index block) {
          return [x_at = detail::pixels_from(x, n, block, 0), dy_at = detail::pixels_from(dy, n, block, 0),
                  m = simd::load<T>(mean + block * x.block)](Index p) {
            const V g = dy_at(p);
            return detail::Pair<V>{g, g * (x_at(p) - m)};
          };
        },
        sums.data(), products.data());

  const double count = static_cast<double>(x.batch) * static_cast<double>(x.pixels());
  detail::for_each_range(padded, 2 * x.batch, [&](Index first, Index last, int) {
    for (Index c = first; c < last; ++c) {
      factor[c] = slope[c] = offset[c] = T{0};
      if (c >= x.channels) continue;
      const auto inverse = static_cast<double>(inverse_deviation[c]);
      const double scale = (gamma ? static_cast<double>(gamma[c]) : 1.0) * inverse;
      factor[c] = static_cast<T>(scale);
      double sum = 0, product = 0;
      for (Index n = 0; n < x.batch && (through_statistics || dgamma || dbeta); ++n) {
        sum += static_cast<double>(sums[n * padded + c]);
        product += static_cast<double>(products[n * padded + c]);
      }
      if (dbeta) dbeta[c] += static_cast<T>(sum);
      if (dgamma) dgamma[c] += static_cast<T>(product * inverse);
      if (!through_statistics) continue;
      offset[c] = static_cast<T>(-scale * sum / count);
      slope[c] = static_cast<T>(-scale * product * inverse * inverse / count);
    }
  });
  if (!dx.empty())
    detail::normalize_backward<T>(x, dy, detail::per_channel<T>(nullptr, T{1}), mean, factor.data(),
                                  slope.data(), offset.data(), 0, dx);
}

}  // namespace lamina::kernels
