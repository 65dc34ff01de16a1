// A feature map whose block is known at run time. What drives the convolution tiles is compiled once for
// plain and for blocked maps; the tiles themselves see offsets only.
#pragma once

#include <type_traits>

#include "lamina/tensor/feature_map.hpp"

namespace lamina::kernels::detail {

template <class T> struct AnyMap {
  T* data = nullptr;
  Index batch = 0, channels = 0, height = 1, width = 1;
  Index batch_stride = 0;
  Index block = 1;
  Index whole_height = height;  ///< of the map that this is some rows of

  AnyMap() = default;
  AnyMap(T* d, Index n, Index c, Index h, Index w, Index b)
      : data(d),
        batch(n),
        channels(c),
        height(h),
        width(w),
        batch_stride((c + b - 1) / b * b * h * w),
        block(b) {}
  template <class U, int Block>
  AnyMap(const FeatureMapView<U, Block>& map)
      : data(map.data),
        batch(map.batch),
        channels(map.channels),
        height(map.height),
        width(map.width),
        batch_stride(map.batch_stride),
        block(Block) {}
  operator AnyMap<const T>() const
    requires(!std::is_const_v<T>)
  {
    AnyMap<const T> map(data, batch, channels, height, width, block);
    map.batch_stride = batch_stride;
    map.whole_height = whole_height;
    return map;
  }

  Index blocks() const { return (channels + block - 1) / block; }
  Index pixels() const { return height * width; }
  Index block_stride() const { return whole_height * row_stride(); }
  Index row_stride() const { return width * block; }
  /// Where a channel begins, relative to its sample.
  Index channel(Index c) const { return c / block * block_stride() + c % block; }
  T* at_block(Index n, Index b) const { return data + n * batch_stride + b * block_stride(); }
  AnyMap samples(Index first, Index count) const {
    AnyMap some = *this;
    some.data += first * batch_stride;
    some.batch = count;
    return some;
  }
  AnyMap rows(Index first, Index count) const {
    AnyMap some = *this;
    some.data += first * row_stride();
    some.height = count;
    return some;
  }
};

}  // namespace lamina::kernels::detail
