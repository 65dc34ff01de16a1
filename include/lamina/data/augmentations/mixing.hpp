// Steps that blend the images of a batch with each other, and their labels likewise: mixup, cutmix. Their
// batches carry soft_targets, one weight per class and image. Each image's partner is the next one of the
// batch, which shuffling has made a random one.
#pragma once

#include <algorithm>
#include <cmath>

#include "lamina/core/shape.hpp"
#include "lamina/data/augmentations/workpiece.hpp"
#include "lamina/data/draws.hpp"

namespace lamina {

/// A batch whose images may still be changed. A mixing step is any value with
///   template <class T> void operator()(BatchInTheMaking<T>& batch, Draws& draws) const;
/// and perhaps check(), as in workpiece.hpp.
template <class T> struct BatchInTheMaking {
  T* pixels;        // (n, c, h, w)
  T* soft_targets;  // (n, classes)
  T* spare;         // one image, or one row of targets, whichever is larger
  Index size;       // n
  Shape shape;      // (c, h, w)
  Index classes;

  T* image(Index i) const { return pixels + i * shape.elements(); }
  T* targets(Index i) const { return soft_targets + i * classes; }
};

namespace detail {

/// Gamma(shape, 1), by Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
inline double gamma_variate(double shape, Draws& draws) {
  if (shape < 1) {
    const double larger = gamma_variate(shape + 1, draws);
    return larger * std::pow(1 - draws.uniform(), 1 / shape);
  }
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = draws.normal(), root = 1 + c * x, v = root * root * root;
    const double u = 1 - draws.uniform();
    if (v > 0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

/// Beta(alpha, alpha), in [0, 1].
inline double beta_variate(double alpha, Draws& draws) {
  const double a = gamma_variate(alpha, draws), b = gamma_variate(alpha, draws);
  return a + b > 0 ? a / (a + b) : draws.chance(0.5) ? 1 : 0;  // both vanish where alpha is minute
}

/// rows[i] = keep * rows[i] + (1 - keep) * rows[i + 1], the last with the first; `spare` holds a row.
template <class T> void blend_with_next(T* rows, Index count, Index length, T keep, T* spare) {
  std::copy_n(rows, length, spare);
  for (Index i = 0; i < count; ++i) {
    T* const row = rows + i * length;
    const T* const next = i + 1 < count ? row + length : spare;
    for (Index k = 0; k < length; ++k) row[k] = keep * row[k] + (1 - keep) * next[k];
  }
}

}  // namespace detail

/// x_i = k x_i + (1 - k) x_j and so its targets, with one k ~ Beta(alpha, alpha) per batch (Zhang et al.,
/// "mixup: beyond empirical risk minimization", 2018).
struct mixup {
  double alpha = 0.2;
  double probability = 1;  // of mixing a batch at all

  void check() const {
    detail::require_option(alpha >= 0 && std::isfinite(alpha), "mixup: alpha is a finite number, at least 0");
    detail::require_option(detail::is_probability(probability), "mixup: probability lies between 0 and 1");
  }

  template <class T> void operator()(BatchInTheMaking<T>& batch, Draws& draws) const {
    if (!draws.chance(probability)) return;
    const T keep = static_cast<T>(detail::beta_variate(alpha, draws));
    detail::blend_with_next(batch.pixels, batch.size, batch.shape.elements(), keep, batch.spare);
    detail::blend_with_next(batch.soft_targets, batch.size, batch.classes, keep, batch.spare);
  }
};

/// Pastes a rectangle of each image's partner over it, the same place in all of the batch: 1 - k of the area
/// with k ~ Beta(alpha, alpha), less where it leaves the image; targets mix by the area that it really covers
/// (Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features",
/// 2019).
struct cutmix {
  double alpha = 1;
  double probability = 1;

  void check() const {
    detail::require_option(alpha >= 0 && std::isfinite(alpha),
                           "cutmix: alpha is a finite number, at least 0");
    detail::require_option(detail::is_probability(probability), "cutmix: probability lies between 0 and 1");
  }

  template <class T> void operator()(BatchInTheMaking<T>& batch, Draws& draws) const {
    if (!draws.chance(probability)) return;
    const auto [channels, height, width] = batch.shape;
    const double side = std::sqrt(1 - detail::beta_variate(alpha, draws));
    const auto [top, bottom] = cut(height, side, draws);
    const auto [left, right] = cut(width, side, draws);
    std::copy_n(batch.pixels, batch.shape.elements(), batch.spare);
    for (Index i = 0; i < batch.size; ++i) {
      const T* const partner = i + 1 < batch.size ? batch.image(i + 1) : batch.spare;
      for (Index channel = 0; channel < channels; ++channel)
        for (Index y = top; y < bottom; ++y) {
          const Index row = (channel * height + y) * width;
          std::copy(partner + row + left, partner + row + right, batch.image(i) + row + left);
        }
    }
    const double pasted =
        static_cast<double>((bottom - top) * (right - left)) / static_cast<double>(height * width);
    detail::blend_with_next(batch.soft_targets, batch.size, batch.classes, static_cast<T>(1 - pasted),
                            batch.spare);
  }

 private:
  struct Range {
    Index first, last;
  };
  static Range cut(Index extent, double part, Draws& draws) {
    const Index length = static_cast<Index>(std::lround(part * static_cast<double>(extent)));
    const Index first = draws.below(extent) - length / 2;
    return {std::max<Index>(0, first), std::min(extent, first + length)};
  }
};

}  // namespace lamina
