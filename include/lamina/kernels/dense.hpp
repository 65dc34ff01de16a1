// The fully connected layer's arithmetic: a 1×1 convolution of maps of one pixel. The convolution's tiles run
// over samples there, so a batch of vectors is one matrix product.
#pragma once

#include "lamina/kernels/conv.hpp"

namespace lamina::kernels {

namespace detail {
template <class In, class Out> constexpr ConvGeometry dense_geometry(const In& in, const Out& out) {
  return {.in_channels = in.channels, .out_channels = out.channels};
}
}  // namespace detail

/// out = epilogue(weight · in + bias) for each sample; weight is [out / B][in][B], bias may be null.
template <class X, class T, class Epilogue = no_epilogue>
void dense_forward(const FeatureMapView<X>& in, const std::type_identity_t<T>* weight,
                   const std::type_identity_t<T>* bias, const FeatureMapView<T>& out,
                   const Epilogue& epilogue = {}) {
  conv_forward<ConvKind::dense>(in, weight, bias, out, detail::dense_geometry(in, out), epilogue);
}

/// dx = weightᵀ · dy, or dx += where `accumulate`.
template <class Y, class T>
void dense_backward_data(const FeatureMapView<Y>& dy, const std::type_identity_t<T>* weight,
                         const FeatureMapView<T>& dx, bool accumulate = false) {
  conv_backward_data<ConvKind::dense>(dy, weight, dx, detail::dense_geometry(dx, dy), accumulate);
}

/// dweight += Σ dy · inᵀ and dbias += Σ dy over the samples; dbias may be null.
template <class X, class Y>
void dense_backward_weights(const FeatureMapView<X>& in, const FeatureMapView<Y>& dy,
                            std::remove_const_t<Y>* dweight, std::remove_const_t<Y>* dbias) {
  conv_backward_weights(in, dy, dweight, dbias, detail::dense_geometry(in, dy));
}

}  // namespace lamina::kernels
