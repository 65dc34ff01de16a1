// Softmax and its logarithm over the channels of each pixel, with their gradients. The largest channel is
// taken off before exponentials, so nothing overflows; padding lanes take no part.
#pragma once

#include "lamina/kernels/pixels.hpp"

namespace lamina::kernels {

/// y_c = exp(x_c) / Σ_k exp(x_k), over the channels of each pixel. y may be x.
template <class T, class Arch = simd::Arch>
void softmax_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T greatest[detail::pixels_at_once], sum[detail::pixels_at_once];
    detail::max_channels<T>(
        x, count, [&](Index block) { return detail::pixels_from(x, n, block, first); }, greatest);
    const auto exponentials = [&](Index block) {  // kept in y, to be divided by their sum
      return [x_at = detail::pixels_from(x, n, block, first), to = detail::pixel_at(y, n, block, first),
              most = &greatest[0]](Index p) {
        const V e = simd::exp(V(x_at(p) - V(most[p])));
        simd::store(to + p * channel_block<T>, e);
        return e;
      };
    };
    detail::sum_channels<T>(x, count, exponentials, sum);
    for (Index p = 0; p < count; ++p) sum[p] = T{1} / sum[p];
    detail::for_each_channel_block(x, [&](Index block, auto lanes) {
      const T* factor = sum;
      T* to = detail::pixel_at(y, n, block, first);
      for (Index p = 0, end = count; p < end; ++p, to += B)
        simd::store(to, simd::select(lanes, V(simd::load<T>(to) * V(factor[p])), V(T{0})));
    });
  });
}

/// dx_c = y_c · (dy_c - Σ_k dy_k · y_k). dx may be dy.
template <class T, class Arch = simd::Arch>
void softmax_backward(const Input<T>& y, const Input<T>& dy, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  detail::for_each_pixels(y, [&](Index n, Index first, Index count) {
    T product[detail::pixels_at_once];
    const auto y_from = [&](Index block) { return detail::pixels_from(y, n, block, first); };
    const auto dy_from = [&](Index block) { return detail::pixels_from(dy, n, block, first); };
    const auto products = [&](Index block) {
      return [y_at = y_from(block), dy_at = dy_from(block)](Index p) { return V(y_at(p) * dy_at(p)); };
    };
    detail::sum_channels<T>(y, count, products, product);
    detail::for_each_channel_block(y, [&](Index block, auto lanes) {
      const auto y_at = y_from(block), dy_at = dy_from(block);
      const T* through_sum = product;
      T* to = detail::pixel_at(dx, n, block, first);
      for (Index p = 0, end = count; p < end; ++p, to += B)
        simd::store(to, simd::select(lanes, V(y_at(p) * (dy_at(p) - V(through_sum[p]))), V(T{0})));
    });
  });
}

/// y_c = x_c - log Σ_k exp(x_k), over the channels of each pixel. y may be x.
template <class T, class Arch = simd::Arch>
void log_softmax_forward(const Input<T>& x, const FeatureMapView<T>& y) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  detail::for_each_pixels(x, [&](Index n, Index first, Index count) {
    T greatest[detail::pixels_at_once], sum[detail::pixels_at_once];
    const auto x_from = [&](Index block) { return detail::pixels_from(x, n, block, first); };
    detail::max_channels<T>(x, count, x_from, greatest);
    const auto exponentials = [&](Index block) {
      return
          [x_at = x_from(block), most = &greatest[0]](Index p) { return simd::exp(V(x_at(p) - V(most[p]))); };
    };
    detail::sum_channels<T>(x, count, exponentials, sum);
    for (Index p = 0; p < count; ++p) sum[p] = simd::log(sum[p]);
    detail::for_each_channel_block(x, [&](Index block, auto lanes) {
      const auto x_at = x_from(block);
      const T *most = greatest, *logarithm = sum;
      T* to = detail::pixel_at(y, n, block, first);
      for (Index p = 0, end = count; p < end; ++p, to += B) {
        const V value = x_at(p) - V(most[p]) - V(logarithm[p]);  // in this order: x may be large
        simd::store(to, simd::select(lanes, value, V(T{0})));
      }
    });
  });
}

/// dx_c = dy_c - exp(y_c) · Σ_k dy_k. dx may be dy.
template <class T, class Arch = simd::Arch>
void log_softmax_backward(const Input<T>& y, const Input<T>& dy, const FeatureMapView<T>& dx) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  detail::for_each_pixels(y, [&](Index n, Index first, Index count) {
    T sum[detail::pixels_at_once];
    const auto dy_from = [&](Index block) { return detail::pixels_from(dy, n, block, first); };
    detail::sum_channels<T>(y, count, dy_from, sum);
    detail::for_each_channel_block(y, [&](Index block, auto lanes) {
      const auto y_at = detail::pixels_from(y, n, block, first), dy_at = dy_from(block);
      const T* through_sum = sum;
      T* to = detail::pixel_at(dx, n, block, first);
      for (Index p = 0, end = count; p < end; ++p, to += B)
        simd::store(to, simd::select(lanes, V(dy_at(p) - simd::exp(y_at(p)) * V(through_sum[p])), V(T{0})));
    });
  });
}

}  // namespace lamina::kernels
