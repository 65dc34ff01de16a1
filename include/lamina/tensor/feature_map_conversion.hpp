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
#include "lamina/tensor/detail/transpose.hpp"
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

/// Whether lanes of a map of From are copied to a run of To in squares that are turned in registers.
template <class From, class To, int Block>
inline constexpr bool lanes_turn =
    std::is_same_v<From, To> && std::is_floating_point_v<To> && Block > 1 && Block == simd::width<To>;

/// Elements of a channel block in plain order: to[lane · plane + pixel · step] for `lanes` of its lanes.
template <int Block, class T, class To>
void copy_from_block(const T* from, Index lanes, Index pixels, To* to, Index plane, Index step) {
  if constexpr (lanes_turn<T, To, Block>)
    if (step == 1) return transpose_block(from, Block, to, plane, lanes, pixels);
  for (Index lane = 0; lane < lanes; ++lane)
    for (Index pixel = 0; pixel < pixels; ++pixel)
      to[lane * plane + pixel * step] = static_cast<To>(from[pixel * Block + lane]);
}

/// The inverse; the other lanes become zero.
template <int Block, class From, class T>
void copy_to_block(const From* from, Index plane, Index step, T* to, Index lanes, Index pixels) {
  for (Index lane = std::max(Index{0}, lanes); lane < Block; ++lane)
    for (Index pixel = 0; pixel < pixels; ++pixel) to[pixel * Block + lane] = T{0};
  if constexpr (lanes_turn<From, T, Block>)
    if (step == 1) return transpose_block(from, plane, to, Block, pixels, lanes);
  for (Index lane = 0; lane < lanes; ++lane)
    for (Index pixel = 0; pixel < pixels; ++pixel)
      to[pixel * Block + lane] = static_cast<T>(from[lane * plane + pixel * step]);
}

/// Calls f(map_offset, image_offset, lanes, pixels) for all channel blocks and all runs of pixels, at most 64
/// of them: a block of them stays in the first-level cache while lane after lane is copied. Pixels are Block
/// elements apart in the map, images.stride(3) in the images.
template <class T, int Block, class Images, class F>
void for_each_block_run(const FeatureMapView<T, Block>& map, const Images& images, F f) {
  const Index blocks = map.batch * map.blocks(), size = blocks * map.block_stride();
  if (size == 0) return;
  const bool is_flat = images.stride(2) == map.width * images.stride(3);
  const Index rows = is_flat ? 1 : map.height, columns = is_flat ? map.pixels() : map.width;
  const Index piece =
      size < parallel_elements ? blocks : std::max(Index{1}, piece_elements / map.block_stride());
  parallel_for((blocks + piece - 1) / piece, [&](Index p) {
    for (Index b = p * piece; b < std::min((p + 1) * piece, blocks); ++b)
      for (Index row = 0; row < rows; ++row)
        for (Index column = 0; column < columns; column += 64) {
          const Index n = b / map.blocks(), block = b % map.blocks(), c = block * Block;
          f(n * map.batch_stride + block * map.block_stride() + (row * columns + column) * Block,
            n * images.stride(0) + c * images.stride(1) + row * images.stride(2) + column * images.stride(3),
            std::min(Index{Block}, map.channels - c), std::min(Index{64}, columns - column));
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
  detail::for_each_block_run(map, to, [&](Index map_offset, Index image_offset, Index lanes, Index pixels) {
    detail::copy_from_block<Block>(map.data + map_offset, lanes, pixels, to.data() + image_offset,
                                   to.stride(1), to.stride(3));
  });
}

/// Writes the elements of `images`, a Tensor or TensorView (n, c, h, w), to a feature map, and zeros to the
/// lanes past its last channel. Throws shape_error where the shapes differ.
template <expression Images, class T, int Block>
void copy(const Images& images, const FeatureMapView<T, Block>& map) {
  const auto from = detail::images_of(images);
  detail::require_same_shape(map, from);
  detail::for_each_block_run(map, from, [&](Index map_offset, Index image_offset, Index lanes, Index pixels) {
    detail::copy_to_block<Block>(from.data() + image_offset, from.stride(1), from.stride(3),
                                 map.data + map_offset, lanes, pixels);
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
