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

/// The factors, 0 or 1 / (1 - p), of maps of some channels and pixels.
template <class T, class Arch = simd::Arch> class DropoutFactors {
 public:
  static constexpr Index pixels_at_once = 16;

  DropoutFactors(const Random& random, Index channels, Index pixels, double p)
      : random_(random),
        quads_((channels + 3) / 4),
        pixels_(pixels),
        threshold_(static_cast<std::uint64_t>(std::ceil(p * 0x1p32))),
        factor_{T{0}, p < 1 ? static_cast<T>(1 / (1 - p)) : T{0}} {}

  /// The vectors of `count` pixels of a channel block, from pixel `first` on.
  void write(T* to, Index n, Index block, Index first, Index count) const {
    constexpr Index B = channel_block<T>;
    const Index begin = block * B, end = begin + B;
    for (Index quad = begin / 4; quad * 4 < end && quad < quads_; ++quad)
      for (Index p = 0; p < count; ++p) {
        const auto words =
            random_.block(static_cast<std::uint64_t>((n * quads_ + quad) * pixels_ + first + p));
        for (Index c = std::max(begin, 4 * quad); c < std::min(end, 4 * quad + 4); ++c)
          to[p * B + c - begin] =
              factor_[words[static_cast<std::size_t>(c % 4)] >= threshold_];  // no branch to guess
      }
    for (Index c = 4 * quads_; c < end; ++c)
      for (Index p = 0; p < count; ++p) to[p * B + c - begin] = T{0};
  }

 private:
  const Random& random_;
  Index quads_, pixels_;
  std::uint64_t threshold_;
  T factor_[2];
};

}  // namespace detail

/// y = x · factor(n, c, h, w), with the factors of probability p, 0 <= p <= 1. y may be x.
template <class T, class Arch = simd::Arch>
void dropout(const Input<T>& x, double p, const Random& random, const FeatureMapView<T>& y) {
  using Factors = detail::DropoutFactors<T>;
  const Factors factors(random, x.channels, x.pixels(), p);
  constexpr Index B = FeatureMapView<T>::block, cost = 10;  // of a random number, in element-wise steps
  for_each_rows(x, cost * x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    alignas(64) T factor[Factors::pixels_at_once * B];
    const T* const from = x.at_block(n, block);
    T* const to = y.at_block(n, block);
    const Index end = last_row * x.width;
    for (Index pixel = first_row * x.width; pixel < end; pixel += Factors::pixels_at_once) {
      const Index count = std::min(Factors::pixels_at_once, end - pixel);
      factors.write(factor, n, block, pixel, count);
      for (Index i = 0; i < count * B; i += B)
        simd::store<T>(to + pixel * B + i, simd::load(from + pixel * B + i) * simd::load<T>(factor + i));
    }
  });
}

/// Channel dropout (Tompson et al., 2015; PyTorch's Dropout2d): whole channels fall together. y = x ·
/// factor(n, c), with the factors that dropout has for maps of one pixel. y may be x.
template <class T, class Arch = simd::Arch>
void channel_dropout(const Input<T>& x, double p, const Random& random, const FeatureMapView<T>& y) {
  const detail::DropoutFactors<T> factors(random, x.channels, 1, p);
  for_each_block(x, x.block_stride(), [&](Index n, Index block, int) {
    alignas(64) T factor[channel_block<T>];
    factors.write(factor, n, block, 0, 1);
    const auto f = simd::load<T>(factor);
    const T* const from = x.at_block(n, block);
    T* const to = y.at_block(n, block);
    for (Index i = 0; i < x.block_stride(); i += x.block) simd::store<T>(to + i, simd::load(from + i) * f);
  });
}

}  // namespace lamina::kernels
