// The tiles that Winograd's algorithms cut a map into, and their inputs, transformed: V = Bᵀ d B. Forward
// pass (winograd_plan.hpp) and gradient of the weights (winograd_gradient.hpp) both begin so.
#pragma once

#include <algorithm>

#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/detail/conv_map.hpp"
#include "lamina/kernels/detail/winograd_transform.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// Where a product's matrix begins: behind the one before and a cache line, for distances that are powers of
/// two would put all of them into one set of the cache.
template <class T> constexpr Index winograd_distance(Index elements) {
  return elements + 64 / static_cast<Index>(sizeof(T));
}

/// How an axis of outputs is cut into tiles of `tile` outputs, `step` (the dilation) apart: the outputs of
/// one phase after the other, [0, step).
struct WinogradAxis {
  Index extent, step, tile, tiles_of_phase;

  WinogradAxis(Index outputs, Index dilation, Index outputs_of_tile)
      : extent(outputs),
        step(dilation),
        tile(outputs_of_tile),
        tiles_of_phase(((outputs + dilation - 1) / dilation + tile - 1) / tile) {}

  Index tiles() const { return std::min(step, extent) * tiles_of_phase; }
  Index first_output(Index i) const { return i / tiles_of_phase + i % tiles_of_phase * tile * step; }
  /// Outputs of a tile that are inside; of phases that are shorter a last tile may have none.
  Index outputs(Index first) const { return std::clamp<Index>((extent - first + step - 1) / step, 0, tile); }
};

/// The tiles of all samples. Rows and Columns are Winograd<outputs, taps>, or StridedWinograd.
template <class T, class Rows, class Columns, class Arch = simd::Arch> class WinogradTiles {
 public:
  using Map = AnyMap<const T>;
  static constexpr Index products = Rows::products * Columns::products;
  static constexpr Index phases = Rows::phases * Columns::phases;

  /// Of maps shaped like `in`, blocked, and of the outputs that the geometry gives for them.
  WinogradTiles(const ConvGeometry& g, const Map& in)
      : rows(g.out_height(in.height), g.dilation_height, Rows::outputs),
        columns(g.out_width(in.width), g.dilation_width, Columns::outputs),
        count(in.batch * rows.tiles() * columns.tiles()),
        pad_top_(g.pad_top),
        pad_left_(g.pad_left) {}

  /// The first output of a tile.
  struct Place {
    Index sample, row, column;
  };
  /// Those of some tiles, once for all blocks of channels: divisions would take a third of a transform's
  /// time.
  void find_places(Index first, Index tiles, Place* to) const {
    const Index of_sample = rows.tiles() * columns.tiles();
    for (Index tile = first; tile < first + tiles; ++tile)
      *to++ = {tile / of_sample, rows.first_output(tile % of_sample / columns.tiles()),
               columns.first_output(tile % columns.tiles())};
  }

  /// V of one block of channels: of product p, phase f and the tile at places[t] it is written to
  /// `to` + p · product + (t · phases + f) · size.
  [[gnu::noinline]] void transform_inputs(const Map& in, const Place* places, Index tiles, Index block, T* to,
                                          Index product, Index size) const {
    constexpr Index row_reach = Rows::inputs - 1, column_reach = Columns::inputs - 1;
    for (Index t = 0; t < tiles; ++t, to += phases * size) {
      const Place place = places[t];
      const Index first_row = place.row * Rows::stride - pad_top_;
      const Index first_column = place.column * Columns::stride - pad_left_;
      const T* from = in.at_block(place.sample, block) + first_row * in.row_stride() + first_column * lanes;
      Index row_step = rows.step * in.row_stride(), column_step = columns.step * lanes;
      alignas(64) T patch[Rows::inputs * Columns::inputs * lanes];
      if (first_row < 0 || first_column < 0 || first_row + row_reach * rows.step >= in.height ||
          first_column + column_reach * columns.step >= in.width) {
        copy_patch(in, place.sample, block, first_row, first_column, patch);
        from = patch;
        row_step = Columns::inputs * lanes;
        column_step = lanes;
      }
      Native half[Rows::inputs][Columns::inputs];
      for (int column = 0; column < Columns::inputs; ++column) {
        Native d[Rows::inputs], v[Rows::inputs];
        unroll<Rows::inputs>([&](auto row) LAMINA_INLINE {
          d[row] = simd::to_native(simd::load(from + row * row_step + column * column_step));
        });
        transform_input<Rows, T>(d, v);
        unroll<Rows::inputs>([&](auto row) LAMINA_INLINE { half[row][column] = v[row]; });
      }
      for (int row = 0; row < Rows::inputs; ++row) {
        Native v[Columns::inputs];
        transform_input<Columns, T>(half[row], v);
        T* const at = to + Rows::product_of(row) * Columns::products * product +
                      Rows::phase_of(row) * Columns::phases * size;
        unroll<Columns::inputs>([&](auto column) LAMINA_INLINE {
          simd::store(at + Columns::product_of(column) * product + Columns::phase_of(column) * size,
                      simd::from_native<T>(v[column]));
        });
      }
    }
  }

  WinogradAxis rows, columns;
  Index count;

 private:
  using Native = simd::native<T>;
  static constexpr Index lanes = simd::width<T>;

  /// A patch that reaches outside the map, where it is zero.
  [[gnu::noinline]] void copy_patch(const Map& in, Index sample, Index block, Index first_row,
                                    Index first_column, T* patch) const {
    for (Index r = 0, row = first_row; r < Rows::inputs; ++r, row += rows.step)
      for (Index c = 0, column = first_column; c < Columns::inputs;
           ++c, column += columns.step, patch += lanes) {
        const bool inside = row >= 0 && row < in.height && column >= 0 && column < in.width;
        simd::store(patch,
                    inside ? simd::load(in.at_block(sample, block) + row * in.row_stride() + column * lanes)
                           : simd::broadcast<T>(0));
      }
  }

  Index pad_top_, pad_left_;
};

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
