// Softmax and its logarithm over the channels of each pixel, with their gradients. The largest channel is
// taken off before exponentials, so nothing overflows; padding lanes take no part.
#pragma once

#include "lamina/kernels/pixels.hpp"

namespace lamina::kernels {

/// y_c = exp(x_c) / Σ_k exp(x_k), over the channels of each pixel. y may be x.
template <class T, class Arch = simd::Arch>
void softmax_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T greatest[detail::pixels_at_once], sum[detail::pixels_at_once];
    const auto place = [&](Index block, Index p) { return y.at_block(n, block) + (first + p) * y.block; };
    const auto x_at = [&](Index block, Index p) { return detail::pixel(x, n, block, first + p); };
    detail::max_channels<T>(x, count, x_at, greatest);
    const auto exponential = [&](Index block, Index p) {
      const V e = simd::exp(V(x_at(block, p) - V(greatest[p])));
      simd::store(place(block, p), e);
      return e;
    };
    detail::sum_channels<T>(x, count, exponential, sum);
    detail::for_each_channel_vector(x, count, [&](Index block, Index p, const auto& lanes) {
      T* const at = place(block, p);
      simd::store(at, simd::select(lanes, V(simd::load<T>(at) / V(sum[p])), V(T{0})));
    });
  });
}

/// dx_c = y_c · (dy_c - Σ_k dy_k · y_k). dx may be dy.
template <class T, class Arch = simd::Arch>
void softmax_backward(const Input<T>& y, const Input<T>& dy, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  detail::for_each_pixels(y, [&](Index n, Index first, Index count) {
    T product[detail::pixels_at_once];
    const auto y_at = [&](Index block, Index p) { return detail::pixel(y, n, block, first + p); };
    const auto dy_at = [&](Index block, Index p) { return detail::pixel(dy, n, block, first + p); };
    detail::sum_channels<T>(
        y, count, [&](Index block, Index p) { return V(y_at(block, p) * dy_at(block, p)); }, product);
    detail::for_each_channel_vector(y, count, [&](Index block, Index p, const auto& lanes) {
      const V value = y_at(block, p) * (dy_at(block, p) - V(product[p]));
      simd::store(dx.at_block(n, block) + (first + p) * dx.block, simd::select(lanes, value, V(T{0})));
    });
  });
}

/// y_c = x_c - log Σ_k exp(x_k), over the channels of each pixel. y may be x.
template <class T, class Arch = simd::Arch>
void log_softmax_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T greatest[detail::pixels_at_once], sum[detail::pixels_at_once];
    const auto x_at = [&](Index block, Index p) { return detail::pixel(x, n, block, first + p); };
    detail::max_channels<T>(x, count, x_at, greatest);
    const auto exponential = [&](Index block, Index p) {
      return simd::exp(V(x_at(block, p) - V(greatest[p])));
    };
    detail::sum_channels<T>(x, count, exponential, sum);
    for (Index p = 0; p < count; ++p) sum[p] = simd::log(sum[p]);
    detail::for_each_channel_vector(x, count, [&](Index block, Index p, const auto& lanes) {
      const V value = x_at(block, p) - V(greatest[p]) - V(sum[p]);  // in this order: greatest may be large
      simd::store(y.at_block(n, block) + (first + p) * y.block, simd::select(lanes, value, V(T{0})));
    });
  });
}

/// dx_c = dy_c - exp(y_c) · Σ_k dy_k. dx may be dy.
template <class T, class Arch = simd::Arch>
void log_softmax_backward(const Input<T>& y, const Input<T>& dy, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  detail::for_each_pixels(y, [&](Index n, Index first, Index count) {
    T sum[detail::pixels_at_once];
    const auto dy_at = [&](Index block, Index p) { return detail::pixel(dy, n, block, first + p); };
    detail::sum_channels<T>(y, count, dy_at, sum);
    detail::for_each_channel_vector(y, count, [&](Index block, Index p, const auto& lanes) {
      const V value = dy_at(block, p) - simd::exp(detail::pixel(y, n, block, first + p)) * V(sum[p]);
      simd::store(dx.at_block(n, block) + (first + p) * dx.block, simd::select(lanes, value, V(T{0})));
    });
  });
}

}  // namespace lamina::kernels
