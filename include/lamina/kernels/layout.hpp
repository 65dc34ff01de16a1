// Between plain and blocked order: images come in as NCHW and become blocked maps; a blocked map flattens to
// a vector of c · h · w channels in C, H, W order (PyTorch's), which is what a dense layer's weights are
// ordered by.
#pragma once

#include <algorithm>

#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

/// A plain NCHW map that a kernel reads.
template <class T> using PlainInput = FeatureMapView<const std::type_identity_t<T>, 1>;

namespace detail {

/// The lanes of a channel block from planes that lie `plane` elements apart; zero in the other lanes.
template <class T, class Arch = simd::Arch>
void interleave(const T* from, Index plane, Index pixels, Index lanes, T* to) {
  constexpr Index B = channel_block<T>;
  for (Index p = 0; p < pixels; ++p, to += B) {
    for (Index lane = 0; lane < lanes; ++lane) to[lane] = from[lane * plane + p];
    for (Index lane = lanes; lane < B; ++lane) to[lane] = T{0};
  }
}

/// The same of `Lanes` planes, so few that a vector is best put together in a register (3×224×224: 48 instead
/// of 300 µs).
template <Index Lanes, class T, class Arch = simd::Arch>
void interleave_few(const T* from, Index plane, Index pixels, T* to) {
  for (Index p = 0; p < pixels; ++p, to += channel_block<T>) {
    simd::native<T> lanes{};
    for (Index lane = 0; lane < Lanes; ++lane) lanes[lane] = from[lane * plane + p];
    simd::store(to, simd::from_native<T>(lanes));
  }
}

/// The inverse.
template <class T, class Arch = simd::Arch>
void deinterleave(const T* from, Index pixels, Index lanes, T* to, Index plane) {
  constexpr Index B = channel_block<T>;
  for (Index p = 0; p < pixels; ++p, from += B)
    for (Index lane = 0; lane < lanes; ++lane) to[lane * plane + p] = from[lane];
}

}  // namespace detail

/// map = image, of the same shape; zero in padding lanes.
template <class T, class Arch = simd::Arch>
void image_to_blocked(const PlainInput<T>& image, const FeatureMapView<T>& map) {
  constexpr Index B = FeatureMapView<T>::block;
  for_each_rows(map, map.width * B, [&](Index n, Index block, Index first, Index last, int) {
    const T* const from = image.at_block(n, block * B) + first * map.width;
    T* const to = map.at_block(n, block) + first * map.width * B;
    const Index plane = image.pixels(), pixels = (last - first) * map.width;
    const auto of = [&]<Index Lanes>() {
      detail::interleave_few<std::min(Lanes, B)>(from, plane, pixels, to);
    };
    switch (const Index lanes = std::min(B, map.channels - block * B)) {
      case 1:
        return of.template operator()<1>();
      case 2:
        return of.template operator()<2>();
      case 3:
        return of.template operator()<3>();
      case 4:
        return of.template operator()<4>();
      default:
        return detail::interleave(from, plane, pixels, lanes, to);
    }
  });
}

/// image = map, of the same shape.
template <class T, class Arch = simd::Arch>
void blocked_to_image(const Input<T>& map, const FeatureMapView<T, 1>& image) {
  constexpr Index B = Input<T>::block;
  for_each_block(map, map.block_stride(), [&](Index n, Index block, int) {
    detail::deinterleave(map.at_block(n, block), map.pixels(), std::min(B, map.channels - block * B),
                         image.at_block(n, block * B), image.pixels());
  });
}

/// vector = map's elements in C, H, W order: (n, c, h, w) to (n, c · h · w). Zero in padding lanes.
template <class T, class Arch = simd::Arch>
void flatten(const Input<T>& map, const FeatureMapView<T>& vector) {
  constexpr Index B = FeatureMapView<T>::block;
  const FeatureMapView<T, 1> planes(vector.data, map.batch, map.channels, map.height, map.width,
                                    vector.batch_stride);
  blocked_to_image(map, planes);
  const Index padding = vector.blocks() * B - vector.channels;
  for (Index n = 0; padding > 0 && n < vector.batch; ++n)
    std::fill_n(vector.at_block(n, 0) + vector.channels, padding, T{0});
}

/// The inverse, which is also the gradient: (n, c · h · w) to (n, c, h, w). Zero in padding lanes.
template <class T, class Arch = simd::Arch>
void unflatten(const Input<T>& vector, const FeatureMapView<T>& map) {
  image_to_blocked({vector.data, map.batch, map.channels, map.height, map.width, vector.batch_stride}, map);
}

}  // namespace lamina::kernels
