// Convolution by Winograd's minimal filtering: borders of zeros or none. A map is cut into tiles of
// outputs, M along each axis on which the kernel has R > 1 taps; there M + R - 1 products stand for M·R of a
// direct convolution (4×4 outputs of a 3×3 kernel: 36 for 144). With dilation d every d-th pixel makes a map
// of its own, in which the kernel is not dilated. With stride 2 a sum is over the phases of the input, too
// (StridedWinograd).
//
//   inputs ─ Bᵀ d B ─▶ V[product][tile][phase][channel] ──┐
//                                                          ├─ matrix products ─▶ sums ─ Aᵀ m A ─▶ outputs
//   weights ─ G g Gᵀ ─▶ U[product][block][channel][lane] ──┘
//
// The matrix products run on the tile of direct convolution: a Winograd tile is its pixel. Some tens of tiles
// go through the three steps at a time, so that V and the sums stay near. Sums go over channels in order,
// whatever is cut: the same bits on any number of threads.
#pragma once

#include <algorithm>
#include <numeric>

#include "lamina/core/cache_sizes.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/kernels/conv_epilogue.hpp"
#include "lamina/kernels/detail/conv_map.hpp"
#include "lamina/kernels/detail/conv_tile.hpp"
#include "lamina/kernels/detail/winograd_tiles.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// Transforms weights in the order of ConvGeometry::weight_offset. Rows and Columns as in
/// WinogradTiles.
template <class T, class Rows, class Columns, class Arch = simd::Arch>
void pack_winograd_weights(const T* weight, const ConvGeometry& g, T* packed) {
  using Native = simd::native<T>;
  constexpr Index lanes = simd::width<T>;
  const Index blocks = (g.out_channels + lanes - 1) / lanes;
  const Index product = winograd_distance<T>(blocks * g.in_channels * lanes);
  parallel_for(blocks, [&](Index block) {
    for (Index c = 0; c < g.in_channels; ++c) {
      const T* const from = weight + (block * g.taps() * g.in_channels + c) * lanes;
      T* to = packed + (block * g.in_channels + c) * lanes;
      Native half[Rows::weights][Columns::taps];
      for (int column = 0; column < Columns::taps; ++column) {
        Native taps[Rows::taps], u[Rows::weights];
        unroll<Rows::taps>([&](auto row) LAMINA_INLINE {
          const Index tap = row * Columns::taps + column;
          taps[row] = simd::to_native(simd::load(from + tap * g.in_channels * lanes));
        });
        transform_weight<Rows, T>(taps, u);
        unroll<Rows::weights>([&](auto row) LAMINA_INLINE { half[row][column] = u[row]; });
      }
      for (int row = 0; row < Rows::weights; ++row) {
        Native u[Columns::weights];
        transform_weight<Columns, T>(half[row], u);
        unroll<Columns::weights>([&](auto column) LAMINA_INLINE {
          simd::store(to, simd::from_native<T>(u[column]));
          to += product;
        });
      }
    }
  });
}

