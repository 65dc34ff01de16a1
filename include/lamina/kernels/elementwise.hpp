// Sums, products and maxima of maps, and their gradients. Operands broadcast: an operand of one channel meets
// every channel, one of height 1 every row, one of width 1 every column. The gradient of an operand is summed
// over the axes it lacks, in a fixed order.
// Pointwise functions on maps take their gradient from the output alone where the function offers that (relu,
// sigmoid, tanh…), so that the input need not be kept.
#pragma once

#include <algorithm>
#include <span>

#include "lamina/kernels/broadcast.hpp"
#include "lamina/kernels/loops.hpp"
#include "lamina/tensor/functions/pointwise_function.hpp"

namespace lamina::kernels {

/// y = value.
template <class T, class Arch = simd::Arch>
void fill(const FeatureMapView<T>& y, std::type_identity_t<T> value) {
  transform(y, [v = simd::broadcast<T>(value)] { return v; });
}

/// y = x, of the same shape.
template <class T, class Arch = simd::Arch> void copy(const Input<T>& x, const FeatureMapView<T>& y) {
  transform(y, [](auto v) { return v; }, x);
}

/// y = factor · x, of the same shape; x and y may be the same map.
template <class T, class Arch = simd::Arch>
void scale(const Input<T>& x, std::type_identity_t<T> factor, const FeatureMapView<T>& y) {
  transform(y, [s = simd::broadcast<T>(factor)](auto v) { return s * v; }, x);
}

/// y += x, of the same shape.
template <class T, class Arch = simd::Arch> void accumulate(const Input<T>& x, const FeatureMapView<T>& y) {
  transform(y, [](auto sum, auto v) { return sum + v; }, y, x);
}

/// y = x0 + x1 + …, broadcasting. An operand shaped like y may be y itself.
template <class T, class Arch = simd::Arch>
void add_forward(std::span<const Input<T>> x, const FeatureMapView<T>& y) {
  detail::merge_forward(x, y, [](auto a, auto b) { return a + b; });
}

/// dx = dy (dx += dy if `accumulates`), summed over the axes that dx lacks. dx may be dy.
template <class T, class Arch = simd::Arch>
void add_backward(const Input<T>& dy, const FeatureMapView<T>& dx, bool accumulates = false) {
  if (dx.channels != dy.channels || dx.height != dy.height || dx.width != dy.width)
    detail::merge_backward({}, dy, dx, accumulates, [](const T* g, const auto&, T*, Index) { return g; });
  else if (accumulates)
    accumulate(dy, dx);
  else if (dx.data != dy.data)
    copy(dy, dx);
}

/// y = x0 · x1 · …, broadcasting. An operand shaped like y may be y itself.
template <class T, class Arch = simd::Arch>
void multiply_forward(std::span<const Input<T>> x, const FeatureMapView<T>& y) {
  detail::merge_forward(x, y, [](auto a, auto b) { return a * b; });
}

/// The gradient of operand i of a product: dx = dy · Π x_j, j != i, summed over the axes that dx lacks (added
/// to dx if `accumulates`).
template <class T, class Arch = simd::Arch>
void multiply_backward(std::span<const Input<T>> x, const Input<T>& dy, std::size_t i,
                       const FeatureMapView<T>& dx, bool accumulates = false) {
  detail::merge_backward(x, dy, dx, accumulates, [&](const T* g, const auto& row_of, T* made, Index pixels) {
    for (std::size_t j = 0; j < x.size(); ++j) {
      if (j == i) continue;
      detail::combine(g, row_of(x[j]), made, pixels, [](auto a, auto b) { return a * b; });
      g = made;
    }
    return g;
  });
}

/// y = max(x0, x1, …), broadcasting; NaN where an operand is NaN. An operand shaped like y may be y itself.
template <class T, class Arch = simd::Arch>
void maximum_forward(std::span<const Input<T>> x, const FeatureMapView<T>& y) {
  detail::merge_forward(x, y, [](auto a, auto b) { return detail::larger(a, b); });
}

/// The gradient of operand i of a maximum: dy where x_i is the first of the greatest (of the NaN where there
/// are any), else 0, summed over the axes that dx lacks (added to dx if `accumulates`).
template <class T, class Arch = simd::Arch>
void maximum_backward(std::span<const Input<T>> x, const Input<T>& dy, std::size_t i,
                      const FeatureMapView<T>& dx, bool accumulates = false) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  detail::merge_backward(x, dy, dx, accumulates, [&](const T* g, const auto& row_of, T* made, Index pixels) {
    alignas(64) T room[detail::chunk_elements<T>];
    const T* const own = detail::spread(row_of(x[i]), room, pixels);
    for (std::size_t j = 0; j < x.size(); ++j) {
      if (j == i) continue;
      detail::with_reach(row_of(x[j]), [=](auto other_at) {
        for (Index p = 0; p < pixels; ++p) {
          const V mine = simd::load(own + p * B), other = other_at(p);
          const auto is_nan = !(mine == mine);
          const auto wins = i < j ? (mine >= other) | is_nan : (mine > other) | (is_nan & (other == other));
          simd::store<T>(made + p * B, simd::select(wins, simd::load(g + p * B), V(T{0})));
        }
      });
      g = made;
    }
    return g;
  });
}

