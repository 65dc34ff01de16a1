// Normalisations over one sample at a time: group norm (Wu and He, 2018) over groups of neighbouring channels
// and all pixels; instance norm, which is a group for each channel; layer norm (Ba et al., 2016), which is
// one group, with a weight and bias for each element. Layer norm over the channels of each pixel is in
// channel_norm.hpp. Padding lanes take no part in the sums. Weights may be null (1 and 0).
#pragma once

#include <algorithm>
#include <cmath>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/moments.hpp"

namespace lamina::kernels {

namespace detail {

/// Numbers of samples and groups ([n][group]) as numbers of samples and channels; 0 in padding lanes.
template <class View, class T>
void spread_over_channels(const View& map, Index groups, const T* of_groups, T* of_channels) {
  const Index members = map.channels / groups, padding = padded_channels(map) - map.channels;
  for (Index n = 0; n < map.batch; ++n) {
    for (Index group = 0; group < groups; ++group)
      of_channels = std::fill_n(of_channels, members, of_groups[n * groups + group]);
    of_channels = std::fill_n(of_channels, padding, T{0});
  }
}

/// Calls f(n, group, first, last) for every group of every sample; its channels are [first, last).
template <class View, class F> void for_each_group(const View& map, Index groups, F&& f) {
  const Index members = map.channels / groups;
  for_each_range(map.batch * groups, 4 * members, [&](Index begin, Index end, int) {
    for (Index i = begin; i < end; ++i)
      f(i / groups, i % groups, i % groups * members, (i % groups + 1) * members);
  });
}

/// y = (x - mean) · inverse_deviation · weight + bias. mean and inverse_deviation are written: [n][group].
template <class T, class Arch = simd::Arch>
void grouped_norm_forward(const FeatureMapView<const T>& x, Index groups, const Weights<T>& weight,
                          const Weights<T>& bias, double epsilon, const FeatureMapView<T>& y, T* mean,
                          T* inverse_deviation) {
  const Index padded = padded_channels(x);
  const Scratch<T> means(x.batch * padded), deviations(x.batch * padded);
  channel_moments(x, means.data(), deviations.data());
  const auto pixels = static_cast<double>(x.pixels()), members = static_cast<double>(x.channels / groups);
  for_each_group(x, groups, [&](Index n, Index group, Index first, Index last) {
    double sum = 0, squares = 0;
    for (Index c = first; c < last; ++c) sum += static_cast<double>(means[n * padded + c]);
    const double m = sum / members;
    for (Index c = first; c < last; ++c) {
      const double d = static_cast<double>(means[n * padded + c]) - m;
      squares += static_cast<double>(deviations[n * padded + c]) + pixels * d * d;
    }
    mean[n * groups + group] = static_cast<T>(m);
    inverse_deviation[n * groups + group] =
        static_cast<T>(1 / std::sqrt(squares / (members * pixels) + epsilon));
  });
  spread_over_channels(x, groups, mean, means.data());
  spread_over_channels(x, groups, inverse_deviation, deviations.data());
  normalize(x, means.data(), deviations.data(), padded, weight, bias, y);
}

/// dx and, for weights per channel, dgamma and dbeta.
template <class T, class Arch = simd::Arch>
void grouped_norm_backward(const FeatureMapView<const T>& x, const FeatureMapView<const T>& dy, Index groups,
                           const Weights<T>& weight, const T* mean, const T* inverse_deviation,
                           const FeatureMapView<T>& dx, T* dgamma, T* dbeta) {
  using V = simd::Vector<T>;
  const Index padded = padded_channels(x), size = x.batch * padded;
  const Scratch<T> means(size), factors(size), sums(size), products(size);
  spread_over_channels(x, groups, mean, means.data());
  spread_over_channels(x, groups, inverse_deviation, factors.data());
  // A weight per channel is left out of the sums, which then serve dgamma and dbeta too.
  const bool per_pixel = weight.pixel_stride != 0;
  channel_sums(
      x,
      [&](Index n, Index block) {
        return [x_at = pixels_from(x, n, block, 0), dy_at = pixels_from(dy, n, block, 0),
                m = simd::load<T>(means.data() + n * padded + block * x.block), block,
                w = per_pixel ? weight : per_channel<T>(nullptr, T{1})](Index p) {
          const V g = dy_at(p) * w.at(block, p);
          return Pair<V>{g, g * (x_at(p) - m)};
        };
      },
      sums.data(), products.data());
  if (dgamma)
    add_over_samples(x, dgamma, [&](Index n, Index c) {
      return static_cast<double>(products[n * padded + c]) * static_cast<double>(factors[n * padded + c]);
    });
  if (dbeta)
    add_over_samples(x, dbeta, [&](Index n, Index c) { return static_cast<double>(sums[n * padded + c]); });
  if (dx.empty()) return;

  const Scratch<T> group_slopes(x.batch * groups), group_offsets(x.batch * groups);
  const double count = static_cast<double>(x.pixels()) * static_cast<double>(x.channels / groups);
  for_each_group(x, groups, [&](Index n, Index group, Index first, Index last) {
    double sum = 0, product = 0;
    for (Index c = first; c < last; ++c) {
      const double w = per_pixel || !weight.values ? 1.0 : static_cast<double>(weight.values[c]);
      sum += w * static_cast<double>(sums[n * padded + c]);
      product += w * static_cast<double>(products[n * padded + c]);
    }
    const auto inverse = static_cast<double>(inverse_deviation[n * groups + group]);
    group_slopes[n * groups + group] = static_cast<T>(-product * inverse * inverse * inverse / count);
    group_offsets[n * groups + group] = static_cast<T>(-sum * inverse / count);
  });
  spread_over_channels(x, groups, group_slopes.data(), products.data());
  spread_over_channels(x, groups, group_offsets.data(), sums.data());
  normalize_backward(x, dy, weight, means.data(), factors.data(), products.data(), sums.data(), padded, dx);
}

}  // namespace detail

/// Group norm: y = (x - mean) / sqrt(variance + epsilon) · gamma[c] + beta[c], mean and variance over the
/// pixels of channels / groups neighbouring channels of a sample. Writes mean and 1 / sqrt(variance +
/// epsilon) as [n][group]. Instance norm is groups = channels.
template <class T, class Arch = simd::Arch>
void group_norm_forward(const Input<T>& x, Index groups, const std::type_identity_t<T>* gamma,
                        const std::type_identity_t<T>* beta, double epsilon, const FeatureMapView<T>& y,
                        T* mean, T* inverse_deviation) {
  detail::grouped_norm_forward<T>(x, groups, detail::per_channel<T>(gamma, T{1}),
                                  detail::per_channel<T>(beta, T{0}), epsilon, y, mean, inverse_deviation);
}

/// Its gradient. dgamma += Σ dy · x̂ and dbeta += Σ dy per channel (null where not wanted; nothing is added to
/// padding lanes); dx may be empty, and may be dy.
template <class T, class Arch = simd::Arch>
void group_norm_backward(const Input<T>& x, const Input<T>& dy, Index groups,
                         const std::type_identity_t<T>* gamma, const std::type_identity_t<T>* mean,
                         const std::type_identity_t<T>* inverse_deviation, const FeatureMapView<T>& dx,
                         std::type_identity_t<T>* dgamma, std::type_identity_t<T>* dbeta) {
  detail::grouped_norm_backward<T>(x, dy, groups, detail::per_channel<T>(gamma, T{1}), mean,
                                   inverse_deviation, dx, dgamma, dbeta);
}

/// Layer norm over (C, H, W): group norm with one group, and gamma and beta for each element, as blocked maps
/// of one sample. Writes mean and 1 / sqrt(variance + epsilon) as [n].
template <class T, class Arch = simd::Arch>
void layer_norm_forward(const Input<T>& x, const std::type_identity_t<T>* gamma,
                        const std::type_identity_t<T>* beta, double epsilon, const FeatureMapView<T>& y,
                        T* mean, T* inverse_deviation) {
  detail::grouped_norm_forward<T>(x, 1, detail::per_element<T>(gamma, x.block_stride(), T{1}),
                                  detail::per_element<T>(beta, x.block_stride(), T{0}), epsilon, y, mean,
                                  inverse_deviation);
}

/// Its gradient, dgamma and dbeta for each element (null where not wanted; nothing is added to padding
/// lanes). dx may be empty, and may be dy.
template <class T, class Arch = simd::Arch>
void layer_norm_backward(const Input<T>& x, const Input<T>& dy, const std::type_identity_t<T>* gamma,
                         const std::type_identity_t<T>* mean,
                         const std::type_identity_t<T>* inverse_deviation, const FeatureMapView<T>& dx,
                         std::type_identity_t<T>* dgamma, std::type_identity_t<T>* dbeta) {
  using V = simd::Vector<T>;
  const auto add = [&](T* gradient, auto term) {
    if (!gradient) return;
    const FeatureMapView<T> sums(gradient, 1, x.channels, x.height, x.width);
    for_each_run(sums, [&](const Run& run) {
      const auto channels = simd::lanes_between<T>(0, run.lanes);
      for (Index i = run.offset; i < run.offset + run.count; i += x.block) {
        V sum(T{0});
        for (Index n = 0; n < x.batch; ++n) sum += term(n, i);
        simd::store<T>(gradient + i, simd::load<T>(gradient + i) + simd::select(channels, sum, V(T{0})));
      }
    });
  };
  add(dgamma, [&](Index n, Index i) {
    return V(simd::load(dy.data + n * dy.batch_stride + i) *
             (simd::load(x.data + n * x.batch_stride + i) - V(mean[n])) * V(inverse_deviation[n]));
  });
  add(dbeta, [&](Index n, Index i) { return simd::load(dy.data + n * dy.batch_stride + i); });
  detail::grouped_norm_backward<T>(x, dy, 1, detail::per_element<T>(gamma, x.block_stride(), T{1}), mean,
                                   inverse_deviation, dx, nullptr, nullptr);
}

}  // namespace lamina::kernels
