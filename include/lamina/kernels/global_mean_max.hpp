// Means and maxima over the pixels of a map from one read of it: what channel attention looks at (Woo et al.,
// "CBAM", 2018).
#pragma once

#include "lamina/kernels/average_pool.hpp"
#include "lamina/kernels/max_pool.hpp"

namespace lamina::kernels {

/// y(n, c, 0) = the mean of x over all pixels, y(n, c, 1) = the maximum, NaN where x holds one. x is
/// (n, c, h, w), y (n, c, 2).
template <class T, class Arch = simd::Arch>
void global_mean_max_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  constexpr Index together = 128;  // pixels that the first-level cache has when they are read again
  for_each_block(y, x.block_stride(), [&](Index n, Index block, int) {
    const T* const from = x.at_block(n, block);
    V most = simd::load(from);
    const V sum = detail::pairwise_sum(0, (x.pixels() + together - 1) / together, [&](Index part) {
      const Index first = part * together, count = std::min(together, x.pixels() - first);
      const V part_sum = detail::pairwise_sum(0, count, detail::pixels_from(x, n, block, first));
      most = detail::larger(most, detail::max_of_pixels<T>(from + first * B, count));
      return part_sum;
    });
    T* const to = y.at_block(n, block);
    simd::store<T>(to, sum / V(static_cast<T>(x.pixels())));
    simd::store(to + B, most);
  });
}

}  // namespace lamina::kernels
