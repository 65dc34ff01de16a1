// The loops that kernels on blocked maps share: over runs of vectors, over rows, over channel blocks, in
// parallel. A loop is cut into pieces by the problem alone, so results never depend on the number of threads.
// `transform` is the whole of most element-wise kernels.
//
// To the compiler a vector store may write to anything, captured variables included: what an inner loop uses
// is a local variable, or captured by value, or it is loaded anew for every vector.
#pragma once

#include <algorithm>
#include <type_traits>

#include "lamina/core/shape.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina::kernels {

/// A map that a kernel reads. T is deduced from the map it writes, so mutable views convert.
template <class T> using Input = FeatureMapView<const std::type_identity_t<T>>;

/// Vectors that lie together in one sample of a map: all of one kind of channel block, full or the last one.
struct Run {
  Index n;       ///< sample
  Index offset;  ///< of the first element, within the sample
  Index count;   ///< elements, a multiple of the block
  int lanes;     ///< lanes of each vector that hold channels; the others are padding

  template <class T> T* in(const FeatureMapView<T>& map) const {
    return map.data + n * map.batch_stride + offset;
  }
};

namespace detail {

/// What a piece of a parallel loop should at least read or write: 2^15 elements take about 5 µs, handing a
/// piece to a thread that waits takes below 1 µs.
inline constexpr Index piece_elements = 1 << 15;

/// Calls f(first, last, worker) for ranges that cover `items` things of `elements` each.
template <class F> void for_each_range(Index items, Index elements, F&& f) {
  const Index grain = std::max<Index>(1, piece_elements / std::max<Index>(1, elements));
  parallel_for((items + grain - 1) / grain, [&](Index piece, int worker) {
    f(piece * grain, std::min(items, (piece + 1) * grain), worker);
  });
}

/// The larger of each pair of lanes, NaN if either is. (a == a rather than a != a: xsimd 8's != is false for
/// NaN.)
template <class V> V larger(V a, V b) { return simd::select(a == a, simd::max(a, b), a); }

/// The vector of a map's pixel.
template <class T, class Arch = simd::Arch>
simd::Vector<std::remove_const_t<T>> pixel(const FeatureMapView<T>& map, Index n, Index block, Index p) {
  return simd::load<std::remove_const_t<T>>(map.at_block(n, block) + p * map.block);
}

/// The address of a pixel's vector, and a function that loads it and its neighbours.
template <class T> T* pixel_at(const FeatureMapView<T>& map, Index n, Index block, Index p) {
  return map.at_block(n, block) + p * map.block;
}
template <class T, class Arch = simd::Arch>
auto pixels_from(const FeatureMapView<const T>& map, Index n, Index block, Index first) {
  return
      [from = pixel_at(map, n, block, first)](Index p) { return simd::load<T>(from + p * channel_block<T>); };
}

}  // namespace detail

/// Calls f(run) until every vector of the map has been in one run.
template <class T, class F> void for_each_run(const FeatureMapView<T>& map, F&& f) {
  constexpr Index B = FeatureMapView<T>::block;
  const Index full = map.channels / B * map.pixels();
  const Index all = map.blocks() * map.pixels();
  detail::for_each_range(map.batch * all, B, [&](Index first, Index last, int) {
    while (first < last) {
      const Index n = first / all, from = first % all, to = std::min(all, from + last - first);
      if (from < full) f(Run{n, from * B, (std::min(to, full) - from) * B, int{B}});
      if (to > full) {
        const Index ragged = std::max(from, full);
        f(Run{n, ragged * B, (to - ragged) * B, static_cast<int>(map.channels % B)});
      }
      first += to - from;
    }
  });
}

/// Calls f(n, block, worker) for every channel block of every sample; `elements` is the work of one call.
template <class T, class F> void for_each_block(const FeatureMapView<T>& map, Index elements, F&& f) {
  detail::for_each_range(map.batch * map.blocks(), elements, [&](Index first, Index last, int worker) {
    for (Index i = first; i < last; ++i) f(i / map.blocks(), i % map.blocks(), worker);
  });
}

/// Calls f(n, block, first_row, last_row, worker) until every row of every channel block has been in one
/// call; `elements` is the work of one row.
template <class T, class F> void for_each_rows(const FeatureMapView<T>& map, Index elements, F&& f) {
  detail::for_each_range(map.batch * map.blocks() * map.height, elements,
                         [&](Index first, Index last, int worker) {
                           while (first < last) {
                             const Index block = first / map.height, from = first % map.height;
                             const Index to = std::min(map.height, from + last - first);
                             f(block / map.blocks(), block % map.blocks(), from, to, worker);
                             first += to - from;
                           }
                         });
}

/// y = f(x…), element by element, on whole vectors; zero in padding lanes, whatever f makes of theirs. Each x
/// is shaped like y and may be y itself.
template <class T, class F, class... In> void transform(const FeatureMapView<T>& y, F f, const In&... x) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for_each_run(y, [&](const Run& run) {
    const auto loop = [to = run.in(y), count = run.count](auto f_of_vectors, const auto*... from) {
      for (Index i = 0; i < count; i += FeatureMapView<T>::block)
        simd::store(to + i, f_of_vectors(simd::load<T>(from + i)...));
    };
    if (run.lanes == B) {
      loop([f](auto... v) -> V { return f(v...); }, run.in(x)...);
    } else {
      const auto channels = simd::lanes_between<T>(0, run.lanes);
      loop([=](auto... v) -> V { return simd::select(channels, V(f(v...)), V(T{0})); }, run.in(x)...);
    }
  });
}

}  // namespace lamina::kernels
