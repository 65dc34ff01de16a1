// Sums per channel over samples and pixels: the gradient of a bias.
#pragma once

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/moments.hpp"

namespace lamina::kernels {

/// sums[c] += Σ x over samples and pixels: pairwise within a sample, in double across samples. Nothing is
/// added to padding lanes.
template <class T, class Arch = simd::Arch> void add_channel_sums(const Input<T>& x, T* sums) {
  const Index padded = detail::padded_channels(x);
  const Scratch<T> of_samples(x.batch * padded);
  for_each_block(x, x.block_stride(), [&](Index n, Index block, int) {
    const simd::Vector<T> sum =
        detail::pairwise_sum(0, x.pixels(), [&](Index p) { return detail::pixel(x, n, block, p); });
    simd::store<T>(of_samples.data() + n * padded + block * x.block, sum);
  });
  detail::add_over_samples(x, sums,
                           [&](Index n, Index c) { return static_cast<double>(of_samples[n * padded + c]); });
}

}  // namespace lamina::kernels
