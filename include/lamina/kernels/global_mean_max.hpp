// Means and maxima over the pixels of a map from one read of it: what channel attention looks at (Woo et al.,
// "CBAM", 2018).
#pragma once

#include "lamina/kernels/average_pool.hpp"
#include "lamina/kernels/max_pool.hpp"

namespace lamina::kernels {

namespace detail {
/// The sum of what has been added, and the largest of it.
template <class V> struct SumAndMaximum {
  V sum, maximum;
  SumAndMaximum& operator+=(const SumAndMaximum& other) {
    sum += other.sum;
    maximum = simd::max(maximum, other.maximum);
    return *this;
  }
};
}  // namespace detail

/// y(n, c, 0) = the mean of x over all pixels, y(n, c, 1) = the maximum, NaN where x holds one. x is
/// (n, c, h, w), y (n, c, 2).
template <class T, class Arch = simd::Arch>
void global_mean_max_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = channel_block<T>;
  for_each_block(y, x.block_stride(), [&](Index n, Index block, int) {
    const auto x_at = detail::pixels_from(x, n, block, 0);
    const auto both = detail::pairwise_sum(0, x.pixels(), [=](Index p) {
      const V v = x_at(p);
      return detail::SumAndMaximum<V>{v, v};
    });
    // A maximum may miss a NaN, but no sum does.
    const V maximum = simd::all(both.sum == both.sum)
                          ? both.maximum
                          : detail::max_of_pixels<T>(x.at_block(n, block), x.pixels());
    T* const to = y.at_block(n, block);
    simd::store<T>(to, both.sum / V(static_cast<T>(x.pixels())));
    simd::store(to + B, maximum);
  });
}

}  // namespace lamina::kernels
