// A map with zeros around it, and the map within.
#pragma once

#include <algorithm>

#include "lamina/kernels/elementwise.hpp"
#include "lamina/kernels/loops.hpp"

namespace lamina::kernels {

namespace detail {

/// Calls f(row of the inner map, its place within the outer map, elements of the row).
template <class Inner, class Outer, class F>
void for_each_row_within(const Inner& inner, const Outer& outer, Index top, Index left, F f) {
  for_each_rows(inner, inner.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    for (Index row = first_row; row < last_row; ++row)
      f(inner.at_block(n, block) + row * inner.row_stride(),
        outer.at_block(n, block) + (top + row) * outer.row_stride() + left * outer.block, inner.row_stride());
  });
}

}  // namespace detail

/// y = x at (top, left) within y, zeros around it.
template <class T>
void zero_pad_forward(const Input<T>& x, const FeatureMapView<T>& y, Index top, Index left) {
  fill(y, T{0});
  detail::for_each_row_within(x, y, top, left,
                              [](const T* from, T* to, Index count) { std::copy_n(from, count, to); });
}

/// dx = the part of dy at (top, left); added to dx if `accumulates`.
template <class T>
void zero_pad_backward(const Input<T>& dy, const FeatureMapView<T>& dx, Index top, Index left,
                       bool accumulates = false) {
  detail::for_each_row_within(dx, dy, top, left, [&](T* to, const T* from, Index count) {
    for (Index i = 0; i < count; ++i) to[i] = accumulates ? to[i] + from[i] : from[i];
  });
}

}  // namespace lamina::kernels
