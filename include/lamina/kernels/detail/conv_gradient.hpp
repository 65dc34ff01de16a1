// The gradients of weights and bias. Pieces are groups of output blocks times parts of the batch (samples ×
// rows). If there is more than one part, each sums into memory of its own and the parts are added in their
// order: the cut depends on the problem alone, so the result does not depend on the number of threads.
// Padding is copied (a few percent, more than saved by having one region whose every weight sums over every
// pixel), except in depthwise layers, which are over too soon, and in partial ones, whose factor differs
// between regions.
#pragma once

#include "lamina/core/cache_sizes.hpp"
#include "lamina/kernels/detail/conv_border.hpp"
#include "lamina/kernels/detail/conv_gradient_tile.hpp"
#include "lamina/kernels/detail/conv_plan.hpp"
#include "lamina/kernels/detail/depthwise_gradient_tile.hpp"

namespace lamina::kernels::detail {

/// A weight's place in the arena, relative to its output block. Where a block mixes groups, the weight exists
/// in some lanes only.
struct GradientWeight {
  Index place;
  Index first_lane, last_lane;
};

template <class T, class Arch = simd::Arch> class ConvGradient {
 public:
  using Map = AnyMap<const T>;

  ConvGradient(const ConvGeometry& g, const Map& in, const Map& dy, T* dweight, T* dbias)
      : padding_(g),
        depthwise_(g.depthwise() && in.block == lanes),
        copies_(copies_border(g) || (g.padded() && g.border == Border::zero && !depthwise_)),
        geometry_(copies_ ? without_padding(g) : g),
        channels_(g, false),
        block_size_(g.weight_offset(lanes, lanes, 0, 0, 0)),
        mixes_(!depthwise_ && channels_.blocks_mix_groups(lanes)),
        padded_(padded_samples(static_cast<const T*>(nullptr), 1, in, g)),
        rows_(vertical_axis(geometry_, copies_ ? padded_.height : in.height, dy.height, false)),
        columns_(horizontal_axis(geometry_, copies_ ? padded_.width : in.width, dy.width, false)),
        blocks_(channels_, lanes, depthwise_),
        list_size_(g.taps() * blocks_.most_channels() + most_in_tile),
        offsets_(threads() * list_size_),
        weights_(threads() * list_size_),
        dweight_(dweight),
        dbias_(dbias),
        cut_(cut(dy)),
        samples_at_once_(std::clamp<Index>(copied_pixels / dy.pixels(), 1, cut_.samples_each)),
        padding_memory_(copies_ ? threads() * samples_at_once_ * padded_.batch_stride : 0),
        parts_(cut_.sample_shares() * cut_.row_shares()),
        sums_(parts_ > 1 ? parts_ * (weight_size() + bias_size()) : 0) {}

  void run(const Map& in, const Map& dy) const {
    parallel_for(cut_.pieces(), [&](Index i, int worker) {
      T* const own = parts_ > 1 ? part(i / cut_.group_shares()) : nullptr;
      T* const dbias = dbias_ == nullptr ? nullptr : own ? own + weight_size() : dbias_;
      run_piece(in, dy, cut_[i], own ? own : dweight_, dbias, worker);
    });
    if (parts_ > 1) add_parts();
  }

 private:
  static constexpr Index lanes = simd::width<T>;
  static constexpr int most_in_tile = 9;
  static constexpr Index copied_pixels = 512;

  Index weight_size() const { return channels_.blocks(lanes) * block_size_; }
  Index bias_size() const { return channels_.blocks(lanes) * lanes; }
  T* part(Index i) const { return sums_.data() + i * (weight_size() + bias_size()); }

  /// Groups are free to be cut, parts are not: each takes memory, a pass to clear it and one to add it.
  Cut cut(const Map& dy) const {
    constexpr Index most_elements = Index{1} << 20, fewest_pixels = 256;
    const Index most_parts =
        std::min(most_elements / (weight_size() + bias_size()), dy.batch * dy.pixels() / fewest_pixels);
    return cut_work(dy.batch, dy.height, blocks_.group_count, dy.batch * geometry_.macs(dy.height, dy.width),
                    true, std::max<Index>(1, most_parts));
  }

  Index block_of_group(Index i) const {
    if (i == blocks_.group_count) return channels_.blocks(lanes);
    return blocks_.spans[blocks_.groups[i].span].first_block + blocks_.groups[i].first_block;
  }

  void run_piece(const Map& in, const Map& dy, const Piece& piece, T* dweight, T* dbias, int worker) const {
    const Index first_block = block_of_group(piece.first_group);
    const Index last_block = block_of_group(piece.first_group + piece.groups);
    if (parts_ > 1) {
      std::fill(dweight + first_block * block_size_, dweight + last_block * block_size_, T{0});
      if (dbias) std::fill(dbias + first_block * lanes, dbias + last_block * lanes, T{0});
    }
    if (copies_)
      run_copies(in, dy, piece, dweight, dbias, worker);
    else
      run_regions(in, dy, piece, dweight, dbias, worker);
    // Padding lanes of dy may hold anything: what they made in the last block is no gradient.
    const Index ragged = geometry_.out_channels % lanes;
    if (ragged != 0 && last_block == channels_.blocks(lanes)) {
      T* const last = dweight + (last_block - 1) * block_size_;
      for (Index i = 0; i < block_size_; i += lanes) std::fill(last + i + ragged, last + i + lanes, T{0});
      if (dbias) std::fill(dbias + last_block * lanes - (lanes - ragged), dbias + last_block * lanes, T{0});
    }
  }

  /// Pads some samples at a time: few enough to stay in cache, enough pixels for a tile to be worth its
  /// start.
  void run_copies(const Map& in, const Map& dy, Piece piece, T* dweight, T* dbias, int worker) const {
    T* const memory = padding_memory_.data() + worker * samples_at_once_ * padded_.batch_stride;
    const Index first_row = piece.first_row * geometry_.stride_height;
    const Index last_row = (piece.first_row + piece.rows - 1) * geometry_.stride_height +
                           (geometry_.kernel_height - 1) * geometry_.dilation_height + 1;
    const Index last_sample = piece.first_sample + piece.samples;
    for (Index n = piece.first_sample; n < last_sample; n += samples_at_once_) {
      piece.first_sample = 0;
      piece.samples = std::min(samples_at_once_, last_sample - n);
      const AnyMap<T> padded = padded_samples(memory, piece.samples, in, padding_);
      pad_samples(in.samples(n, piece.samples), padding_, padded, first_row, last_row);
      run_regions(padded, dy.samples(n, piece.samples), piece, dweight, dbias, worker);
    }
  }

  [[gnu::noinline]] void run_regions(const Map& in, const Map& dy, const Piece& piece, T* dweight, T* dbias,
                                     int worker) const {
    for_each_region(
        rows_, columns_, piece.first_row, piece.rows, [&](const AxisRun& row, const AxisRun& column) {
          const Index taps = row.tap_count * column.tap_count;
          const bool partial = geometry_.border == Border::partial;
          if (partial && taps == 0) return;  // such outputs have no bias
          const Pixels pixels({column.count, column.in_step * in.block, column.step * lanes},
                              {row.count, row.in_step * in.row_stride(), row.step * dy.row_stride()},
                              {piece.samples, in.batch_stride, dy.batch_stride});
          const T* const x = in.data + piece.first_sample * in.batch_stride + row.in_first * in.row_stride() +
                             column.in_first * in.block;
          const T* const y = dy.data + piece.first_sample * dy.batch_stride + row.first * dy.row_stride() +
                             column.first * lanes;
          const T factor = partial ? static_cast<T>(geometry_.taps()) / static_cast<T>(taps) : T{1};
          Index count = 0, list_of_span = -1;
          for (Index i = piece.first_group; i < piece.first_group + piece.groups; ++i) {
            const BlockGroup& group = blocks_.groups[i];
            const Span& span = blocks_.spans[group.span];
            if (list_of_span < 0 || (group.span != list_of_span && !depthwise_)) {
              count = list_weights(in, span, row, column, worker);
              list_of_span = group.span;
            }
            const Index block = span.first_block + group.first_block;
            const T* const from = y + block * dy.block_stride();
            T* const to = dweight + block * block_size_;
            if (dbias)
              for (Index v = 0; v < group.blocks; ++v)
                add_pixels(from + v * dy.block_stride(), pixels, dbias + (block + v) * lanes);
            if (depthwise_ && are_squares(row, column, pixels))
              run_squares(x + in.channel(span.first_channel), from, pixels, factor, to, worker);
            else if (depthwise_)
              run_tiles<0>(x + in.channel(span.first_channel), from, 0, pixels, factor, count, to, worker);
            else if (group.blocks == 1)
              run_tiles<1>(x, from, dy.block_stride(), pixels, factor, count, to, worker);
            else if (group.blocks == 2)
              run_tiles<2>(x, from, dy.block_stride(), pixels, factor, count, to, worker);
            else
              run_tiles<3>(x, from, dy.block_stride(), pixels, factor, count, to, worker);
          }
        });
  }

  /// Lists the weights that a region's taps and a span's channels make, and gives their number. All taps of a
  /// channel block come together: its rows of the input then stay in the first-level cache.
  [[gnu::noinline]] Index list_weights(const Map& in, const Span& span, const AxisRun& row,
                                       const AxisRun& column, int worker) const {
    Index* const offsets = offsets_.data() + worker * list_size_;
    GradientWeight* const weights = weights_.data() + worker * list_size_;
    const Index in_per_group = geometry_.in_channels_per_group();
    const Index first_channel = depthwise_ ? 0 : span.first_channel;
    Index count = 0;
    for (Index i = 0, together = 0; i < span.channels; i += together) {
      const Index channel = first_channel + i;
      const Index in_channel = in.channel(channel);
      together = std::min(in.block - channel % in.block, span.channels - i);
      for (Index r = 0; r < row.tap_count; ++r)
        for (Index c = 0; c < column.tap_count; ++c) {
          const Index tap = (row.tap_first + r * row.tap_step) * geometry_.kernel_width + column.tap_first +
                            c * column.tap_step;
          const Index in_tap = r * row.in_tap_step * in.row_stride() + c * column.in_tap_step * in.block;
          for (Index j = 0; j < together; ++j, ++count) {
            offsets[count] = in_channel + in_tap + j;
            weights[count] = mixes_ ? mixed_weight(span, tap, channel + j)
                                    : GradientWeight{(tap * in_per_group + i + j) * lanes, 0, lanes};
          }
        }
    }
    std::fill_n(offsets + count, most_in_tile, Index{0});  // a last tile that is not full
    return count;
  }

  /// The lanes of a block whose outputs are of the channel's group.
  GradientWeight mixed_weight(const Span& span, Index tap, Index channel) const {
    const Index in_per_group = geometry_.in_channels_per_group(), out_per_group = channels_.out_of_group();
    const Index first_out = channel / in_per_group * out_per_group - span.first_block * lanes;
    return {(tap * in_per_group + channel % in_per_group) * lanes, std::max<Index>(0, first_out),
            std::min(lanes, first_out + out_per_group)};
  }

  /// Whether all taps of a region are the nine that depthwise_gradient_tile.hpp is made for, and its pixels
  /// lie as there. (The inner axis of a region one column wide is its rows.)
  static bool are_squares(const AxisRun& row, const AxisRun& column, const Pixels& pixels) {
    return row.tap_count == 3 && column.tap_count == 3 && column.in_tap_step == 1 &&
           pixels.inner.in_step == lanes && pixels.inner.out_step == lanes;
  }
  void run_squares(const T* x, const T* dy, const Pixels& pixels, T factor, T* dweight, int worker) const {
    alignas(64) T sums[static_cast<std::size_t>(9 * lanes)];
    for_each_chunk(pixels, most_pixels<1>, [&](Index in_offset, Index dy_offset, const Pixels& chunk) {
      correlate_squares(x + in_offset, offsets_.data() + worker * list_size_, dy + dy_offset, chunk, sums);
      add_tile(sums, weights_.data() + worker * list_size_, 9, 1, factor, dweight);
    });
  }

  /// Pixels that are summed in one go, so that a chunk of dy stays in the first-level cache (24 KB of 32)
  /// from tile to tile, and rounding errors do not grow with the map.
  template <int Vectors>
  static constexpr Index most_pixels =
      l1_cache_bytes * 3 / 4 / (Vectors * lanes * static_cast<Index>(sizeof(T)));

  /// Tiles of V output blocks, or depthwise ones (V = 0). All read the same dy.
  template <int V>
  void run_tiles(const T* x, const T* dy, Index dy_block, const Pixels& pixels, T factor, Index count,
                 T* dweight, int worker) const {
    constexpr int K = tile_weights<V>, vectors = std::max(V, 1);
    alignas(64) T sums[static_cast<std::size_t>(K * vectors * lanes)];
    const Index* const offsets = offsets_.data() + worker * list_size_;
    const GradientWeight* const weights = weights_.data() + worker * list_size_;
    for_each_chunk(pixels, most_pixels<vectors>, [&](Index in_offset, Index dy_offset, const Pixels& chunk) {
      for (Index first = 0; first < count; first += K) {
        correlate_pixels<V>(x + in_offset, offsets + first, dy + dy_offset, dy_block, chunk, sums);
        add_tile(sums, weights + first, std::min<Index>(K, count - first), vectors, factor, dweight);
      }
    });
  }

  /// Adds the sums of a tile to their weights.
  [[gnu::noinline]] void add_tile(const T* sums, const GradientWeight* weights, Index count, Index vectors,
                                  T factor, T* dweight) const {
    const Index block_size = block_size_;
    const auto scale = simd::broadcast<T>(factor);
    for (Index k = 0; k < count; ++k) {
      T* to = dweight + weights[k].place;
      if (mixes_) {  // one block at a time
        for (Index lane = weights[k].first_lane; lane < weights[k].last_lane; ++lane)
          to[lane] += factor * sums[k * lanes + lane];
        continue;
      }
      for (Index v = 0; v < vectors; ++v, to += block_size, sums += lanes)
        simd::store(to, simd::fma(simd::load(sums), scale, simd::load<T>(to)));
    }
  }

  void add_parts() const {
    add_to(dweight_, weight_size(), 0);
    if (dbias_) add_to(dbias_, bias_size(), weight_size());
  }
  void add_to(T* to, Index size, Index offset) const {
    constexpr Index chunk = Index{1} << 12;
    parallel_for((size + chunk - 1) / chunk, [&](Index piece) {
      const Index last = std::min(size, (piece + 1) * chunk);
      for (Index i = piece * chunk; i < last; i += lanes) {
        auto sum = simd::load<T>(to + i);
        for (Index p = 0; p < parts_; ++p) sum += simd::load<T>(part(p) + offset + i);
        simd::store(to + i, sum);
      }
    });
  }

  ConvGeometry padding_;  // as asked for
  bool depthwise_, copies_;
  ConvGeometry geometry_;  // as run: without padding, if that is copied
  Channels channels_;
  Index block_size_;  // weights of an output block, in elements
  bool mixes_;
  Map padded_;
  AxisRuns rows_, columns_;
  Blocks blocks_;
  Index list_size_;
  Scratch<Index> offsets_;
  Scratch<GradientWeight> weights_;
  T* dweight_;
  T* dbias_;
  Cut cut_;
  Index samples_at_once_;
  Scratch<T> padding_memory_;
  Index parts_;
  Scratch<T> sums_;
};

}  // namespace lamina::kernels::detail
