// How element-wise kernels of several operands run along broadcast axes: rows of the result are made in
// chunks of 64 pixels that stay in the first-level cache, one operand after another; an operand's row is a
// run of vectors, one vector for all pixels, a scalar for each pixel (lane 0, or packed), or one scalar for
// all.
#pragma once

#include <algorithm>
#include <span>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/loops.hpp"

namespace lamina::kernels::detail {

inline constexpr Index chunk_pixels = 64;
template <class T> inline constexpr Index chunk_elements = chunk_pixels * simd::width<T>;

enum class Reach { vectors, one_vector, scalars, packed_scalars, one_scalar };

/// What an operand has for some neighbouring pixels of the result.
template <class T> struct OperandRow {
  const T* data;
  Reach reach;
};

/// The rows and columns along which a kernel runs. Where every operand is either a whole map or one pixel,
/// the map is one long row.
struct Grid {
  Index rows, columns;
  bool one_row;

  template <class T>
  Grid(std::span<const FeatureMapView<const T>> operands, const FeatureMapView<T>& also, Index h, Index w)
      : rows(h), columns(w), one_row(fits(also, h, w)) {
    for (const auto& x : operands) one_row = one_row && fits(x, h, w);
    if (one_row) {
      rows = 1;
      columns = h * w;
    }
  }

  template <class View> static bool fits(const View& x, Index h, Index w) {
    return (x.height == h && x.width == w) || x.pixels() == 1;
  }
  template <class View> Index rows_of(const View& x) const { return one_row ? 1 : x.height; }
  template <class View> Index columns_of(const View& x) const { return one_row ? x.pixels() : x.width; }

  /// Operand x from column `column` on of a row of a channel block of a result of `channels` channels.
  template <class T>
  OperandRow<T> row(const FeatureMapView<const T>& x, Index channels, Index n, Index block, Index row_index,
                    Index column) const {
    constexpr Index B = FeatureMapView<T>::block;
    const bool one_channel = x.channels == 1 && channels > 1;
    const bool one_column = columns_of(x) == 1;
    const T* data = x.at_block(n, one_channel ? 0 : block);
    if (rows_of(x) > 1) data += row_index * columns_of(x) * B;
    if (!one_column) data += column * B;
    if (one_channel) return {data, one_column ? Reach::one_scalar : Reach::scalars};
    return {data, one_column ? Reach::one_vector : Reach::vectors};
  }
};

/// The numbers of a gate of y's pixels next to each other: every channel block of y reads them, and in a map
/// of one channel each has the room of a block. Nothing is packed of other operands.
template <class T> class PackedPixels {
 public:
  PackedPixels(const FeatureMapView<const T>& gate, const FeatureMapView<T>& y)
      : gate_(gate), numbers_(gate.channels == 1 && y.channels > 1 ? gate.batch * gate.pixels() : 0) {
    Index i = 0;
    for (Index n = 0; i < numbers_.size(); ++n)
      for (Index p = 0; p < gate.pixels(); ++p) numbers_[i++] = gate.at_block(n, 0)[p * gate.block];
  }

  /// `row`, which is one of the gate's, as it is packed.
  OperandRow<T> packed(OperandRow<T> row, Index n) const {
    if (row.reach != Reach::scalars) return row;
    const Index pixel = (row.data - gate_.at_block(n, 0)) / gate_.block;
    return {numbers_.data() + n * gate_.pixels() + pixel, Reach::packed_scalars};
  }

 private:
  FeatureMapView<const T> gate_;
  Scratch<T> numbers_;
};

/// Calls loop(at), where at(p) is the operand's vector for pixel p.
template <class T, class Loop, class Arch = simd::Arch> void with_reach(OperandRow<T> x, Loop loop) {
  constexpr Index B = FeatureMapView<T>::block;
  switch (x.reach) {
    case Reach::vectors:
      return loop([from = x.data](Index p) { return simd::load(from + p * B); });
    case Reach::one_vector:
      return loop([v = simd::load(x.data)](Index) { return v; });
    case Reach::scalars:
      return loop([from = x.data](Index p) { return simd::broadcast<T>(from[p * B]); });
    case Reach::packed_scalars:
      return loop([from = x.data](Index p) { return simd::broadcast<T>(from[p]); });
    case Reach::one_scalar:
      return loop([v = simd::broadcast<T>(*x.data)](Index) { return v; });
  }
}

/// y = op(a, b), b reaching the pixels as it does; y may be a.
template <class T, class Op, class Arch = simd::Arch>
void combine(const T* a, const OperandRow<T>& b, T* y, Index pixels, Op op) {
  constexpr Index B = FeatureMapView<T>::block;
  with_reach(b, [=](auto b_at) {
    for (Index p = 0; p < pixels; ++p) simd::store<T>(y + p * B, op(simd::load(a + p * B), b_at(p)));
  });
}

/// The operand as a run of vectors: where it lies, or spread out in `room`.
template <class T, class Arch = simd::Arch> const T* spread(const OperandRow<T>& x, T* room, Index pixels) {
  constexpr Index B = FeatureMapView<T>::block;
  if (x.reach == Reach::vectors) return x.data;
  with_reach(x, [=](auto x_at) {
    for (Index p = 0; p < pixels; ++p) simd::store<T>(room + p * B, x_at(p));
  });
  return room;
}

/// y = op(op(x0, x1), …), broadcasting.
template <class T, class Op, class Arch = simd::Arch>
void merge_forward(std::span<const FeatureMapView<const T>> x, const FeatureMapView<T>& y, Op op) {
  constexpr Index B = FeatureMapView<T>::block;
  const auto whole = [&](const auto& a) {
    return a.channels == y.channels && a.height == y.height && a.width == y.width;
  };
  if (x.size() == 2 && whole(x[0]) && whole(x[1])) return transform(y, op, x[0], x[1]);

  const Grid grid(x, y, y.height, y.width);
  const FeatureMapView<T> rows(y.data, y.batch, y.channels, grid.rows, grid.columns, y.batch_stride);
  for_each_rows(rows, rows.row_stride(), [&](Index n, Index block, Index first_row, Index last_row, int) {
    alignas(64) T room[chunk_elements<T>];
    for (Index row = first_row; row < last_row; ++row)
      for (Index column = 0; column < grid.columns; column += chunk_pixels) {
        const Index pixels = std::min(chunk_pixels, grid.columns - column);
        const auto row_of = [&](const auto& a) { return grid.row(a, y.channels, n, block, row, column); };
        T* const to = rows.at_block(n, block) + (row * grid.columns + column) * B;
        const T* so_far = spread(row_of(x[0]), x.size() == 1 ? to : room, pixels);
        for (std::size_t i = 1; i < x.size(); ++i) {
          T* const made = i + 1 == x.size() ? to : room;  // y last, for it may be an operand
          combine(so_far, row_of(x[i]), made, pixels, op);
          so_far = made;
        }
        if (x.size() == 1 && so_far != to) std::copy_n(so_far, pixels * B, to);
      }
  });
}

/// to[p] = base + g[p], where base is to[p], or 0 if `fresh`. Lanes outside the mask add nothing.
template <class T, class Arch = simd::Arch>
void add_pixels(const T* g, T* to, Index pixels, bool fresh, simd::Mask<simd::Vector<T>> lanes) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  for (Index p = 0; p < pixels * B; p += B) {
    const V value = simd::select(lanes, simd::load(g + p), V(T{0}));
    simd::store(to + p, fresh ? value : simd::load(to + p) + value);
  }
}

