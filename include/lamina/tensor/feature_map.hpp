// A view of a batch of feature maps in lamina's blocked layout: n, c/B, h, w, B, where B lanes of adjacent
// channels lie together. B is the vector width of the element type, so that a row of one block is a run of
// whole vectors; lanes past the last channel are padding: kernels write zeros there or leave what they find,
// and nothing reads them across channels. B = 1 is plain NCHW, the order in which images arrive.
#pragma once

#include <type_traits>

#include "lamina/core/shape.hpp"
#include "lamina/simd/simd.hpp"

namespace lamina {

/// Channels that lie together in a blocked map of T: as many as fit a vector register.
template <class T> inline constexpr int channel_block = simd::width<std::remove_const_t<T>>;

/// Non-owning view of (batch, channels, height, width) elements. `data` is 64-byte aligned for blocked maps.
/// Vectors (rank 1) are maps of one pixel. `batch_stride` is the distance between samples in elements: larger
/// than a sample where the map is a channel slice of a wider one (how concat copies nothing).
template <class T, int Block = channel_block<T>> struct FeatureMapView {
  T* data = nullptr;
  Index batch = 0;
  Index channels = 0;
  Index height = 1;
  Index width = 1;
  Index batch_stride = 0;

  static constexpr int block = Block;
  using value_type = std::remove_const_t<T>;

  constexpr FeatureMapView() = default;
  constexpr FeatureMapView(T* d, Index n, Index c, Index h, Index w, Index stride)
      : data(d), batch(n), channels(c), height(h), width(w), batch_stride(stride) {}
  /// A densely packed map.
  constexpr FeatureMapView(T* d, Index n, Index c, Index h, Index w)
      : FeatureMapView(d, n, c, h, w, (c + Block - 1) / Block * Block * h * w) {}

  /// A view of mutable elements is also one of constant elements.
  constexpr operator FeatureMapView<const T, Block>() const
    requires(!std::is_const_v<T>)
  {
    return {data, batch, channels, height, width, batch_stride};
  }

  constexpr Index blocks() const { return (channels + Block - 1) / Block; }
  constexpr Index pixels() const { return height * width; }
  /// Distance between channel blocks, and between rows of a block.
  constexpr Index block_stride() const { return height * width * Block; }
  constexpr Index row_stride() const { return width * Block; }
  /// First element of a channel block of sample n.
  constexpr T* at_block(Index n, Index channel_block_index) const {
    return data + n * batch_stride + channel_block_index * block_stride();
  }
  constexpr T& operator()(Index n, Index c, Index h = 0, Index w = 0) const {
    return at_block(n, c / Block)[(h * width + w) * Block + c % Block];
  }
  constexpr bool empty() const { return data == nullptr; }
  /// Samples [first, first + count).
  constexpr FeatureMapView samples(Index first, Index count) const {
    return {data + first * batch_stride, count, channels, height, width, batch_stride};
  }
};

/// Calls f(n, c, h, w) for every element, padding lanes left out: the plain way to walk a map, where speed
/// does not matter (kernels walk blocks).
template <class T, int Block, class F>
constexpr void for_each_element(const FeatureMapView<T, Block>& map, F&& f) {
  for (Index n = 0; n < map.batch; ++n)
    for (Index c = 0; c < map.channels; ++c)
      for (Index h = 0; h < map.height; ++h)
        for (Index w = 0; w < map.width; ++w) f(n, c, h, w);
}

}  // namespace lamina
