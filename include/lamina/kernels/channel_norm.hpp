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
  constexpr Index B = FeatureMapView<T>::block;
  const auto weight = detail::per_channel<T>(gamma, T{1}), bias = detail::per_channel<T>(beta, T{0});
  const auto channels = static_cast<T>(x.channels);
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T* const m = mean + n * x.pixels() + first;
    T* const inverse = inverse_deviation + n * x.pixels() + first;
    const auto x_from = [&](Index block) { return detail::pixels_from(x, n, block, first); };
    detail::sum_channels<T>(x, count, x_from, m);
    for (Index p = 0; p < count; ++p) m[p] /= channels;
    const auto squares = [&](Index block) {
      return [x_at = x_from(block), m](Index p) {
        const V d = x_at(p) - V(m[p]);
        return V(d * d);
      };
    };
    detail::sum_channels<T>(x, count, squares, inverse);
    for (Index p = 0; p < count; ++p)
      inverse[p] = T{1} / simd::sqrt(inverse[p] / channels + static_cast<T>(epsilon));
    detail::for_each_channel_block(x, [&](Index block, auto lanes) {
      const auto x_at = x_from(block);
      const V scale = simd::select(lanes, weight.at(block, 0), V(T{0}));
      const V shift = simd::select(lanes, bias.at(block, 0), V(T{0}));
      T* to = detail::pixel_at(y, n, block, first);
      const T *means = m, *inverses = inverse;
      for (Index p = 0, end = count; p < end; ++p, to += B)
        simd::store(to, simd::fma(V((x_at(p) - V(means[p])) * V(inverses[p])), scale, shift));
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
  constexpr Index B = FeatureMapView<T>::block;
  const auto normal_from = [&](Index n, Index block, Index first) {  // x̂
    const Index at = n * x.pixels() + first;
    return [x_at = detail::pixels_from(x, n, block, first), m = mean + at,
            inverse = inverse_deviation + at](Index p) { return V((x_at(p) - V(m[p])) * V(inverse[p])); };
  };
  if (dgamma || dbeta) {
    const Index padded = detail::padded_channels(x);
    const Scratch<T> sums(x.batch * padded), products(x.batch * padded);
    detail::channel_sums(
        x,
        [&](Index n, Index block) {
          return [normal = normal_from(n, block, 0), dy_at = detail::pixels_from(dy, n, block, 0)](Index p) {
            const V g = dy_at(p);
            return detail::Pair<V>{g, g * normal(p)};
          };
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
    const auto gradients = [&](Index block) {
      return [dy_at = detail::pixels_from(dy, n, block, first), w = weight.at(block, 0)](Index p) {
        return V(dy_at(p) * w);
      };
    };
    const auto products = [&](Index block) {
      return [g = gradients(block), normal = normal_from(n, block, first)](Index p) {
        return V(g(p) * normal(p));
      };
    };
    detail::sum_channels<T>(x, count, gradients, sum);
    detail::sum_channels<T>(x, count, products, product);
    for (Index p = 0; p < count; ++p) sum[p] /= channels;
    for (Index p = 0; p < count; ++p) product[p] /= channels;
    detail::for_each_channel_block(x, [&](Index block, auto lanes) {
      const auto g = gradients(block);
      const auto normal = normal_from(n, block, first);
      const T* inverse = inverse_deviation + n * x.pixels() + first;
      const T *through_mean = sum, *through_variance = product;
      T* to = detail::pixel_at(dx, n, block, first);
      for (Index p = 0, end = count; p < end; ++p, to += B) {
        const V value = (g(p) - V(through_mean[p]) - normal(p) * V(through_variance[p])) * V(inverse[p]);
        simd::store(to, simd::select(lanes, value, V(T{0})));
      }
    });
  });
}

}  // namespace lamina::kernels
