// The inner loop of cross entropy: one pixel of a blocked map of logits, whose channels lie in vectors
// `block_stride` apart. Three passes over them: the maximum, the exponentials and their sum, the gradient.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "lamina/core/shape.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/ordered_sum.hpp"

namespace lamina::detail {

/// For a last block with `lanes` channels: 0 in their lanes, and -∞, the logit of a class that cannot be, in
/// padding lanes.
template <class T, class Arch = simd::Arch> simd::Vector<T> padding_logits(Index lanes) {
  alignas(64) T logits[channel_block<T>];
  std::fill_n(logits, channel_block<T>, -std::numeric_limits<T>::infinity());
  std::fill_n(logits, lanes, T{0});
  return simd::load(static_cast<const T*>(logits));
}

/// Logits of one pixel, and where their gradient goes (null: nowhere; it may be the same memory).
template <class T, class Arch = simd::Arch> struct SoftmaxPixel {
  using V = simd::Vector<T>;
  static constexpr Index block = channel_block<T>;

  const T* logits;
  T* gradient;
  Index blocks;
  Index logits_stride;  ///< between channel blocks
  Index gradient_stride;
  V padding;  ///< what padding_logits gives for the last block

  /// -Σ_c q_c log softmax(x)_c for the distribution q = `distribution` + `hot` at class `label`, where
  /// `distribution` is padded with zeros to whole blocks and adds up to `distribution_sum`. Writes the
  /// gradient times `scale`. A class that has no part in q adds nothing even where its logit is -∞, or so far
  /// below the largest that the difference is: 0 · ∞ is 0 here.
  double loss(const T* distribution, double distribution_sum, Index label, double hot, double scale) const {
    V top = load(0);
    for (Index b = 1; b < blocks; ++b) top = simd::max(top, load(b));
    const T maximum = simd::reduce_max(top);
    const double hot_logit = static_cast<double>(logits[label / block * logits_stride + label % block]) -
                             static_cast<double>(maximum);

    const V zero = simd::constant<V>(0);
    V sums = zero, products = zero;
    for (Index b = 0; b < blocks; ++b) {
      const V shifted = load(b) - V(maximum), exponential = simd::exp(shifted);
      sums = sums + exponential;
      const V expected = simd::load(distribution + b * block);
      products = simd::fma(expected, simd::select(expected == zero, zero, shifted), products);
      if (gradient != nullptr) simd::store(gradient + b * gradient_stride, exponential);
    }
    const double sum = static_cast<double>(simd::reduce_add(sums)), mass = distribution_sum + hot;

    if (gradient != nullptr) {
      const V to_softmax = simd::constant<V>(mass * scale / sum), minus_scale = simd::constant<V>(-scale);
      for (Index b = 0; b < blocks; ++b) {
        T* const out = gradient + b * gradient_stride;
        const V expected = minus_scale * simd::load(distribution + b * block);
        simd::store(out, simd::fma(simd::load(static_cast<const T*>(out)), to_softmax, expected));
      }
      gradient[label / block * gradient_stride + label % block] -= static_cast<T>(hot * scale);
    }
    return mass * std::log(sum) - static_cast<double>(simd::reduce_add(products)) -
           (hot == 0 ? 0 : hot * hot_logit);
  }

  /// A pixel that counts for nothing: loss and gradient are zero.
  double ignore() const {
    if (gradient != nullptr)
      for (Index b = 0; b < blocks; ++b) simd::store(gradient + b * gradient_stride, simd::constant<V>(0));
    return 0;
  }

 private:
  /// Block b of the logits, the padding lanes of the last one replaced.
  V load(Index b) const {
    const V x = simd::load(logits + b * logits_stride);
    return b + 1 < blocks ? x : simd::select(padding < simd::constant<V>(0), padding, x);
  }
};

/// Sum of pixel_loss(pixel, place, worker) over all pixels of a batch, where `place` counts pixels through
/// the batch. In parallel, added in a fixed order.
template <class T, class Arch = simd::Arch, class F>
double sum_over_pixels(FeatureMapView<const T> logits, FeatureMapView<T> gradient, const F& pixel_loss) {
  constexpr Index block = channel_block<T>;
  const Index blocks = logits.blocks(), pixels = logits.pixels(), places = logits.batch * pixels;
  if (places == 0 || blocks == 0) return 0;
  const Index grain =
      std::max<Index>(1, 2048 / blocks);  // pixels in a piece: some 2048 exponentials of vectors
  return ordered_sum(pieces_of(places, grain), [&](Index piece, int worker) {
    const Index end = std::min((piece + 1) * grain, places);
    const simd::Vector<T> padding = padding_logits<T, Arch>(logits.channels - (blocks - 1) * block);
    Index n = piece * grain / pixels, i = piece * grain % pixels;
    double part = 0;
    for (Index place = piece * grain; place < end; ++place) {
      part +=
          pixel_loss(SoftmaxPixel<T, Arch>{logits.at_block(n, 0) + i * block,
                                           gradient.empty() ? nullptr : gradient.at_block(n, 0) + i * block,
                                           blocks, logits.block_stride(), gradient.block_stride(), padding},
                     place, worker);
      if (++i == pixels) i = 0, ++n;
    }
    return part;
  });
}

}  // namespace lamina::detail
