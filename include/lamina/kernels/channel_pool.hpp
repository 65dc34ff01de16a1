// Pooling over the channels of each pixel: a map (C, H, W) to the means, or the maxima, (1, H, W). The
// squeeze of spatial attention (Woo et al., "CBAM", 2018).
#pragma once

#include "lamina/kernels/pixels.hpp"

namespace lamina::kernels {

namespace detail {

/// sums[p] and most[p] of terms(block)(p) over the channels of pixel p, NaN where one is. (A maximum may miss
/// a NaN, but no sum does.)
template <class T, class Terms, class Arch = simd::Arch>
void sum_and_max_channels(const FeatureMapView<const T>& x, Index count, Terms terms, T* sums, T* most) {
  fold_channels(x, count, terms, ChannelSums<T>{sums}, ChannelMaxima<T>{most});
  for (Index p = 0; p < count; ++p) {
    if (sums[p] == sums[p]) continue;
    for_each_channel_block(x, [&](Index block, auto lanes) {
      const simd::Vector<T> term = terms(block)(p);
      if (simd::any(lanes & !(term == term))) most[p] = sums[p];
    });
  }
}

/// Writes one number a pixel, and zeros in padding lanes: y is a map of one channel.
template <class T> void store_pixels(const T* results, Index count, T* to) {
  constexpr Index B = channel_block<T>;
  for (Index p = 0; p < count; ++p, to += B) {
    simd::store(to, simd::broadcast<T>(0));
    *to = results[p];
  }
}

}  // namespace detail

/// y = Σ_c x_c / C, at each pixel.
template <class T, class Arch = simd::Arch>
void channel_mean_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  const T factor = T{1} / static_cast<T>(x.channels);
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T sums[detail::pixels_at_once];
    detail::sum_channels<T>(
        x, count, [&](Index block) { return detail::pixels_from(x, n, block, first); }, sums);
    for (Index p = 0; p < count; ++p) sums[p] *= factor;
    detail::store_pixels(sums, count, detail::pixel_at(y, n, 0, first));
  });
}

/// dx_c = dy / C.
template <class T, class Arch = simd::Arch>
void channel_mean_backward(const Input<T>& dy, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  const T factor = T{1} / static_cast<T>(dx.channels);
  detail::for_each_pixels(dx, [&](Index n, Index first, Index count) {
    const T* const from = dy.at_block(n, 0) + first * B;
    detail::for_each_channel_block(dx, [&](Index block, auto lanes) {
      T* to = detail::pixel_at(dx, n, block, first);
      for (Index p = 0; p < count; ++p, to += B)
        simd::store(to, simd::select(lanes, V(from[p * B] * factor), V(T{0})));
    });
  });
}

/// y = max_c x_c, at each pixel; NaN where a channel is.
template <class T, class Arch = simd::Arch>
void channel_max_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T sums[detail::pixels_at_once], most[detail::pixels_at_once];
    detail::sum_and_max_channels<T>(
        x, count, [&](Index block) { return detail::pixels_from(x, n, block, first); }, sums, most);
    detail::store_pixels(most, count, detail::pixel_at(y, n, 0, first));
  });
}

namespace detail {
/// Means as channel `mean_channel` and maxima as 1 − mean_channel of a map of two, of what
/// terms(n, block, first)(p) gives for the pixels of x.
template <class T, class Terms, class Arch = simd::Arch>
void channel_mean_max(const Input<T>& x, const FeatureMapView<T>& y, Index mean_channel, Terms terms) {
  constexpr Index B = channel_block<T>;
  const T factor = T{1} / static_cast<T>(x.channels);
  for_each_pixels(x, [&](Index n, Index first, Index count) {
    T sums[pixels_at_once], most[pixels_at_once];
    sum_and_max_channels<T>(x, count, [&](Index block) { return terms(n, block, first); }, sums, most);
    T* to = pixel_at(y, n, 0, first);
    for (Index p = 0; p < count; ++p, to += B) {
      simd::store(to, simd::broadcast<T>(0));
      to[mean_channel] = sums[p] * factor;
      to[1 - mean_channel] = most[p];
    }
  });
}
}  // namespace detail

/// Both at once, as channels `mean_channel` and 1 − mean_channel of a map of two: one read of x.
template <class T, class Arch = simd::Arch>
void channel_mean_max_forward(const Input<T>& x, const FeatureMapView<T>& y, Index mean_channel) {
  detail::channel_mean_max(x, y, mean_channel, [&](Index n, Index block, Index first) {
    return detail::pixels_from(x, n, block, first);
  });
}

/// The same of x · gates, which holds one number for each channel.
template <class T, class Arch = simd::Arch>
void channel_mean_max_forward(const Input<T>& x, const Input<T>& gates, const FeatureMapView<T>& y,
                              Index mean_channel) {
  using V = simd::Vector<T>;
  detail::channel_mean_max(x, y, mean_channel, [&](Index n, Index block, Index first) {
    return [x_at = detail::pixels_from(x, n, block, first),
            gate = simd::load(gates.at_block(n, block))](Index p) { return V(x_at(p) * gate); };
  });
}

/// dx_c = dy for the channel whose value the maximum y is, the first of equal ones (or of NaN), and 0 for the
/// others.
template <class T, class Arch = simd::Arch>
void channel_max_backward(const Input<T>& x, const Input<T>& y, const Input<T>& dy,
                          const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    bool found[detail::pixels_at_once] = {};
    const T* const most = y.at_block(n, 0) + first * B;
    const T* const gradient = dy.at_block(n, 0) + first * B;
    detail::for_each_channel_block(x, [&](Index block, auto lanes) {
      const auto x_at = detail::pixels_from(x, n, block, first);
      T* to = detail::pixel_at(dx, n, block, first);
      for (Index p = 0; p < count; ++p, to += B) {
        const V at = x_at(p);
        const auto is_most = lanes & ((at == V(most[p * B])) | !(at == at));
        simd::store(to, V(T{0}));
        if (found[p] || !simd::any(is_most)) continue;
        found[p] = true;
        const T* const pixel = detail::pixel_at(x, n, block, first + p);
        Index lane = 0;
        while (pixel[lane] != most[p * B] && pixel[lane] == pixel[lane]) ++lane;
        to[lane] = gradient[p * B];
      }
    });
  });
}

}  // namespace lamina::kernels
