// Kernels that move channels: ranges of channels between maps (concatenation, splits), channel shuffle, and
// pixel shuffle, which trades channels for pixels. A range that begins in the same lane on both sides moves
// by whole vectors; any other by pairs of vectors, whose lanes are turned by a number known when compiling.
#pragma once

#include <algorithm>
#include <utility>

#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

namespace detail {

/// Lanes [Turn, Turn + width) of a followed by b.
template <int Turn, class T> simd::Vector<T> turn(const simd::Vector<T>& a, const simd::Vector<T>& b) {
  if constexpr (Turn == 0) {
    return a;
  } else {
    return [&]<int... Lane>(std::integer_sequence<int, Lane...>) {
      return simd::from_native<T>(
          __builtin_shufflevector(simd::to_native(a), simd::to_native(b), (Turn + Lane)...));
    }(std::make_integer_sequence<int, simd::width<T>>{});
  }
}

/// Calls f.template operator()<r>() for the r in [0, Count) that equals `value`.
template <int Count, class F> void with_constant(Index value, F f) {
  [&]<int... R>(std::integer_sequence<int, R...>) {
    const bool unused[] = {(value == R && (f.template operator()<R>(), true))... };
    static_cast<void>(unused);
  }(std::make_integer_sequence<int, Count>{});
}

/// dst channels [dst_first, dst_first + count) = src channels from src_first on, or += these if Adds. What is
/// copied leaves zeros in the lanes past dst's last channel when the range ends there.
template <bool Adds, class T, class Arch = simd::Arch>
void move_channels(const FeatureMapView<const T>& src, Index src_first, const FeatureMapView<T>& dst,
                   Index dst_first, Index count) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  if (count == 0) return;
  const Index first_block = dst_first / B, end_block = (dst_first + count + B - 1) / B;
  const Index distance = src_first - dst_first;  // from a dst channel to its source
  const FeatureMapView<T> range(dst.at_block(0, first_block), dst.batch, (end_block - first_block) * B,
                                dst.height, dst.width, dst.batch_stride);
  with_constant<int{B}>((distance % B + B) % B, [&]<int Turn>() {
    for_each_block(range, range.block_stride(), [&](Index n, Index i, int) {
      const Index block = first_block + i;
      const Index low = (block * B + distance - Turn) / B;  // the source of lane 0 is lane Turn of this block
      const auto clamped = [&](Index b) {
        return src.at_block(n, std::clamp(b, Index{0}, src.blocks() - 1));
      };
      const auto loop = [a = clamped(low), b = clamped(low + 1), to = range.at_block(n, i),
                         elements = range.block_stride()](auto result) {
        for (Index p = 0; p < elements; p += FeatureMapView<T>::block)
          simd::store<T>(to + p, result(to + p, turn<Turn, T>(simd::load(a + p), simd::load(b + p))));
      };
      const Index first = dst_first - block * B, end = dst_first + count - block * B;
      if (!Adds && first <= 0 && end >= B) return loop([](const T*, V source) { return source; });
      const auto moved = simd::lanes_between<T>(first, end);
      const bool ends_map = !Adds && dst_first + count == dst.channels;
      const auto kept = simd::lanes_between<T>(0, ends_map ? end : B);
      loop([=](const T* at, V source) {
        const V old = simd::load(at);
        return simd::select(moved, Adds ? V(old + source) : source, simd::select(kept, old, V(T{0})));
      });
    });
  });
}

}  // namespace detail

/// dst's channels from dst_first on = src's `count` channels from src_first on; other channels of dst stay.
/// Where the range ends with dst's last channel, its padding lanes become zero.
template <class T, class Arch = simd::Arch>
void copy_channels(const Input<T>& src, Index src_first, const FeatureMapView<T>& dst, Index dst_first,
                   Index count) {
  detail::move_channels<false>(src, src_first, dst, dst_first, count);
}

/// The same, added to what dst holds.
template <class T, class Arch = simd::Arch>
void accumulate_channels(const Input<T>& src, Index src_first, const FeatureMapView<T>& dst, Index dst_first,
                         Index count) {
  detail::move_channels<true>(src, src_first, dst, dst_first, count);
}

/// y's channel c = x's channel source(c), for maps of the same shape.
template <class T, class Source, class Arch = simd::Arch>
void gather_channels(const Input<T>& x, const FeatureMapView<T>& y, Source source) {
  constexpr Index B = FeatureMapView<T>::block;
  for_each_block(y, y.block_stride(), [&](Index n, Index block, int) {
    T* const to = y.at_block(n, block);
    for (Index lane = 0; lane < B; ++lane) {
      const Index c = block * B + lane;
      if (c >= y.channels) {
        for (Index p = 0; p < y.block_stride(); p += B) to[p + lane] = T{0};
        continue;
      }
      const T* const from = &x(n, source(c));
      for (Index p = 0; p < y.block_stride(); p += B) to[p + lane] = from[p];
    }
  });
}

/// Channel shuffle (ShuffleNet, Zhang et al. 2018): the channels, seen as a table of `groups` rows, are
/// transposed. Its inverse and gradient is the shuffle with channels / groups groups.
template <class T, class Arch = simd::Arch>
void channel_shuffle(const Input<T>& x, const FeatureMapView<T>& y, Index groups) {
  const Index columns = y.channels / groups;
  gather_channels(x, y, [=](Index c) { return c % groups * columns + c / groups; });
}

/// Pixel shuffle (Shi et al. 2016): (n, c · r², h, w) to (n, c, h · r, w · r), PyTorch's order:
/// y[c][h · r + i][w · r + j] = x[c · r² + i · r + j][h][w]. Its gradient is pixel_unshuffle.
template <class T, class Arch = simd::Arch>
void pixel_shuffle(const Input<T>& x, const FeatureMapView<T>& y, Index r) {
  constexpr Index B = FeatureMapView<T>::block;
  for_each_block(y, y.block_stride(), [&](Index n, Index block, int) {
    std::fill_n(y.at_block(n, block), y.block_stride(), T{0});
    for (Index c = block * B; c < std::min(y.channels, (block + 1) * B); ++c)
      for (Index row = 0; row < y.height; ++row)
        for (Index j = 0; j < r; ++j) {
          const T* const from = &x(n, (c * r + row % r) * r + j, row / r);
          T* const to = &y(n, c, row, j);
          for (Index w = 0; w < x.width; ++w) to[w * r * B] = from[w * B];
        }
  });
}

/// The inverse: (n, c, h · r, w · r) to (n, c · r², h, w). Its gradient is pixel_shuffle.
template <class T, class Arch = simd::Arch>
void pixel_unshuffle(const Input<T>& x, const FeatureMapView<T>& y, Index r) {
  constexpr Index B = FeatureMapView<T>::block;
  for_each_block(y, y.block_stride(), [&](Index n, Index block, int) {
    std::fill_n(y.at_block(n, block), y.block_stride(), T{0});
    for (Index c = block * B; c < std::min(y.channels, (block + 1) * B); ++c)
      for (Index row = 0; row < y.height; ++row) {
        const T* const from = &x(n, c / (r * r), row * r + c / r % r, c % r);
        T* const to = &y(n, c, row);
        for (Index w = 0; w < y.width; ++w) to[w * B] = from[w * r * B];
      }
  });
}

}  // namespace lamina::kernels
