// What every normalisation starts from: per sample and channel, the mean and the sum of squared deviations of
// x, and for gradients the sums of dy and of dy · (x - mean). A channel block is read twice, the second time
// from cache; pixels are summed pairwise, samples and channels are then joined in double, always in the same
// order.
#pragma once

#include "lamina/kernels/loops.hpp"
#include "lamina/kernels/pairwise_sum.hpp"

namespace lamina::kernels::detail {

/// Channels of a map rounded up to whole blocks: how long an array of one number per channel is.
template <class View> Index padded_channels(const View& map) { return map.blocks() * map.block; }

/// A number per channel or, where block_stride is that of a map and pixel_stride its block, per element. A
/// null array stands for one number everywhere.
template <class T> struct Weights {
  const T* values;
  Index block_stride;
  Index pixel_stride;
  T otherwise;

  simd::Vector<T> at(Index block, Index pixel) const {
    return values ? simd::load<T>(values + block * block_stride + pixel * pixel_stride)
                  : simd::broadcast<T>(otherwise);
  }
};
template <class T> Weights<T> per_channel(const T* values, T otherwise) {
  return {values, channel_block<T>, 0, otherwise};
}
template <class T> Weights<T> per_element(const T* values, Index block_stride, T otherwise) {
  return {values, block_stride, channel_block<T>, otherwise};
}

/// Two sums at a time.
template <class V> struct Pair {
  V first, second;
  Pair& operator+=(const Pair& other) {
    first += other.first;
    second += other.second;
    return *this;
  }
};

/// mean[n][c] = mean over the pixels of x, deviations[n][c] = Σ (x - mean)², padding lanes included.
template <class T, class Arch = simd::Arch>
void channel_moments(const FeatureMapView<const T>& x, T* mean, T* deviations) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_block(x, 2 * x.block_stride(), [&](Index n, Index block, int) {
    const auto x_at = pixels_from(x, n, block, 0);
    const V m = pairwise_sum(0, x.pixels(), x_at) / V(static_cast<T>(x.pixels()));
    const V squares = pairwise_sum(0, x.pixels(), [=](Index p) {
      const V d = x_at(p) - m;
      return V(d * d);
    });
    const Index at = n * padded_channels(x) + block * B;
    simd::store(mean + at, m);
    simd::store(deviations + at, squares);
  });
}

/// sums[n][c] = Σ a and products[n][c] = Σ b over the pixels, where terms(n, block)(pixel) gives the Pair
/// {a, b}.
template <class T, class Terms, class Arch = simd::Arch>
void channel_sums(const FeatureMapView<const T>& x, Terms terms, T* sums, T* products) {
  constexpr Index B = FeatureMapView<T>::block;
  for_each_block(x, 2 * x.block_stride(), [&](Index n, Index block, int) {
    const auto both = pairwise_sum(0, x.pixels(), terms(n, block));
    const Index at = n * padded_channels(x) + block * B;
    simd::store(sums + at, both.first);
    simd::store(products + at, both.second);
  });
}

/// y = (x - mean) · factor · weight + bias, mean and factor per sample and channel (`stride` apart between
/// samples; 0 where all samples have the same).
template <class T, class Arch = simd::Arch>
void normalize(const FeatureMapView<const T>& x, const T* mean, const T* factor, Index stride,
               const Weights<T>& weight, const Weights<T>& bias, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_rows(x, x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    const V m = simd::load(mean + n * stride + block * B), f = simd::load(factor + n * stride + block * B);
    const auto x_at = pixels_from(x, n, block, 0);
    const Weights<T> w = weight, bias_of = bias;
    T* const to = y.at_block(n, block);
    const Index first = first_row * x.width, last = last_row * x.width;
    if (w.pixel_stride == 0) {
      const V scale = f * w.at(block, 0), shift = bias_of.at(block, 0);
      for (Index p = first; p < last; ++p) simd::store(to + p * B, simd::fma(V(x_at(p) - m), scale, shift));
    } else {
      for (Index p = first; p < last; ++p)
        simd::store(to + p * B, simd::fma(V((x_at(p) - m) * f), w.at(block, p), bias_of.at(block, p)));
    }
  });
}

/// dx = dy · weight · factor + (x - mean) · slope + offset: the gradient of every normalisation, whose
/// constants are per sample and channel, `stride` apart between samples.
template <class T, class Arch = simd::Arch>
void normalize_backward(const FeatureMapView<const T>& x, const FeatureMapView<const T>& dy,
                        const Weights<T>& weight, const T* mean, const T* factor, const T* slope,
                        const T* offset, Index stride, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_rows(x, 2 * x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    const Index at = n * stride + block * B;
    const V m = simd::load(mean + at), f = simd::load(factor + at), s = simd::load(slope + at),
            o = simd::load(offset + at);
    const auto x_at = pixels_from(x, n, block, 0), dy_at = pixels_from(dy, n, block, 0);
    const Weights<T> w = weight;
    T* const to = dx.at_block(n, block);
    for (Index p = first_row * x.width, last = last_row * x.width; p < last; ++p) {
      const V g = dy_at(p) * w.at(block, p);
      simd::store(to + p * B, simd::fma(g, f, simd::fma(V(x_at(p) - m), s, o)));
    }
  });
}

/// gradient[c] += Σ over samples of term(n, c), in double; nothing is added to padding lanes.
template <class View, class T, class Term> void add_over_samples(const View& map, T* gradient, Term term) {
  for_each_range(map.channels, 4 * map.batch, [&](Index first, Index last, int) {
    for (Index c = first; c < last; ++c) {
      double sum = 0;
      for (Index n = 0; n < map.batch; ++n) sum += term(n, c);
      gradient[c] += static_cast<T>(sum);
    }
  });
}

}  // namespace lamina::kernels::detail