/// y = op(x, a, b) of vectors, x shaped like y, the gates a and b broadcasting: one read of x and one write
/// of y. x may be y itself.
template <class T, class Op, class Arch = simd::Arch>
void gated_forward(const Input<T>& x, const Input<T>& a, const Input<T>& b, const FeatureMapView<T>& y,
                   Op op) {
  constexpr Index B = FeatureMapView<T>::block;
  const Input<T> gates[] = {a, b};
  const detail::Grid grid(std::span<const Input<T>>(gates), y, y.height, y.width);
  const detail::PackedPixels<T> packed_a(a, y), packed_b(b, y);
  const FeatureMapView<T> rows(y.data, y.batch, y.channels, grid.rows, grid.columns, y.batch_stride);
  for_each_rows(rows, rows.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    for (Index row = first_row; row < last_row; ++row) {
      const Index place = row * rows.row_stride();
      const auto gate = [&](const auto& g, const auto& packed) {
        return packed.packed(grid.row(g, y.channels, n, block, row, 0), n);
      };
      detail::with_reach(gate(a, packed_a),
                         [&, from = x.at_block(n, block) + place, to = rows.at_block(n, block) + place,
                          pixels = grid.columns](auto a_at) {
                           detail::with_reach(gate(b, packed_b), [=](auto b_at) {
                             for (Index p = 0; p < pixels; ++p)
                               simd::store<T>(to + p * B, op(simd::load<T>(from + p * B), a_at(p), b_at(p)));
                           });
                         });
    }
  });
}

/// y = f(x), element by element; x and y may be the same map.
template <pointwise_function F, class T, class Arch = simd::Arch>
void activation_forward(const F&, const Input<T>& x, const FeatureMapView<T>& y) {
  transform(y, [](auto v) { return F::apply(v); }, x);
}

/// dx = dy · f'(x), given y = f(x). Only one of x and y is read: y where F::derivative_from_output, else x;
/// the other view may be empty. dx may be dy.
template <pointwise_function F, class T, class Arch = simd::Arch>
void activation_backward(const F& f, const Input<T>& x, const Input<T>& y, const Input<T>& dy,
                         const FeatureMapView<T>& dx) {
  if constexpr (F::derivative_from_output)
    transform(dx, [](auto out, auto gradient) { return gradient * F::derivative_of_output(out); }, y, dy);
  else
    transform(dx, [f](auto in, auto gradient) { return gradient * derivative(f, in); }, x, dy);
}

}  // namespace lamina::kernels