template <class T, class Rows, class Columns, class Arch = simd::Arch> class WinogradPlan {
 public:
  using In = AnyMap<const T>;
  using Out = AnyMap<T>;

  /// Of blocked maps shaped like `in` and `out`; `weight` is transformed. `bias` may be null.
  WinogradPlan(const ConvGeometry& g, const In& in, const Out& out, const T* weight, const T* bias,
               bool accumulate)
      : tiles_(g, in),
        in_channels_(in.channels),
        in_size_(in.blocks() * lanes),
        out_blocks_(out.blocks()),
        chunk_(chunk_tiles()),
        chunks_((tiles_.count + chunk_ - 1) / chunk_),
        by_chunks_(chunks_ >= 4 || threads() == 1),
        in_product_(winograd_distance<T>(chunk_ * phases * in_size_)),
        out_product_(winograd_distance<T>(
            chunk_ * lanes * (by_chunks_ ? std::min(most_blocks_together, out_blocks_) : out_blocks_))),
        weight_(weight),
        bias_(bias),
        accumulate_(accumulate) {}

  /// Everything, on the threads of the pool.
  template <class Epilogue> void run(const In& in, const Out& out, const Epilogue& epilogue) const {
    const Index workers = by_chunks_ ? threads() : 1;
    const Scratch<T> memory(workers * (in_product_ + out_product_) * products);
    const Scratch<Place> places(workers * chunk_);
    const auto part = [&](Index chunk, int worker) {
      T* const own = memory.data() + worker * (in_product_ + out_product_) * products;
      Place* const own_places = places.data() + worker * chunk_;
      const Index count = std::min(chunk_, tiles_.count - chunk * chunk_);
      tiles_.find_places(chunk * chunk_, count, own_places);
      return Chunk{own_places, count, own, own + in_product_ * products, 0};
    };
    if (by_chunks_) {
      parallel_for(chunks_, [&](Index i, int worker) {
        Chunk chunk = part(i, worker);
        for (Index block = 0; block < in.blocks(); ++block) transform_inputs(in, chunk, block);
        for (Index block = 0; block < out_blocks_;) {
          chunk.first_block = block;
          for (Index product = 0; product < products; ++product) multiply(chunk, product, block);
          for (const Index next = block + blocks_together(out_blocks_ - block); block < next; ++block)
            transform_outputs(out, chunk, block, epilogue);
        }
      });
    } else {
      for (Index i = 0; i < chunks_; ++i) {
        const Chunk chunk = part(i, 0);
        parallel_for(in.blocks(), [&](Index block) { transform_inputs(in, chunk, block); });
        for (Index block = 0; block < out_blocks_; block += blocks_together(out_blocks_ - block))
          parallel_for(products, [&](Index product) { multiply(chunk, product, block); });
        parallel_for(out_blocks_, [&](Index block) { transform_outputs(out, chunk, block, epilogue); });
      }
    }
  }

 private:
  using Native = simd::native<T>;
  using Place = typename WinogradTiles<T, Rows, Columns, Arch>::Place;
  static constexpr Index lanes = simd::width<T>;
  static constexpr Index products = WinogradTiles<T, Rows, Columns, Arch>::products;
  static constexpr Index phases = WinogradTiles<T, Rows, Columns, Arch>::phases;

  /// Tiles that go through the steps together, and their memory.
  struct Chunk {
    const Place* places;
    Index count;
    T* inputs;          // [product][tile][phase][channel]
    T* outputs;         // [product][block][tile][lane]
    Index first_block;  // whose sums `outputs` begins with
  };

  /// Full register tiles that fill three quarters of the second-level cache, but at least 24, so that the
  /// weights are worth fetching.
  Index chunk_tiles() const {
    const Index together = std::min(most_blocks_together, out_blocks_);
    const Index bytes = products * (phases * in_size_ + together * lanes) * static_cast<Index>(sizeof(T));
    constexpr Index whole = std::lcm(12, tile_pixels<3, Arch>);
    const Index room = std::clamp<Index>(l2_cache_bytes * 3 / 4 / bytes / whole * whole, 24, 96);
    const Index chunks = std::max<Index>(1, (tiles_.count + room - 1) / room);
    return std::clamp<Index>(((tiles_.count + chunks - 1) / chunks + whole - 1) / whole * whole, whole, room);
  }

  /// V of one block of channels.
  void transform_inputs(const In& in, const Chunk& chunk, Index block) const {
    tiles_.transform_inputs(in, chunk.places, chunk.count, block, chunk.inputs + block * lanes, in_product_,
                            in_size_);
  }

  /// The sums of one product for the blocks of outputs that go together from `block` on.
  void multiply(const Chunk& chunk, Index product, Index block) const {
    const Index blocks = blocks_together(out_blocks_ - block);
    const Index weight_product = winograd_distance<T>(out_blocks_ * in_channels_ * lanes);
    const int row = static_cast<int>(product) / Columns::products;
    const int column = static_cast<int>(product) % Columns::products;
    Tap taps[phases];  // the phases that the product is a sum over
    Index tap_count = 0;
    for (int row_phase = 0; row_phase < Rows::phases_of(row); ++row_phase)
      for (int column_phase = 0; column_phase < Columns::phases_of(column); ++column_phase) {
        const Index weight =
            Rows::weight_of(row, row_phase) * Columns::weights + Columns::weight_of(column, column_phase);
        taps[tap_count++] = {(row_phase * Columns::phases + column_phase) * in_size_,
                             weight * weight_product};
      }
    // All channels are one run. As few as an image has are runs of one channel each, which the tile starts
    // faster, as if the input were plain.
    const bool plain = in_channels_ <= most_image_channels;
    ChannelRun runs[most_image_channels] = {{0, 0, in_channels_, 0}};
    for (Index channel = 0; plain && channel < in_channels_; ++channel) runs[channel].in = channel;
    const Window window{taps, tap_count, runs, plain ? in_channels_ : 1, plain};
    TileArguments<T> a{};
    a.in = chunk.inputs + product * in_product_;
    a.weight_block = in_channels_ * lanes;
    a.weight = weight_ + block * a.weight_block;
    a.out_block = chunk_ * lanes;
    a.out = chunk.outputs + product * out_product_ + (block - chunk.first_block) * a.out_block;
    a.scale = T{1};
    const Pixels tiles({chunk.count, phases * in_size_, lanes}, {1, 0, 0}, {1, 0, 0});
    const no_epilogue none;
    if (blocks == 1)
      convolve_box<1>(window, a, tiles, none);
    else if (blocks == 2)
      convolve_box<2>(window, a, tiles, none);
    else
      convolve_box<3>(window, a, tiles, none);
  }

  /// The outputs of one block of channels.
  template <class Epilogue>
  [[gnu::noinline]] void transform_outputs(const Out& out, const Chunk& chunk, Index block,
                                           const Epilogue& epilogue) const {
    const auto bias = bias_ ? simd::load(bias_ + block * lanes) : simd::broadcast<T>(0);
    const bool accumulate = accumulate_;
    for (Index t = 0; t < chunk.count; ++t) {
      const T* from = chunk.outputs + ((block - chunk.first_block) * chunk_ + t) * lanes;
      const Index product = out_product_;
      Native half[Rows::products][Columns::outputs];
      for (int row = 0; row < Rows::products; ++row) {
        Native m[Columns::products];
        unroll<Columns::products>([&](auto column) LAMINA_INLINE {
          m[column] = simd::to_native(simd::load(from));
          from += product;
        });
        transform_output<Columns, T>(m, half[row]);
      }
      const Place place = chunk.places[t];
      const Index row_step = tiles_.rows.step * out.row_stride(), column_step = tiles_.columns.step * lanes;
      T* const to = out.at_block(place.sample, block) + place.row * out.row_stride() + place.column * lanes;
      const Index rows = tiles_.rows.outputs(place.row), columns = tiles_.columns.outputs(place.column);
      for (int column = 0; column < columns; ++column) {
        Native m[Rows::products], y[Rows::outputs];
        unroll<Rows::products>([&](auto row) LAMINA_INLINE { m[row] = half[row][column]; });
        transform_output<Rows, T>(m, y);
        unroll<Rows::outputs>([&](auto row) LAMINA_INLINE {
          T* const at = to + row * row_step + column * column_step;
          if (row < rows) {
            const auto before = accumulate ? simd::Vector<T>(simd::load<T>(at) + bias) : bias;
            simd::store(at, epilogue(simd::Vector<T>(simd::from_native<T>(y[row]) + before)));
          }
        });
      }
    }
  }

  WinogradTiles<T, Rows, Columns, Arch> tiles_;
  Index in_channels_, in_size_, out_blocks_;
  Index chunk_, chunks_;
  bool by_chunks_;
  Index in_product_, out_product_;  // between the matrices of two products
  const T* weight_;
  const T* bias_;
  bool accumulate_;
};

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
