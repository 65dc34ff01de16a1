// The gradient of the weights by Winograd's algorithm: the adjoint of winograd_plan.hpp, step by step.
//
//   inputs ─ Bᵀ d B ─▶ V[product][tile][channel] ────────┐
//                                                         ├─ Σ over tiles ─▶ dU[product] ─ Gᵀ dU G ─▶ dw
//   gradient of the outputs ─ A dy Aᵀ ─▶ D[product][block][tile][lane] ─┘
//
// The sums run on the tile of the direct gradient: a Winograd tile is its pixel. Parts of the tiles, cut by
// the problem alone, sum into memory of their own and are added in their order: the same bits on any number
// of threads.
#pragma once

#include <algorithm>

#include "lamina/core/cache_sizes.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/kernels/detail/conv_gradient_tile.hpp"
#include "lamina/kernels/detail/winograd_tiles.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

template <class T, class Rows, class Columns, class Arch = simd::Arch> class WinogradGradient {
 public:
  using Map = AnyMap<const T>;

  /// Of blocked maps shaped like `in` and `dy`.
  WinogradGradient(const ConvGeometry& g, const Map& in, const Map& dy)
      : tiles_(g, in),
        in_channels_(in.channels),
        in_size_(in.blocks() * lanes),
        out_channels_(dy.channels),
        out_blocks_(dy.blocks()),
        chunk_(chunk_tiles()),
        in_product_(winograd_distance<T>(chunk_ * in_size_)),
        out_product_(winograd_distance<T>(chunk_ * out_blocks_ * lanes)),
        sum_(winograd_distance<T>(out_blocks_ * in_channels_ * lanes)) {}

  /// Adds to dweight, which is in the order of ConvGeometry::weight_offset.
  void run(const Map& in, const Map& dy, T* dweight) const {
    constexpr Index most_elements = Index{1} << 22, most_parts = 8;
    const Index chunks = (tiles_.count + chunk_ - 1) / chunk_;
    const Index parts = std::clamp<Index>(most_elements / (products * sum_), 1, std::min(most_parts, chunks));
    const Scratch<T> sums(parts * products * sum_);
    const Scratch<T> memory(threads() * products * (in_product_ + out_product_));
    const Scratch<Place> places(threads() * chunk_);
    parallel_for(parts, [&](Index part, int worker) {
      T* const own = sums.data() + part * products * sum_;
      T* const inputs = memory.data() + worker * products * (in_product_ + out_product_);
      std::fill_n(own, products * sum_, T{0});
      for (Index i = part * chunks / parts; i < (part + 1) * chunks / parts; ++i)
        add_chunk(in, dy, i * chunk_, places.data() + worker * chunk_, inputs,
                  inputs + products * in_product_, own);
    });
    parallel_for(out_blocks_, [&](Index block) { transform_sums(sums.data(), parts, block, dweight); });
  }

 private:
  using Native = simd::native<T>;
  using Place = typename WinogradTiles<T, Rows, Columns, Arch>::Place;
  static constexpr Index lanes = simd::width<T>;
  static constexpr Index products = WinogradTiles<T, Rows, Columns, Arch>::products;

  /// Half as much again as the second-level cache holds, so that a sum, which is loaded and stored for each
  /// chunk, is worth it.
  Index chunk_tiles() const {
    const Index bytes = products * (in_size_ + out_blocks_ * lanes) * static_cast<Index>(sizeof(T));
    return std::clamp<Index>(l2_cache_bytes * 3 / 2 / bytes, 48, 192);
  }

  void add_chunk(const Map& in, const Map& dy, Index first, Place* places, T* inputs, T* gradients,
                 T* sums) const {
    const Index count = std::min(chunk_, tiles_.count - first);
    tiles_.find_places(first, count, places);
    for (Index block = 0; block < in.blocks(); ++block)
      tiles_.transform_inputs(in, places, count, block, inputs + block * lanes, in_product_, in_size_);
    for (Index block = 0; block < out_blocks_; ++block)
      transform_gradients(dy, places, count, block, gradients + block * chunk_ * lanes);
    for (Index product = 0; product < products; ++product)
      for (Index block = 0, take = 0; block < out_blocks_; block += take) {
        const T* const v = inputs + product * in_product_;
        const T* const d = gradients + product * out_product_ + block * chunk_ * lanes;
        T* const to = sums + product * sum_ + block * in_channels_ * lanes;
        take = blocks_together(out_blocks_ - block);
        if (take == 1)
          add_products<1>(v, d, count, to);
        else if (take == 2)
          add_products<2>(v, d, count, to);
        else
          add_products<3>(v, d, count, to);
      }
  }

  /// D of one block of channels: outputs that are not there are zero.
  [[gnu::noinline]] void transform_gradients(const Map& dy, const Place* places, Index count, Index block,
                                             T* to) const {
    const Index row_step = tiles_.rows.step * dy.row_stride(), column_step = tiles_.columns.step * lanes;
    const Index product = out_product_;
    for (Index t = 0; t < count; ++t, to += lanes) {
      const Place place = places[t];
      const T* const from =
          dy.at_block(place.sample, block) + place.row * dy.row_stride() + place.column * lanes;
      const Index rows = tiles_.rows.outputs(place.row), columns = tiles_.columns.outputs(place.column);
      Native half[Rows::products][Columns::outputs];
      for (int column = 0; column < Columns::outputs; ++column) {
        Native y[Rows::outputs], m[Rows::products];
        unroll<Rows::outputs>([&](auto row) LAMINA_INLINE {
          const bool inside = row < rows && column < columns;
          y[row] =
              inside ? simd::to_native(simd::load(from + row * row_step + column * column_step)) : Native{};
        });
        transform_output_gradient<Rows, T>(y, m);
        unroll<Rows::products>([&](auto row) LAMINA_INLINE { half[row][column] = m[row]; });
      }
      T* at = to;
      for (int row = 0; row < Rows::products; ++row) {
        Native m[Columns::products];
        transform_output_gradient<Columns, T>(half[row], m);
        unroll<Columns::products>([&](auto column) LAMINA_INLINE {
          simd::store(at, simd::from_native<T>(m[column]));
          at += product;
        });
      }
    }
  }

  /// Adds the sums over `count` tiles of all channels of v times V blocks of d.
  template <int V> void add_products(const T* v, const T* d, Index count, T* to) const {
    constexpr int K = tile_weights<V>;
    alignas(64) T sums[static_cast<std::size_t>(K * V * lanes)];
    const Pixels tiles({count, in_size_, lanes}, {1, 0, 0}, {1, 0, 0});
    const Index distance = in_channels_ * lanes;
    for (Index channel = 0; channel < in_channels_; channel += K) {
      Index offsets[K];
      for (Index k = 0; k < K; ++k) offsets[k] = std::min(channel + k, in_channels_ - 1);
      correlate_pixels<V>(v, offsets, d, chunk_ * lanes, tiles, sums);
      const Index left = std::min<Index>(K, in_channels_ - channel);
      for (Index k = 0; k < left; ++k)
        for (int block = 0; block < V; ++block) {
          T* const at = to + block * distance + (channel + k) * lanes;
          simd::store(at, simd::Vector<T>(simd::load<T>(at) + simd::load<T>(sums + (k * V + block) * lanes)));
        }
    }
  }

  /// dw += Gᵀ dU G of one block of outputs, of the parts' sums in their order. Lanes past the last channel
  /// stay as they are.
  [[gnu::noinline]] void transform_sums(T* sums, Index parts, Index block, T* dweight) const {
    constexpr int taps = Rows::taps * Columns::taps;
    T* const own = sums + block * in_channels_ * lanes;
    const Index valid = std::min(lanes, out_channels_ - block * lanes);
    for (Index channel = 0; channel < in_channels_; ++channel) {
      T* const to = dweight + (block * taps * in_channels_ + channel) * lanes;
      Native half[Rows::products][Columns::taps];
      for (int row = 0; row < Rows::products; ++row) {
        Native u[Columns::products];
        unroll<Columns::products>([&](auto column) LAMINA_INLINE {
          const T* from = own + (row * Columns::products + column) * sum_ + channel * lanes;
          u[column] = simd::to_native(simd::load(from));
          for (Index part = 1; part < parts; ++part)
            u[column] += simd::to_native(simd::load(from + part * products * sum_));
        });
        transform_weight_gradient<Columns, T>(u, half[row]);
      }
      for (int column = 0; column < Columns::taps; ++column) {
        Native u[Rows::products], g[Rows::taps];
        unroll<Rows::products>([&](auto row) LAMINA_INLINE { u[row] = half[row][column]; });
        transform_weight_gradient<Rows, T>(u, g);
        unroll<Rows::taps>([&](auto row) LAMINA_INLINE {
          T* const at = to + (row * Columns::taps + column) * in_channels_ * lanes;
          alignas(64) T sum[lanes];
          simd::store(sum, simd::from_native<T>(g[row]));
          if (valid < lanes) std::fill(sum + valid, sum + lanes, T{0});
          simd::store(at, simd::Vector<T>(simd::load<T>(at) + simd::load<T>(sum)));
        });
      }
    }
  }

  WinogradTiles<T, Rows, Columns, Arch> tiles_;
  Index in_channels_, in_size_, out_channels_, out_blocks_;
  Index chunk_;
  Index in_product_, out_product_, sum_;  // between the matrices of two products
};

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
