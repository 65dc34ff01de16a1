// Maps for tests of losses and metrics: blocked ones made from plain NCHW values, with a poison in the
// padding lanes and between samples that shows whatever reads or fails to write them.
#pragma once

#include <algorithm>
#include <vector>

#include "lamina/core/storage.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "support/catch.hpp"

namespace lamina::test {

template <class T> class BlockedMap {
 public:
  /// `gap` elements lie between samples, as in a channel slice of a wider map.
  BlockedMap(Index n, Index c, Index h, Index w, T poison, Index gap = 0)
      : sample_((c + block - 1) / block * block * h * w + gap * block),
        storage_(n * sample_),
        view_(storage_.data(), n, c, h, w, sample_) {
    std::fill(storage_.begin(), storage_.end(), poison);
  }
  BlockedMap(const std::vector<double>& plain, Index n, Index c, Index h, Index w, T poison = T{1e4},
             Index gap = 0)
      : BlockedMap(n, c, h, w, poison, gap) {
    for_each([&](T& element, std::size_t i) { element = static_cast<T>(plain[i]); });
  }

  const FeatureMapView<T>& view() const { return view_; }

  /// Values in NCHW order.
  std::vector<double> plain() const {
    std::vector<double> values;
    for_each([&](T& element, std::size_t) { values.push_back(static_cast<double>(element)); });
    return values;
  }
  /// All memory, padding included.
  std::vector<T> memory() const { return {storage_.begin(), storage_.end()}; }

  bool padding_is_zero() const {
    for (Index n = 0; n < view_.batch; ++n)
      for (Index c = view_.channels; c < view_.blocks() * block; ++c)
        for (Index i = 0; i < view_.pixels(); ++i)
          if (view_.at_block(n, c / block)[i * block + c % block] != T{0}) return false;
    return true;
  }

 private:
  static constexpr Index block = channel_block<T>;

  template <class F> void for_each(const F& f) const {
    std::size_t i = 0;
    for (Index n = 0; n < view_.batch; ++n)
      for (Index c = 0; c < view_.channels; ++c)
        for (Index h = 0; h < view_.height; ++h)
          for (Index w = 0; w < view_.width; ++w) f(view_(n, c, h, w), i++);
  }

  Index sample_;
  Storage<T> storage_;
  FeatureMapView<T> view_;
};

/// Requires `gradient` to be the derivative of loss(x) in every element of x, by central differences.
template <class Loss>
void require_gradient(std::vector<double> x, const std::vector<double>& gradient, const Loss& loss,
                      double step = 1e-5, double tolerance = 1e-8) {
  REQUIRE(x.size() == gradient.size());
  std::vector<double> differences;
  for (double& element : x) {
    const double at = element;
    element = at + step;
    const double above = loss(x);
    element = at - step;
    const double below = loss(x);
    element = at;
    differences.push_back((above - below) / (2 * step));
  }
  require_close(gradient, differences, tolerance);
}

}  // namespace lamina::test
