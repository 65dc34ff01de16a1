// Dropout (Srivastava et al., 2014): each element is zero with probability p and grows by 1 / (1 - p)
// otherwise, so that the mean stays. Nothing is stored: which elements fall is a function of the random
// stream and the element's place, so the gradient is the same call on dy with the same stream. Element (n, c,
// h, w) stays where word c % 4 of the stream's block (n · ⌈C / 4⌉ + c / 4) · H · W + h · W + w is at least p
// · 2^32: that is independent of threads, vector width and element type.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "lamina/core/random.hpp"
#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

namespace detail {

/// The factors, 0 or 1 / (1 - p), of a vector of channels; a map has `pixels` of them.
template <class T, class Arch = simd::Arch> struct DropoutFactors {
  const Random& random;
  Index channels, pixels;
  std::uint64_t threshold;
  T kept;

  DropoutFactors(const Random& stream, Index c, Index pixel_count, double p)
      : random(stream),
        channels(c),
        pixels(pixel_count),
        threshold(static_cast<std::uint64_t>(std::ceil(p * 0x1p32))),
        kept(p < 1 ? static_cast<T>(1 / (1 - p)) : T{0}) {}

  simd::Vector<T> operator()(Index n, Index block, Index p) const {
    constexpr Index B = channel_block<T>;
    alignas(64) T factor[B < 4 ? 4 : B];
    const Index first = block * B / 4 * 4;  // B is 2 where a vector holds two doubles
    for (Index c = first; c < (block + 1) * B; c += 4) {
      const auto words =
          random.block(static_cast<std::uint64_t>((n * ((channels + 3) / 4) + c / 4) * pixels + p));
      for (std::size_t i = 0; i < 4; ++i)
        factor[c - first + static_cast<Index>(i)] = words[i] >= threshold ? kept : T{0};
    }
    return simd::load_unaligned<T>(factor + (block * B - first));
  }
};

}  // namespace detail

/// y = x · factor(n, c, h, w), with the factors of probability p, 0 <= p <= 1. y may be x.
template <class T, class Arch = simd::Arch>
void dropout(const Input<T>& x, double p, const Random& random, const FeatureMapView<T>& y) {
  const detail::DropoutFactors<T> factor(random, x.channels, x.pixels(), p);
  constexpr Index cost = 10;  // of a random number, in element-wise steps
  for_each_rows(x, cost * x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    const T* const from = x.at_block(n, block);
    T* const to = y.at_block(n, block);
    for (Index pixel = first_row * x.width; pixel < last_row * x.width; ++pixel)
      simd::store<T>(to + pixel * x.block, simd::load(from + pixel * x.block) * factor(n, block, pixel));
  });
}

/// Channel dropout (Tompson et al., 2015; PyTorch's Dropout2d): whole channels fall together. y = x ·
/// factor(n, c), with the factors that dropout has for maps of one pixel. y may be x.
template <class T, class Arch = simd::Arch>
void channel_dropout(const Input<T>& x, double p, const Random& random, const FeatureMapView<T>& y) {
  const detail::DropoutFactors<T> factor(random, x.channels, 1, p);
  for_each_block(x, x.block_stride(), [&](Index n, Index block, int) {
    const auto f = factor(n, block, 0);
    const T* const from = x.at_block(n, block);
    T* const to = y.at_block(n, block);
    for (Index i = 0; i < x.block_stride(); i += x.block) simd::store<T>(to + i, simd::load(from + i) * f);
  });
}

}  // namespace lamina::kernels
