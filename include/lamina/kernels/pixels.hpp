// Loops over the channels of each pixel, for kernels that fold a pixel's channels into one number: softmax,
// layer norm over channels. Pixels are done 64 at a time, block after block, so that memory is read in runs
// although a pixel's channels lie a block stride apart; padding lanes take no part.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

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

/// What a pixel's channels are folded into: results[p] for pixel p.
template <class T> struct ChannelSums {
  T* results;
  static constexpr T start = 0;
  static constexpr auto combine = [](const auto& a, const auto& b) { return a + b; };
  static T reduce(const simd::Vector<T>& v) { return simd::reduce_add(v); }
};
template <class T> struct ChannelMaxima {
  T* results;
  static constexpr T start = -std::numeric_limits<T>::infinity();
  static constexpr auto combine = [](const auto& a, const auto& b) { return simd::max(a, b); };
  static T reduce(const simd::Vector<T>& v) { return simd::reduce_max(v); }
};

/// Vectors combined pairwise.
template <int Count, class V, class Combine> V combined(const V* v, Combine combine) {
  if constexpr (Count == 1)
    return *v;
  else
    return combine(combined<Count / 2>(v, combine), combined<Count / 2>(v + Count / 2, combine));
}

/// What the channels of `pixels_at_once` pixels are folded into, so far: a vector of lanes each.
template <class T> struct Folded {
  alignas(64) T values[pixels_at_once * channel_block<T>];
};

/// `Blocks` full blocks from `block` on folded into what there is, or into new ones if `fresh`.
template <Index Blocks, bool Fresh, class T, class Terms, class... Fold, class Arch = simd::Arch>
void fold_blocks(Index block, Index count, Terms terms, Folded<T>* all, const Fold&... fold) {
  using V = simd::Vector<T>;
  [&]<Index... I>(std::integer_sequence<Index, I...>) {
    const std::array term{terms(block + I)...};
    for (Index p = 0; p < count; ++p) {
      const V at_p[] = {V(term[I](p))...};
      Folded<T>* folded = all;
      const auto add = [&](const auto& f, T* to) {
        const V sum = combined<Blocks>(at_p, f.combine);
        simd::store<T>(to, Fresh ? sum : V(f.combine(simd::load<T>(to), sum)));
      };
      (add(fold, (folded++)->values + p * channel_block<T>), ...);
    }
  }(std::make_integer_sequence<Index, Blocks>{});
}

/// terms(block)(p) folded over all channels of pixel p, for p in [0, count), in one way or several at once.
/// Eight full blocks at a time, so that what is folded so far is loaded and stored once for eight.
template <class T, class Terms, class... Fold, class Arch = simd::Arch>
void fold_channels(const FeatureMapView<const T>& map, Index count, Terms terms, const Fold&... fold) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  Folded<T> all[sizeof...(Fold)];
  const auto for_each_fold = [&](const auto& f) {
    Folded<T>* folded = all;
    (f(fold, (folded++)->values), ...);
  };
  Index block = 0;
  if (8 * B <= map.channels) {
    fold_blocks<8, true, T>(0, count, terms, all, fold...);
    block = 8;
  } else {
    for_each_fold([&](const auto& f, T* to) { std::fill_n(to, count * B, f.start); });
  }
  for (; (block + 8) * B <= map.channels; block += 8)
    fold_blocks<8, false, T>(block, count, terms, all, fold...);
  for (; (block + 4) * B <= map.channels; block += 4)
    fold_blocks<4, false, T>(block, count, terms, all, fold...);
  for (; (block + 1) * B <= map.channels; ++block)
    fold_blocks<1, false, T>(block, count, terms, all, fold...);
  if (block < map.blocks()) {
    const auto lanes = simd::lanes_between<T>(0, map.channels - block * B);
    const auto term = terms(block);
    for (Index p = 0, end = count; p < end; ++p)
      for_each_fold([&, at_p = V(term(p))](const auto& f, T* to) {
        const V next = simd::select(lanes, at_p, simd::broadcast<T>(f.start));
        simd::store(to + p * B, V(f.combine(simd::load<T>(to + p * B), next)));
      });
  }
  for_each_fold([&](const auto& f, const T* folded) {
    Index p = 0;
    for (; p + B <= count; p += B) {
      std::array<simd::native<T>, std::size_t{B}> each;
      for (Index i = 0; i < B; ++i)
        each[static_cast<std::size_t>(i)] = simd::to_native(simd::load<T>(folded + (p + i) * B));
      simd::store_unaligned(f.results + p, simd::reduce_each<T>(each, f.combine));
    }
    for (; p < count; ++p) f.results[p] = f.reduce(simd::load<T>(folded + p * B));
  });
}

/// results[p] = Σ terms(block)(p) over the channels of pixel p.
template <class T, class Terms, class Arch = simd::Arch>
void sum_channels(const FeatureMapView<const T>& map, Index count, Terms terms, T* results) {
  fold_channels(map, count, terms, ChannelSums<T>{results});
}

/// results[p] = the largest terms(block)(p) over the channels of pixel p.
template <class T, class Terms, class Arch = simd::Arch>
void max_channels(const FeatureMapView<const T>& map, Index count, Terms terms, T* results) {
  fold_channels(map, count, terms, ChannelMaxima<T>{results});
}

}  // namespace lamina::kernels::detail
