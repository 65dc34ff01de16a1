// A convolution along the channels of vectors, with one kernel for all: how efficient channel attention lets
// neighbouring channels speak with each other (Wang et al., "ECA-Net", 2020). Vectors lie in runs, so it is a
// one-dimensional convolution of them.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

/// y_c = Σ_t w_t · x_{c + t - (k - 1) / 2} over the k taps, zeros outside; of vectors (maps of one pixel), k
/// odd.
template <class T, class Arch = simd::Arch>
void channel_conv_forward(const Input<T>& x, const std::type_identity_t<T>* weight, Index taps,
                          const FeatureMapView<T>& y) {
  constexpr Index B = channel_block<T>;
  const Index reach = (taps - 1) / 2, size = y.blocks() * B;
  const Scratch<T> padded(size + 2 * reach);  // zeros on both sides, so that no tap needs to be left out
  std::fill_n(padded.data(), padded.size(), T{0});
  for (Index n = 0; n < x.batch; ++n) {
    std::copy_n(x.at_block(n, 0), x.channels, padded.data() + reach);
    T* const to = y.at_block(n, 0);
    for (Index c = 0; c < size; c += B) {
      auto sum = simd::broadcast<T>(0);
      for (Index t = 0; t < taps; ++t)
        sum = simd::fma(simd::broadcast<T>(weight[t]), simd::load_unaligned<T>(padded.data() + c + t), sum);
      simd::store(to + c, sum);
    }
    std::fill_n(to + y.channels, size - y.channels, T{0});
  }
}

/// dx_c = Σ_t w_t · dy_{c - t + (k - 1) / 2}, and dw_t += Σ_c dy_c · x_{c + t - (k - 1) / 2} over samples,
/// summed in double. dx may be empty, dweight null.
template <class T>
void channel_conv_backward(const Input<T>& x, const Input<T>& dy, const std::type_identity_t<T>* weight,
                           Index taps, const FeatureMapView<T>& dx, std::type_identity_t<T>* dweight) {
  const Index reach = (taps - 1) / 2;
  for (Index t = 0; t < taps && dweight; ++t) {
    const Index shift = t - reach;
    double sum = 0;
    for (Index n = 0; n < x.batch; ++n)
      for (Index c = std::max<Index>(0, -shift); c < std::min(x.channels, x.channels - shift); ++c)
        sum += static_cast<double>(dy.at_block(n, 0)[c]) * static_cast<double>(x.at_block(n, 0)[c + shift]);
    dweight[t] += static_cast<T>(sum);
  }
  if (dx.empty()) return;
  const Scratch<T> reversed(taps);
  std::reverse_copy(weight, weight + taps, reversed.data());
  channel_conv_forward(dy, reversed.data(), taps, dx);
}

}  // namespace lamina::kernels