/// Sum of some pixels, four partial sums at a time.
template <class T, class Arch = simd::Arch> simd::Vector<T> sum_pixels(const T* g, Index pixels) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  V a(T{0}), b(T{0}), c(T{0}), d(T{0});
  Index p = 0;
  for (; p + 4 <= pixels; p += 4) {
    a += simd::load(g + p * B);
    b += simd::load(g + (p + 1) * B);
    c += simd::load(g + (p + 2) * B);
    d += simd::load(g + (p + 3) * B);
  }
  for (; p < pixels; ++p) a += simd::load(g + p * B);
  return (a + b) + (c + d);
}

/// dx = the gradient rows that gradient_of(dy_row, row_of, room, pixels) gives, summed over the axes that dx
/// lacks; added to dx if `accumulate`. The sums lie in dx itself, one channel's in all lanes of its block
/// until they are folded at the end.
template <class T, class GradientOf, class Arch = simd::Arch>
void merge_backward(std::span<const FeatureMapView<const T>> x, const FeatureMapView<const T>& dy,
                    const FeatureMapView<T>& dx, bool accumulate, GradientOf gradient_of) {
  using V = simd::Vector<T>;
  constexpr Index B = FeatureMapView<T>::block;
  const Grid grid(x, dx, dy.height, dy.width);
  const bool one_channel = dx.channels == 1 && dy.channels > 1;
  const Index dx_rows = grid.rows_of(dx), dx_columns = grid.columns_of(dx);
  const FeatureMapView<T> sums(dx.data, dx.batch, dx.channels, dx_rows, dx_columns, dx.batch_stride);
  const Index work = dy.pixels() / dx_rows * B * (one_channel ? dy.blocks() : 1);

  for_each_rows(sums, work, [&](Index n, Index block, Index first_row, Index last_row, int) {
    alignas(64) T room[chunk_elements<T>];
    const auto add_row = [&](T* to, Index from_block, Index row, bool fresh, const auto& lanes) {
      for (Index column = 0; column < grid.columns; column += chunk_pixels) {
        const Index pixels = std::min(chunk_pixels, grid.columns - column);
        const auto row_of = [&](const auto& a) {
          return grid.row(a, dy.channels, n, from_block, row, column);
        };
        const T* dy_row = dy.at_block(n, from_block) + (row * grid.columns + column) * B;
        const T* g = gradient_of(dy_row, row_of, room, pixels);
        if (dx_columns > 1 || grid.columns == 1) {
          add_pixels(g, to + column * B, pixels, fresh, lanes);
        } else {
          simd::store(room, sum_pixels(g, pixels));
          add_pixels<T>(room, to, 1, fresh && column == 0, lanes);
        }
      }
    };
    for (Index dx_row = first_row; dx_row < last_row; ++dx_row) {
      T* const to = sums.at_block(n, block) + dx_row * dx_columns * B;
      if (accumulate && one_channel)  // what the other lanes held is no part of the sum
        for (Index p = 0; p < dx_columns * B; p += B)
          simd::store(to + p, simd::select(simd::lanes_between<T>(0, 1), simd::load(to + p), V(T{0})));
      const Index first_block = one_channel ? 0 : block, end_block = one_channel ? dy.blocks() : block + 1;
      const Index from_row = dx_rows == 1 ? 0 : dx_row, to_row = dx_rows == 1 ? grid.rows : dx_row + 1;
      for (Index b = first_block; b < end_block; ++b) {
        const auto lanes = simd::lanes_between<T>(0, std::min(B, dy.channels - b * B));
        for (Index row = from_row; row < to_row; ++row)
          add_row(to, b, row, !accumulate && b == first_block && row == from_row, lanes);
      }
      if (one_channel)
        for (Index p = 0; p < dx_columns * B; p += B) {
          const T sum = simd::reduce_add(simd::load<T>(to + p));
          std::fill_n(to + p, B, T{0});
          to[p] = sum;
        }
    }
  });
}

}  // namespace lamina::kernels::detail
