// Between the blocked feature maps that kernels work on (feature_map.hpp) and plain row-major tensors (n, c,
// h, w):
//   to_tensor(map)      a new Tensor with the map's elements
//   copy(map, tensor)   into a tensor or view that exists; copy(tensor, map) the other way
// Any block size serves, 1 included, and any number of channels; lanes past the last channel of a map that is
// written become zero.
#pragma once

#include <algorithm>
#include <string>
#include <type_traits>

#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

namespace detail {

/// A view of the four axes (n, c, h, w) of a Tensor or TensorView, all dynamic.
template <class X> auto images_of(X& x) {
  static_assert(X::rank == 4, "feature maps: a plain tensor has the axes (n, c, h, w)");
  using T = std::remove_pointer_t<decltype(x.data())>;
  using Images = TensorView<T, dyn, dyn, dyn, dyn>;
  if constexpr (requires { x.view(); })
    return Images(x.view());
  else
    return Images(x);
}

template <class T, int Block, class Images>
void require_same_shape(const FeatureMapView<T, Block>& map, const Images& images) {
  const Extents<dyn, dyn, dyn, dyn> extents({map.batch, map.channels, map.height, map.width});
  if (!(extents == images.extents()))
    throw shape_error("copy: a feature map of shape ", to_string(extents), " and a tensor of shape ",
                      to_string(images.extents()), " must have the same (n, c, h, w)");
}

/// Calls f(c, map_offset, image_offset, count) for all channels c < blocks * Block (those past the last are
/// padding) and all runs of `count` pixels, at most 64 of them: a block of them stays in the first-level
/// cache while lane after lane is copied. Pixels are Block elements apart in the map, images.stride(3) in the
/// images.
template <class T, int Block, class Images, class F>
void for_each_lane_run(const FeatureMapView<T, Block>& map, const Images& images, F f) {
  const Index blocks = map.batch * map.blocks(), size = blocks * map.block_stride();
  if (size == 0) return;
  const bool is_flat = images.stride(2) == map.width * images.stride(3);
  const Index rows = is_flat ? 1 : map.height, columns = is_flat ? map.pixels() : map.width;
  const Index piece =
      size < parallel_elements ? blocks : std::max(Index{1}, piece_elements / map.block_stride());
  parallel_for((blocks + piece - 1) / piece, [&](Index p) {
    for (Index b = p * piece; b < std::min((p + 1) * piece, blocks); ++b)
      for (Index row = 0; row < rows; ++row)
        for (Index column = 0; column < columns; column += 64)
          for (Index lane = 0; lane < Block; ++lane) {
            const Index n = b / map.blocks(), block = b % map.blocks(), c = block * Block + lane;
            f(c, n * map.batch_stride + block * map.block_stride() + (row * columns + column) * Block + lane,
              n * images.stride(0) + c * images.stride(1) + row * images.stride(2) +
                  column * images.stride(3),
              std::min(Index{64}, columns - column));
          }
  });
}

}  // namespace detail

/// Writes a feature map's elements to `images`, a Tensor or TensorView (n, c, h, w). Throws shape_error where
/// the shapes differ.
template <class T, int Block, writable Images>
void copy(const FeatureMapView<T, Block>& map, Images&& images) {
  const auto to = detail::images_of(images);
  detail::require_same_shape(map, to);
  using To = std::remove_pointer_t<decltype(to.data())>;
  detail::for_each_lane_run(map, to, [&](Index c, Index map_offset, Index image_offset, Index count) {
    if (c >= map.channels) return;
    const T* const source = map.data + map_offset;
    To* const target = to.data() + image_offset;
    for (Index i = 0; i < count; ++i) target[i * to.stride(3)] = static_cast<To>(source[i * Block]);
  });
}

/// Writes the elements of `images`, a Tensor or TensorView (n, c, h, w), to a feature map, and zeros to the
/// lanes past its last channel. Throws shape_error where the shapes differ.
template <expression Images, class T, int Block>
void copy(const Images& images, const FeatureMapView<T, Block>& map) {
  const auto from = detail::images_of(images);
  detail::require_same_shape(map, from);
  detail::for_each_lane_run(map, from, [&](Index c, Index map_offset, Index image_offset, Index count) {
    T* const target = map.data + map_offset;
    const auto* const source = from.data() + image_offset;
    for (Index i = 0; i < count; ++i)
      target[i * Block] = c < map.channels ? static_cast<T>(source[i * from.stride(3)]) : T{0};
  });
}

/// A feature map's elements as a Tensor (n, c, h, w).
template <class T, int Block> auto to_tensor(const FeatureMapView<T, Block>& map) {
  using Images = Tensor<std::remove_const_t<T>, dyn, dyn, dyn, dyn>;
  auto images =
      Images::uninitialized(typename Images::extents_type({map.batch, map.channels, map.height, map.width}));
  copy(map, images);
  return images;
}

}  // namespace lamina
