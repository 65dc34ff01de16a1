// The rectifier with a learnt slope (He et al., 2015): y = x where x > 0, slope · x elsewhere, with a slope
// for each channel or one for all.
#pragma once

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/moments.hpp"

namespace lamina::kernels {

/// How many slopes there are.
enum class Slopes {
  per_channel,  ///< an array as long as the channels rounded up to whole blocks, aligned
  one
};

namespace detail {
template <class T> simd::Vector<T> slope_of(const T* slope, Slopes slopes, Index block) {
  return slopes == Slopes::one ? simd::broadcast<T>(*slope) : simd::load<T>(slope + block * channel_block<T>);
}
}  // namespace detail

/// y = x > 0 ? x : slope · x. y may be x.
template <class T, class Arch = simd::Arch>
void prelu_forward(const Input<T>& x, const std::type_identity_t<T>* slope, Slopes slopes,
                   const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_rows(x, x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    const V s = detail::slope_of(slope, slopes, block);
    const auto x_at = detail::pixels_from(x, n, block, 0);
    T* const to = y.at_block(n, block);
    for (Index p = first_row * x.width, last = last_row * x.width; p < last; ++p)
      simd::store<T>(to + p * B, simd::select(x_at(p) > V(T{0}), x_at(p), V(s * x_at(p))));
  });
}

/// dx = x > 0 ? dy : slope · dy, and dslope += Σ dy · x over the elements x <= 0 that share the slope. dx may
/// be empty and may be dy; dslope may be null, and nothing is added to its padding lanes.
template <class T, class Arch = simd::Arch>
void prelu_backward(const Input<T>& x, const Input<T>& dy, const std::type_identity_t<T>* slope,
                    Slopes slopes, const FeatureMapView<T>& dx, std::type_identity_t<T>* dslope) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  if (dslope) {
    const Index padded = detail::padded_channels(x);
    const Scratch<T> sums(x.batch * padded);
    for_each_block(x, 2 * x.block_stride(), [&](Index n, Index block, int) {
      const auto x_at = detail::pixels_from(x, n, block, 0), dy_at = detail::pixels_from(dy, n, block, 0);
      const V sum = detail::pairwise_sum(0, x.pixels(),
                                         [=](Index p) { return V(simd::min(x_at(p), V(T{0})) * dy_at(p)); });
      simd::store<T>(sums.data() + n * padded + block * x.block, sum);
    });
    const auto sum_of = [&](Index n, Index c) { return static_cast<double>(sums[n * padded + c]); };
    if (slopes == Slopes::per_channel) {
      detail::add_over_samples(x, dslope, sum_of);
    } else {
      double sum = 0;
      for (Index n = 0; n < x.batch; ++n)
        for (Index c = 0; c < x.channels; ++c) sum += sum_of(n, c);
      *dslope += static_cast<T>(sum);
    }
  }
  if (dx.empty()) return;
  for_each_rows(x, 2 * x.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    const V s = detail::slope_of(slope, slopes, block);
    const auto x_at = detail::pixels_from(x, n, block, 0), dy_at = detail::pixels_from(dy, n, block, 0);
    T* const to = dx.at_block(n, block);
    for (Index p = first_row * x.width, last = last_row * x.width; p < last; ++p)
      simd::store<T>(to + p * B, simd::select(x_at(p) > V(T{0}), dy_at(p), V(s * dy_at(p))));
  });
}

}  // namespace lamina::kernels
