// Loops over the channels of each pixel, for kernels that fold a pixel's channels into one number: softmax,
// layer norm over channels. Pixels are done 64 at a time, block after block, so that memory is read in runs
// although a pixel's channels lie a block stride apart; padding lanes take no part.
#pragma once

#include <algorithm>
#include <limits>

#include "lamina/kernels/loops.hpp"

namespace lamina::kernels::detail {

inline constexpr Index pixels_at_once = 64;

/// Calls f(n, first, count) until every pixel of every sample has been in one call; count <= pixels_at_once.
template <class T, class F> void for_each_pixels(const FeatureMapView<T>& map, F&& f) {
  const Index parts = (map.pixels() + pixels_at_once - 1) / pixels_at_once;
  const Index work = std::min(map.pixels(), pixels_at_once) * map.blocks() * map.block;
  for_each_range(map.batch * parts, work, [&](Index begin, Index end, int) {
    for (Index i = begin; i < end; ++i) {
      const Index first = i % parts * pixels_at_once;
      f(i / parts, first, std::min(pixels_at_once, map.pixels() - first));
    }
  });
}

/// Calls f(block, lanes) for every channel block; `lanes` are those with channels.
template <class T, class F> void for_each_channel_block(const FeatureMapView<T>& map, F&& f) {
  using Element = std::remove_const_t<T>;
  for (Index block = 0; block < map.blocks(); ++block)
    f(block, simd::lanes_between<Element>(0, map.channels - block * map.block));
}

/// results[p] = terms(block)(p) folded over all channels of pixel p, for p in [0, count). Four full blocks at
/// a time, so that what is folded so far is loaded and stored once for four.
template <class T, class Terms, class Combine, class Reduce>
void fold_channels(const FeatureMapView<const T>& map, Index count, T start, Terms terms, Combine combine,
                   Reduce reduce, T* results) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  alignas(64) T folded[pixels_at_once * B];
  std::fill_n(folded, count * B, start);
  Index block = 0;
  for (; (block + 4) * B <= map.channels; block += 4) {
    const auto a = terms(block), b = terms(block + 1), c = terms(block + 2), d = terms(block + 3);
    T* to = folded;
    for (Index p = 0, end = count; p < end; ++p, to += B)
      simd::store(
          to, V(combine(simd::load<T>(to), combine(combine(V(a(p)), V(b(p))), combine(V(c(p)), V(d(p)))))));
  }
  for (; block < map.blocks(); ++block) {
    const auto lanes = simd::lanes_between<T>(0, map.channels - block * B);
    const auto term = terms(block);
    T* to = folded;
    for (Index p = 0, end = count; p < end; ++p, to += B)
      simd::store(to, V(combine(simd::load<T>(to), simd::select(lanes, V(term(p)), V(start)))));
  }
  for (Index p = 0; p < count; ++p) results[p] = reduce(simd::load<T>(folded + p * B));
}

/// results[p] = Σ terms(block)(p) over the channels of pixel p.
template <class T, class Terms, class Arch = simd::Arch>
void sum_channels(const FeatureMapView<const T>& map, Index count, Terms terms, T* results) {
  fold_channels(
      map, count, T{0}, terms, [](auto a, auto b) { return a + b; },
      [](const auto& v) { return simd::reduce_add(v); }, results);
}

/// results[p] = the largest terms(block)(p) over the channels of pixel p.
template <class T, class Terms, class Arch = simd::Arch>
void max_channels(const FeatureMapView<const T>& map, Index count, Terms terms, T* results) {
  fold_channels(
      map, count, -std::numeric_limits<T>::infinity(), terms, [](auto a, auto b) { return simd::max(a, b); },
      [](const auto& v) { return simd::reduce_max(v); }, results);
}

}  // namespace lamina::kernels::detail
