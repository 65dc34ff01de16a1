// Partial convolution (Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", 2018):
// convolution of a map with holes. A mask is 1 where there are data and 0 where there are none; outside the
// map there are none. What a window sums is scaled up to what it would sum without holes,
//   y[o, p] = r[p] · Σ_{i, taps} w[o, i, tap] · m · x[i, p + tap] + b[o],   r[p] = taps / Σ_{taps} m,
// and a window that is all hole gives 0, without the bias. A mask has one channel, or as many as the map and
// is counted over all of them. Where only what is outside is missing this is the border mode Border::partial
// of conv.hpp, which knows the ratios beforehand.
#pragma once

#include <array>

#include "lamina/kernels/channel_sums.hpp"
#include "lamina/kernels/conv.hpp"
#include "lamina/kernels/elementwise.hpp"

namespace lamina::kernels {

namespace detail {

/// Memory for a map of these extents, and the map.
template <class T> struct ScratchMap {
  ScratchMap(Index batch, Index channels, Index height, Index width)
      : memory(batch * FeatureMapView<T>(nullptr, 1, channels, height, width).batch_stride),
        map(memory.data(), batch, channels, height, width) {}
  Scratch<T> memory;
  FeatureMapView<T> map;
};

/// result[n, 0, p] = of_sum(Σ m over channels and the window of pixel p); zero in padding lanes.
template <class T, class OfSum>
void sum_mask_windows(const FeatureMapView<const T>& mask, const ConvGeometry& g,
                      const FeatureMapView<T>& result, OfSum of_sum) {
  constexpr Index B = channel_block<T>;
  for_each_rows(
      result, result.width * g.taps() * mask.channels, [&](Index n, Index, Index first, Index last, int) {
        for (Index row = first; row < last; ++row)
          for (Index column = 0; column < result.width; ++column) {
            T sum = 0;
            for (Index r = 0; r < g.kernel_height; ++r)
              for (Index c = 0; c < g.kernel_width; ++c) {
                const Index from_row = row * g.stride_height - g.pad_top + r * g.dilation_height,
                            from_column = column * g.stride_width - g.pad_left + c * g.dilation_width;
                if (from_row < 0 || from_row >= mask.height || from_column < 0 || from_column >= mask.width)
                  continue;
                for (Index k = 0; k < mask.channels; ++k) sum += mask(n, k, from_row, from_column);
              }
            T* const to = &result(n, 0, row, column);
            std::fill_n(to, B, T{0});
            *to = of_sum(sum);
          }
      });
}

}  // namespace detail

/// ratio[n, 0, p] = r[p], 0 where a window is all hole. `ratio` has one channel and the extents of the
/// convolution's output.
template <class T, class Arch = simd::Arch>
void partial_conv_ratio(const Input<T>& mask, const ConvGeometry& geometry, const FeatureMapView<T>& ratio) {
  const T whole = static_cast<T>(geometry.taps() * mask.channels);
  detail::sum_mask_windows<T>(mask, geometry, ratio, [=](T sum) { return sum > 0 ? whole / sum : T{0}; });
}

/// The mask of the output: 1 where a window holds any data.
template <class T, class Arch = simd::Arch>
void update_mask(const Input<T>& mask, const ConvGeometry& geometry, const FeatureMapView<T>& updated) {
  detail::sum_mask_windows<T>(mask, geometry, updated, [](T sum) { return sum > 0 ? T{1} : T{0}; });
}

namespace detail {

/// The ratios of all windows.
template <class T> struct Ratio : ScratchMap<T> {
  Ratio(const FeatureMapView<const T>& mask, const ConvGeometry& g)
      : ScratchMap<T>(mask.batch, 1, g.out_height(mask.height), g.out_width(mask.width)) {
    partial_conv_ratio(mask, g, this->map);
  }
};

/// What is left of a map where it is multiplied by a mask or by ratios.
template <class T> struct Masked : ScratchMap<T> {
  Masked(const FeatureMapView<const T>& x, const FeatureMapView<const T>& factors)
      : ScratchMap<T>(x.batch, x.channels, x.height, x.width) {
    multiply_forward<T>(std::array{x, factors}, this->map);
  }
};

}  // namespace detail

/// y as above; weights and bias (which may be null) as conv_forward's.
template <ConvKind Kind = ConvKind::any, class T, class Arch = simd::Arch>
void partial_conv_forward(const Input<T>& x, const Input<T>& mask, const std::type_identity_t<T>* weight,
                          const std::type_identity_t<T>* bias, const FeatureMapView<T>& y,
                          const ConvGeometry& geometry) {
  using V = simd::Vector<T>;
  conv_forward<Kind>(detail::Masked<T>(x, mask).map, weight, nullptr, y, geometry);
  const detail::Ratio<T> ratio(mask, geometry);
  for_each_block(y, y.block_stride(), [&](Index n, Index block, int) {
    const V start = bias ? simd::load(bias + block * y.block) : V(T{0});
    T* const to = y.at_block(n, block);
    const T* const factors = ratio.map.at_block(n, 0);
    for (Index i = 0, end = y.block_stride(); i < end; i += channel_block<T>)
      simd::store(to + i, factors[i] > 0
                              ? simd::fma(simd::load<T>(to + i), simd::broadcast<T>(factors[i]), start)
                              : V(T{0}));
  });
}

/// dx, overwritten or added to. The mask has no gradient.
template <ConvKind Kind = ConvKind::any, class T, class Arch = simd::Arch>
void partial_conv_backward_data(const Input<T>& dy, const Input<T>& mask,
                                const std::type_identity_t<T>* weight, const FeatureMapView<T>& dx,
                                const ConvGeometry& geometry, bool accumulate = false) {
  const detail::Ratio<T> ratio(mask, geometry);
  const detail::Masked<T> scaled(dy, ratio.map);
  const detail::ScratchMap<T> seen(dx.batch, dx.channels, dx.height, dx.width);
  conv_backward_data<Kind>(scaled.map, weight, seen.map, geometry);
  multiply_backward<T>(std::array{Input<T>(seen.map), mask}, seen.map, 0, dx, accumulate);
}

/// Adds the gradients of weights and bias; dbias may be null.
template <class T, class Arch = simd::Arch>
void partial_conv_backward_weights(const Input<T>& x, const Input<T>& mask, const Input<T>& dy, T* dweight,
                                   std::type_identity_t<T>* dbias, const ConvGeometry& geometry) {
  using V = simd::Vector<T>;
  const detail::Ratio<T> ratio(mask, geometry);
  const detail::Masked<T> seen(x, mask), scaled(dy, ratio.map);
  conv_backward_weights(seen.map, scaled.map, dweight, static_cast<T*>(nullptr), geometry);
  if (!dbias) return;
  // The bias is not scaled, but is missing where the window is all hole.
  for_each_block(scaled.map, scaled.map.block_stride(), [&](Index n, Index block, int) {
    const T *from = dy.at_block(n, block), *factors = ratio.map.at_block(n, 0);
    T* const to = scaled.map.at_block(n, block);
    for (Index i = 0, end = dy.block_stride(); i < end; i += channel_block<T>)
      simd::store(to + i, factors[i] > 0 ? simd::load<T>(from + i) : V(T{0}));
  });
  add_channel_sums<T>(scaled.map, dbias);
}

}  // namespace lamina::kernels
