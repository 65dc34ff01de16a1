// Layer norm over the channels of each pixel, as ConvNeXt (Liu et al., 2022) and transformers use it: every
// pixel is brought to mean 0 and variance 1 over its channels, then scaled by gamma[c] and shifted by beta[c]
// (null: 1 and 0).
#pragma once

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/moments.hpp"
#include "lamina/kernels/pixels.hpp"

namespace lamina::kernels {

/// y = (x - mean) / sqrt(variance + epsilon) · gamma[c] + beta[c], mean and (biased) variance over the
/// channels of a pixel. Writes mean and 1 / sqrt(variance + epsilon) as [n][h][w].
template <class T, class Arch = simd::Arch>
void channel_norm_forward(const Input<T>& x, const std::type_identity_t<T>* gamma,
                          const std::type_identity_t<T>* beta, double epsilon, const FeatureMapView<T>& y,
                          T* mean, T* inverse_deviation) {
  using V = simd::Vector<T>;
  const auto weight = detail::per_channel<T>(gamma, T{1}), bias = detail::per_channel<T>(beta, T{0});
  const auto channels = static_cast<T>(x.channels);
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T* const m = mean + n * x.pixels() + first;
    T* const inverse = inverse_deviation + n * x.pixels() + first;
    const auto x_at = [&](Index block, Index p) { return detail::pixel(x, n, block, first + p); };
    detail::sum_channels<T>(x, count, x_at, m);
    for (Index p = 0; p < count; ++p) m[p] /= channels;
    const auto square_at = [&](Index block, Index p) {
      const V d = x_at(block, p) - V(m[p]);
      return V(d * d);
    };
    detail::sum_channels<T>(x, count, square_at, inverse);
    for (Index p = 0; p < count; ++p)
      inverse[p] = T{1} / simd::sqrt(inverse[p] / channels + static_cast<T>(epsilon));
    detail::for_each_channel_vector(x, count, [&](Index block, Index p, const auto& lanes) {
      const V normal = (x_at(block, p) - V(m[p])) * V(inverse[p]);
      const V value = simd::fma(normal, weight.at(block, 0), bias.at(block, 0));
      simd::store(y.at_block(n, block) + (first + p) * y.block, simd::select(lanes, value, V(T{0})));
    });
  });
}

/// Its gradient. dgamma += Σ dy · x̂ and dbeta += Σ dy per channel (null where not wanted; nothing is added to
/// padding lanes); dx may be empty, and may be dy.
template <class T, class Arch = simd::Arch>
void channel_norm_backward(const Input<T>& x, const Input<T>& dy, const std::type_identity_t<T>* gamma,
                           const std::type_identity_t<T>* mean,
                           const std::type_identity_t<T>* inverse_deviation, const FeatureMapView<T>& dx,
                           std::type_identity_t<T>* dgamma, std::type_identity_t<T>* dbeta) {
  using V = simd::Vector<T>;
  const auto normal_at = [&](Index n, Index block, Index p) {
    const Index at = n * x.pixels() + p;
    return V((detail::pixel(x, n, block, p) - V(mean[at])) * V(inverse_deviation[at]));
  };
  if (dgamma || dbeta) {
    const Index padded = detail::padded_channels(x);
    const Scratch<T> sums(x.batch * padded), products(x.batch * padded);
    detail::channel_sums(
        x,
        [&](Index n, Index block, Index p) {
          const V g = detail::pixel(dy, n, block, p);
          return detail::Pair<V>{g, g * normal_at(n, block, p)};
        },
        sums.data(), products.data());
    const auto add = [&](T* gradient, const T* terms) {
      if (gradient)
        detail::add_over_samples(
            x, gradient, [&](Index n, Index c) { return static_cast<double>(terms[n * padded + c]); });
    };
    add(dbeta, sums.data());
    add(dgamma, products.data());
  }
  if (dx.empty()) return;

  const auto weight = detail::per_channel<T>(gamma, T{1});
  const auto channels = static_cast<T>(x.channels);
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T sum[detail::pixels_at_once], product[detail::pixels_at_once];
    const auto gradient_at = [&](Index block, Index p) {
      return V(detail::pixel(dy, n, block, first + p) * weight.at(block, 0));
    };
    detail::sum_channels<T>(x, count, gradient_at, sum);
    detail::sum_channels<T>(
        x, count,
        [&](Index block, Index p) { return V(gradient_at(block, p) * normal_at(n, block, first + p)); },
        product);
    detail::for_each_channel_vector(x, count, [&](Index block, Index p, const auto& lanes) {
      const V through_mean(sum[p] / channels), through_variance(product[p] / channels);
      const V g = gradient_at(block, p) - through_mean - normal_at(n, block, first + p) * through_variance;
      simd::store(dx.at_block(n, block) + (first + p) * dx.block,
                  simd::select(lanes, V(g * V(inverse_deviation[n * x.pixels() + first + p])), V(T{0})));
    });
  });
}

}  // namespace lamina::kernels
