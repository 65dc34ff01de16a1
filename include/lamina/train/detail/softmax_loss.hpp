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

/// Logits of one pixel, and where their gradient goes (null: nowhere; it may be the same memory).
template <class T, class Arch = simd::Arch> struct SoftmaxPixel {
  using V = simd::Vector<T>;
  static constexpr Index block = channel_block<T>;

  const T* logits;
  T* gradient;
  Index blocks;
  Index logits_stride;  ///< between channel blocks
  Index gradient_stride;
  Index last_lanes;  ///< channels in the last block

  /// -Σ_c q_c log softmax(x)_c for the distribution q = `distribution` + `hot` at class `label`, where
  /// `distribution` is padded with zeros to whole blocks and adds up to `distribution_sum`. Writes the
  /// gradient times `scale`.
  double loss(const T* distribution, double distribution_sum, Index label, double hot, double scale) const {
    V top = load(0);
    for (Index b = 1; b < blocks; ++b) top = simd::max(top, load(b));
    const T maximum = simd::reduce_max(top);
    const double hot_logit = static_cast<double>(logits[label / block * logits_stride + label % block]) -
                             static_cast<double>(maximum);

    V sums = simd::constant<V>(0), products = simd::constant<V>(0);
    for (Index b = 0; b < blocks; ++b) {
      const V shifted = load(b) - V(maximum), exponential = simd::exp(shifted);
      sums = sums + exponential;
      products = simd::fma(simd::load(distribution + b * block), shifted, products);
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
    return mass * std::log(sum) - static_cast<double>(simd::reduce_add(products)) - hot * hot_logit;
  }

  /// A pixel that counts for nothing: loss and gradient are zero.
  double ignore() const {
    if (gradient != nullptr)
      for (Index b = 0; b < blocks; ++b) simd::store(gradient + b * gradient_stride, simd::constant<V>(0));
    return 0;
  }

 private:
  /// Block b of the logits, its padding lanes at a value so low that their exponential is 0 (half of the
  /// lowest number, so that subtracting the maximum does not make it infinite, nor 0 · it NaN).
  V load(Index b) const {
    const V x = simd::load(logits + b * logits_stride);
    if (b + 1 < blocks || last_lanes == block) return x;
    alignas(64) T lowest[block];
    std::fill_n(lowest, block, std::numeric_limits<T>::lowest() / 2);
    std::fill_n(lowest, last_lanes, T{0});
    const V low = simd::load(static_cast<const T*>(lowest));
    return simd::select(low < simd::constant<V>(0), low, x);
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
    double part = 0;
    for (Index place = piece * grain; place < end; ++place) {
      const Index n = place / pixels, offset = place % pixels * block;
      const SoftmaxPixel<T, Arch> pixel{logits.at_block(n, 0) + offset,
                                        gradient.empty() ? nullptr : gradient.at_block(n, 0) + offset,
                                        blocks,
                                        logits.block_stride(),
                                        gradient.block_stride(),
                                        logits.channels - (blocks - 1) * block};
      part += pixel_loss(pixel, place, worker);
    }
    return part;
  });
}

}  // namespace lamina::detail
