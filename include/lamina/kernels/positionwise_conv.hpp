// A depthwise convolution along rows whose kernel is another one at every position (Wu, Fan, Baevski, Dauphin
// and Auli, "Pay Less Attention with Lightweight and Dynamic Convolutions", 2019): channels fall into heads
// of equal size, and a position has k taps for each head,
//   y[c, p] = Σ_j w[h(c), j, p] · x[c, p + j − before],   h(c) = ⌊c / (C / H)⌋, zeros outside.
// Taps come as plain maps of H · k channels, the taps of a head together. Lanes are channels: where a block
// of channels is of one head, as it mostly is, a tap is broadcast to it.
#pragma once

#include <algorithm>

#include "lamina/kernels/layout.hpp"

namespace lamina::kernels {

namespace detail {

/// What taps of H heads are to the channels of a map.
template <class T> struct HeadTaps {
  const T* taps;  // of one sample
  Index count, pixels, channels_per_head;

  const T* of(Index head) const { return taps + head * count * pixels; }
  /// Calls f(tap), where tap(j, p) is the vector of taps j at pixel p for the channels of a block.
  template <class F> void of_block(Index block, Index channels, F f) const {
    constexpr Index B = channel_block<T>;
    const Index first = block * B, last = std::min(channels, first + B) - 1;
    const Index head = first / channels_per_head;
    if (head == last / channels_per_head) {
      f([from = of(head), all = pixels](Index j, Index p) { return simd::broadcast<T>(from[j * all + p]); });
    } else {
      f([&](Index j, Index p) {
        alignas(64) T lanes[B] = {};
        for (Index c = first; c <= last; ++c) lanes[c - first] = of(c / channels_per_head)[j * pixels + p];
        return simd::load<T>(lanes);
      });
    }
  }
};
template <class T>
HeadTaps<T> head_taps(const FeatureMapView<const T, 1>& taps, Index n, Index head_count, Index channels) {
  return {taps.at_block(n, 0), taps.channels / head_count, taps.pixels(), channels / head_count};
}

}  // namespace detail

/// y as above; x and y of (n, C, h, w), taps of (n, H · k, h, w). H divides C.
template <class T, class Arch = simd::Arch>
void positionwise_conv_forward(const Input<T>& x, const PlainInput<T>& taps, Index head_count, Index before,
                               const FeatureMapView<T>& y) {
  const Index count = taps.channels / head_count;
  for_each_block(y, count * y.block_stride(), [&](Index n, Index block, int) {
    const auto heads_of_sample = detail::head_taps<T>(taps, n, head_count, x.channels);
    heads_of_sample.of_block(block, x.channels, [&](auto tap) {
      const T* from = x.at_block(n, block);
      T* to = y.at_block(n, block);
      const Index width = x.width;
      for (Index p = 0; p < x.pixels(); ++p, to += channel_block<T>) {
        const Index column = p % width, last = std::min(count, width + before - column);
        auto sum = simd::broadcast<T>(T{0});
        for (Index j = std::max<Index>(0, before - column); j < last; ++j)
          sum = simd::fma(tap(j, p), simd::load<T>(from + (p + j - before) * channel_block<T>), sum);
        simd::store<T>(to, sum);
      }
    });
  });
}

/// dx[c, p] = Σ_j w[h(c), j, p − j + before] · dy[c, p − j + before].
template <class T, class Arch = simd::Arch>
void positionwise_conv_backward_data(const Input<T>& dy, const PlainInput<T>& taps, Index head_count,
                                     Index before, const FeatureMapView<T>& dx) {
  const Index count = taps.channels / head_count;
  for_each_block(dx, count * dx.block_stride(), [&](Index n, Index block, int) {
    const auto heads_of_sample = detail::head_taps<T>(taps, n, head_count, dx.channels);
    heads_of_sample.of_block(block, dx.channels, [&](auto tap) {
      const T* from = dy.at_block(n, block);
      T* to = dx.at_block(n, block);
      const Index width = dx.width;
      for (Index p = 0; p < dx.pixels(); ++p, to += channel_block<T>) {
        const Index column = p % width, last = std::min(count, column + before + 1);
        auto sum = simd::broadcast<T>(T{0});
        for (Index j = std::max<Index>(0, column + before + 1 - width); j < last; ++j) {
          const Index at = p - j + before;
          sum = simd::fma(tap(j, at), simd::load<T>(from + at * channel_block<T>), sum);
        }
        simd::store<T>(to, sum);
      }
    });
  });
}

/// dtaps[h, j, p] = Σ_c dy[c, p] · x[c, p + j − before] over the channels c of head h; 0 where the tap lies
/// outside.
template <class T, class Arch = simd::Arch>
void positionwise_conv_backward_taps(const Input<T>& x, const Input<T>& dy, Index head_count, Index before,
                                     const FeatureMapView<T, 1>& dtaps) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  const Index count = dtaps.channels / head_count, per_head = x.channels / head_count;
  const Index work = count * x.pixels() * (per_head + B);
  detail::for_each_range(x.batch * head_count, work, [&](Index begin, Index end, int) {
    for (Index i = begin; i < end; ++i) {
      const Index n = i / head_count, head = i % head_count;
      const Index first = head * per_head, last = first + per_head;  // channels
      T* const to = dtaps.at_block(n, head * count);
      for (Index p = 0; p < x.pixels(); ++p)
        for (Index j = 0; j < count; ++j) {
          const Index column = p % x.width + j - before;
          V sum = simd::broadcast<T>(T{0});
          if (column >= 0 && column < x.width)
            for (Index block = first / B; block * B < last; ++block) {
              const V product = simd::load<T>(detail::pixel_at(x, n, block, p + j - before)) *
                                simd::load<T>(detail::pixel_at(dy, n, block, p));
              const Index from = std::max<Index>(0, first - block * B), until = std::min(B, last - block * B);
              sum = sum + (from == 0 && until == B
                               ? product
                               : simd::select(simd::lanes_between<T>(from, until), product, V(T{0})));
            }
          to[j * x.pixels() + p] = simd::reduce_add(sum);
        }
    }
  });
}

}  // namespace lamina::kernels
