// One matrix product, blocked for the caches: B is packed a panel at a time into slivers as wide as a tile;
// pieces of C, cut by the extents alone, then run over slivers and rows of tiles.
//
//   a sliver of B   depth 256 × 3 vectors    24 KB (AVX2): stays in L1 while the rows of a piece pass
//   a block of A    64 rows × depth 256      64 KB of floats: stays in L2 while the slivers of a piece pass
//   a panel of B    depth 256 × 384 vectors  3 MB: stays in L3 while all rows pass
//
// Rows of A that lie in runs are read where they lie (four streams need no packing); others are packed by
// the piece. A B that fits into L1, or that few rows reuse, is read where it lies too, but for a last partial
// vector.
#pragma once

#include <algorithm>

#include "lamina/core/cache_sizes.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/detail/gemm_pack.hpp"
#include "lamina/kernels/detail/gemm_tile.hpp"

namespace lamina::kernels::detail {

/// C (rows × columns) = A (rows × depth) · B (depth × columns), or C += that. C's columns are neighbours.
template <class T> struct MatrixProduct {
  Index rows, columns, depth;
  Strided<const T> a, b;
  T* c;
  Index c_row;
  bool accumulate;
};

/// `whole` cut into as few equal parts of at most `most` as possible, each a multiple of `unit`: their
/// extent.
constexpr Index equal_parts(Index whole, Index most, Index unit) {
  if (whole > most) {
    const Index parts = (whole + most - 1) / most;
    whole = (whole + parts - 1) / parts;
  }
  return std::max(unit, (whole + unit - 1) / unit * unit);
}

/// How products of the same extents and strides are cut, which depends on these alone.
template <class T, class Arch = simd::Arch> class GemmPlan {
 public:
  explicit GemmPlan(const MatrixProduct<T>& like)
      : vectors_((like.columns + lanes - 1) / lanes),
        depth_(equal_parts(like.depth, most_depth, 1)),
        block_rows_(equal_parts(like.rows, most_rows, group)),
        panel_(equal_parts(vectors_, panel_vectors, gemm_vectors)),
        block_vectors_(equal_parts(panel_, most_vectors, gemm_vectors)),
        row_blocks_(parts(like.rows, block_rows_)) {
    const auto bytes = [](Index elements) { return elements * static_cast<Index>(sizeof(T)); };
    packs_a_ = like.a.column_stride != 1 && bytes(like.rows * like.depth) > in_place_bytes;
    packs_b_ = like.b.column_stride != 1 ||
               (like.rows > in_place_rows && bytes(like.depth * like.columns) > in_place_bytes);
    if (packs_b_)
      b_elements_ = panel_ * lanes * depth_;
    else if (like.columns % lanes != 0)
      b_elements_ = gemm_vectors * lanes * depth_;
  }

  /// Pieces of C that threads may work on at once.
  Index pieces() const { return row_blocks_ * parts(panel_, block_vectors_); }

  /// Elements of temporary memory that so many workers need.
  Index workspace(int workers) const { return b_elements_ + (packs_a_ ? workers * a_elements() : 0); }

  /// Computes a product; `workspace` is aligned to 64 bytes.
  void run(const MatrixProduct<T>& product, T* workspace) const {
    for (Index v = 0; v < vectors_; v += panel_)
      for (Index step = 0; step == 0 || step < product.depth; step += depth_)
        run_panel(product, {v, std::min(panel_, vectors_ - v), step, std::min(depth_, product.depth - step)},
                  workspace);
  }

 private:
  static constexpr Index lanes = simd::width<T>;
  /// Rows of A that are packed side by side; every tile's rows divide it.
  static constexpr Index group = std::max<Index>(gemm_rows<1>, lanes);
  static constexpr Index vector_bytes = lanes * static_cast<Index>(sizeof(T));
  static constexpr Index most_depth = l1_cache_bytes * 3 / 4 / (gemm_vectors * vector_bytes);
  static constexpr Index most_rows = 64;
  static constexpr Index most_vectors = 48;
  static constexpr Index panel_vectors = 8 * most_vectors;
  static constexpr Index in_place_bytes = l1_cache_bytes * 3 / 4;
  static constexpr Index in_place_rows = 2 * gemm_rows<gemm_vectors>;

  /// Vectors [first, first + vectors) of B, and the steps of the sum that are taken at once.
  struct Panel {
    Index first, vectors, step, depth;
  };

  /// Rows of a piece, and their elements of A.
  struct Rows {
    Index first, count;
    Strided<const T> a;
  };

  static constexpr Index parts(Index whole, Index part) {
    return whole <= part ? 1 : (whole + part - 1) / part;
  }
  Index a_elements() const { return block_rows_ * depth_; }

  /// Calls f(vector, count, columns) for the slivers of vectors [first, last): of three vectors, but the last
  /// ones of two rather than of one.
  template <class F> static void for_each_sliver(Index first, Index last, Index columns, F f) {
    for (Index v = first; v < last;) {
      const Index left = last - v;
      const Index count = left == 4 ? 2 : std::min<Index>(left, gemm_vectors);
      f(v, count, std::min(count * lanes, columns - v * lanes));
      v += count;
    }
  }

  /// The first vector of a block, and that of the next.
  std::pair<Index, Index> block(const Panel& panel, Index i) const {
    const Index first = panel.first + i * block_vectors_;
    return {first, std::min(first + block_vectors_, panel.first + panel.vectors)};
  }

  /// Whether a sliver is read where it lies.
  bool is_in_place(Index count, Index columns) const { return !packs_b_ && columns == count * lanes; }
  /// Where a sliver is packed: all of the panel have room, or just the one that is not in place.
  T* packed(const Panel& panel, Index v, T* workspace) const {
    return workspace + (packs_b_ ? (v - panel.first) * lanes * panel.depth : 0);
  }

  void pack_block(const MatrixProduct<T>& product, const Panel& panel, Index i, Index from, Index steps,
                  T* workspace) const {
    const auto [first, last] = block(panel, i);
    for_each_sliver(first, last, product.columns, [&](Index v, Index count, Index columns) {
      if (is_in_place(count, columns)) return;
      const Index width = count * lanes;
      pack_columns(product.b.at(panel.step + from, v * lanes), steps, columns, width,
                   packed(panel, v, workspace) + from * width);
    });
  }

  void pack_panel(const MatrixProduct<T>& product, const Panel& panel, Index column_blocks,
                  T* workspace) const {
    if (!packs_b_) {
      if (b_elements_ > 0) pack_block(product, panel, column_blocks - 1, 0, panel.depth, workspace);
      return;
    }
    // A strip of few rows over all slivers reads long runs of B where rows lie in runs.
    constexpr Index piece_steps = 64;
    const Index strip = product.b.column_stride == 1 ? 8 : piece_steps;
    const Index pieces = (panel.depth + piece_steps - 1) / piece_steps;
    parallel_for(column_blocks * pieces, [&](Index piece) {
      const Index end = std::min((piece % pieces + 1) * piece_steps, panel.depth);
      for (Index from = piece % pieces * piece_steps; from < end; from += strip)
        pack_block(product, panel, piece / pieces, from, std::min(strip, end - from), workspace);
    });
  }

  void run_panel(const MatrixProduct<T>& product, const Panel& panel, T* workspace) const {
    const Index column_blocks = parts(panel.vectors, block_vectors_);
    pack_panel(product, panel, column_blocks, workspace);
    T* const a_workspace = workspace + b_elements_;
    parallel_for(row_blocks_ * column_blocks, [&](Index piece, int worker) {
      const Index first_row = piece % row_blocks_ * block_rows_;
      Rows rows{first_row, std::min(block_rows_, product.rows - first_row),
                product.a.at(first_row, panel.step)};
      if (packs_a_) {
        T* const to = a_workspace + worker * a_elements();
        for (Index row = 0; row < rows.count; row += group)
          pack_columns(rows.a.at(row, 0).transposed(), panel.depth, std::min(group, rows.count - row), group,
                       to + row * panel.depth);
        rows.a.data = to;
      }
      const auto [first, last] = block(panel, piece / row_blocks_);
      for_each_sliver(first, last, product.columns, [&](Index v, Index count, Index columns) {
        const bool in_place = is_in_place(count, columns);
        const Strided<const T> b{
            in_place ? product.b.at(panel.step, v * lanes).data : packed(panel, v, workspace),
            in_place ? product.b.row_stride : count * lanes, 1};
        if (count == 3)
          run_tiles<3>(product, panel, rows, b, v, columns);
        else if (count == 2)
          run_tiles<2>(product, panel, rows, b, v, columns);
        else
          run_tiles<1>(product, panel, rows, b, v, columns);
      });
    });
  }

  /// The tiles of a sliver of B, below each other.
  template <int V>
  void run_tiles(const MatrixProduct<T>& product, const Panel& panel, const Rows& rows,
                 const Strided<const T>& b, Index v, Index columns) const {
    constexpr Index tile_rows = gemm_rows<V>;
    T* const c = product.c + rows.first * product.c_row + v * lanes;
    const bool accumulate = product.accumulate || panel.step > 0;
    TileOperands<T> from{rows.a.data, rows.a.row_stride, rows.a.column_stride,
                         b.data,      b.row_stride,      panel.depth};
    if (packs_a_) from.a_row = 1, from.a_step = group;
    for (Index row = 0; row < rows.count; row += tile_rows) {
      from.a =
          packs_a_ ? rows.a.data + row / group * group * panel.depth + row % group : rows.a.at(row, 0).data;
      multiply_tile<V>(from, std::min(tile_rows, rows.count - row), columns, c + row * product.c_row,
                       product.c_row, accumulate);
    }
  }

  Index vectors_;        // columns of C, in vectors
  Index depth_;          // steps of the sum that are taken at once
  Index block_rows_;     // of a piece
  Index panel_;          // vectors of B that are packed at once
  Index block_vectors_;  // of a piece
  Index row_blocks_;     // pieces below each other
  Index b_elements_ = 0;
  bool packs_a_, packs_b_;
};

}  // namespace lamina::kernels::detail
