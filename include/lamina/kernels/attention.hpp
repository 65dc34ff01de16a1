// Attention over the positions of maps (Bahdanau, Cho and Bengio, 2015; Vaswani et al., 2017): what every
// position takes from all others by the likeness of their vectors,
//   a[i, j] = softmax_i(factor · Σ_d k[d, i] q[d, j]),   y[e, j] = Σ_i v[e, i] a[i, j]
// for the positions j of the queries q and i of the keys k and values v, each head of their channels by
// itself. It is two matrix products and a softmax between them; a is made anew for the gradient, so that
// nothing of positions × positions is kept.
#pragma once

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/column_softmax.hpp"
#include "lamina/kernels/gemm.hpp"
#include "lamina/kernels/layout.hpp"

namespace lamina::kernels {

namespace detail {

/// The rows of one head of a plain map of one sample.
template <class T> MatrixView<T> head_rows(T* plain, Index channels, Index pixels, Index parts, Index part) {
  const Index rows = channels / parts;
  return {plain + part * rows * pixels, Extents<dyn, dyn>({rows, pixels}), {pixels, 1}};
}

/// A sample of a map as a plain matrix (channels, pixels) in memory of its own.
template <class T> struct PlainSample {
  Index channels, pixels, parts;
  Scratch<T> memory;

  PlainSample(const FeatureMapView<const T>& like, Index head_count)
      : channels(like.channels),
        pixels(like.pixels()),
        parts(head_count),
        memory(like.channels * like.pixels()) {}
  void read(const FeatureMapView<const T>& map, Index n) {
    blocked_to_image<T>(map.samples(n, 1),
                        FeatureMapView<T, 1>(memory.data(), 1, channels, map.height, map.width));
  }
  void write(const FeatureMapView<T>& map, Index n) const {
    image_to_blocked<T>(FeatureMapView<const T, 1>(memory.data(), 1, channels, map.height, map.width),
                        map.samples(n, 1));
  }
  MatrixView<T> head(Index part) const { return head_rows(memory.data(), channels, pixels, parts, part); }
};

/// The matrix a of one head.
template <class T>
void attend(const MatrixView<T>& query, const MatrixView<T>& key, double factor, const MatrixView<T>& a) {
  gemm<T>(transposed(key), query, a);
  const Index size = a.extent(0) * a.extent(1);
  if (factor != 1)
    for (Index i = 0; i < size; ++i) a.data()[i] *= static_cast<T>(factor);
  column_softmax_forward(ColumnMatrices<T>{a.data(), 1, a.extent(0), a.extent(1)});
}
template <class T> MatrixView<T> square_of(const Scratch<T>& memory, Index rows, Index columns) {
  return {memory.data(), Extents<dyn, dyn>({rows, columns}), {columns, 1}};
}

}  // namespace detail

/// y as above; queries and keys have the same channels, keys and values the same positions, y the channels of
/// the values and the positions of the queries. The heads divide the channels of all.
template <class T, class Arch = simd::Arch>
void attention_forward(const Input<T>& query, const Input<T>& key, const Input<T>& value, Index head_count,
                       double factor, const FeatureMapView<T>& y) {
  using Sample = detail::PlainSample<T>;
  Sample q(query, head_count), k(key, head_count), v(value, head_count), out(y, head_count);
  const Scratch<T> memory(k.pixels * q.pixels);
  const auto a = detail::square_of(memory, k.pixels, q.pixels);
  for (Index n = 0; n < y.batch; ++n) {
    q.read(query, n), k.read(key, n), v.read(value, n);
    for (Index head = 0; head < head_count; ++head) {
      detail::attend(q.head(head), k.head(head), factor, a);
      gemm<T>(v.head(head), a, out.head(head));
    }
    out.write(y, n);
  }
}

/// The gradients of queries, keys and values, each where its map is not empty:
///   dv = dy aᵀ,   dl = a · (vᵀ dy − Σ_i a · vᵀ dy) · factor,   dq = k dl,   dk = q dlᵀ
template <class T, class Arch = simd::Arch>
void attention_backward(const Input<T>& query, const Input<T>& key, const Input<T>& value, const Input<T>& dy,
                        Index head_count, double factor, const FeatureMapView<T>& dquery,
                        const FeatureMapView<T>& dkey, const FeatureMapView<T>& dvalue) {
  using Sample = detail::PlainSample<T>;
  Sample q(query, head_count), k(key, head_count), v(value, head_count), up(dy, head_count);
  const Sample dq(query, head_count), dk(key, head_count), dv(value, head_count);
  const Index size = k.pixels * q.pixels;
  const Scratch<T> memory(size), gradient_memory(size);
  const auto a = detail::square_of(memory, k.pixels, q.pixels),
             of_logits = detail::square_of(gradient_memory, k.pixels, q.pixels);
  for (Index n = 0; n < dy.batch; ++n) {
    q.read(query, n), k.read(key, n), v.read(value, n), up.read(dy, n);
    for (Index head = 0; head < head_count; ++head) {
      detail::attend(q.head(head), k.head(head), factor, a);
      if (!dvalue.empty()) gemm<T>(up.head(head), transposed(a), dv.head(head));
      if (dquery.empty() && dkey.empty()) continue;
      gemm<T>(transposed(v.head(head)), up.head(head), of_logits);
      column_softmax_backward(ColumnMatrices<T>{a.data(), 1, k.pixels, q.pixels},
                              ColumnMatrices<T>{of_logits.data(), 1, k.pixels, q.pixels});
      if (factor != 1)
        for (Index i = 0; i < size; ++i) gradient_memory[i] *= static_cast<T>(factor);
      if (!dquery.empty()) gemm<T>(k.head(head), of_logits, dq.head(head));
      if (!dkey.empty()) gemm<T>(q.head(head), transposed(of_logits), dk.head(head));
    }
    if (!dquery.empty()) dq.write(dquery, n);
    if (!dkey.empty()) dk.write(dkey, n);
    if (!dvalue.empty()) dv.write(dvalue, n);
  }
}

}  // namespace lamina::kernels
