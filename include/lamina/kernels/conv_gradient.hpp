// The gradients of weights and bias. Pieces are groups of output blocks times parts of the batch (samples ×
// rows). If there is more than one part, each sums into memory of its own and the parts are added in their
// order: the cut depends on the problem alone, so the result does not depend on the number of threads.
// Padding is copied (a few percent, more than saved by having one region whose every weight sums over every
// pixel), except in depthwise layers, which are over too soon, and in partial ones, whose factor differs
// between regions.
#pragma once

#include "lamina/kernels/conv_border.hpp"
#include "lamina/kernels/conv_gradient_tile.hpp"
#include "lamina/kernels/conv_plan.hpp"

namespace lamina::kernels::detail {

/// The number of the input a weight reads, relative to the first of its region, and its place in the arena,
/// relative to its output block. Where a block mixes groups, the weight exists in some lanes only.
struct GradientWeight {
  Index place;
  Index first_lane, last_lane;
};

template <class T, int InBlock> class ConvGradient {
 public:
  using In = FeatureMapView<const T, InBlock>;
  using Out = FeatureMapView<const T>;

  ConvGradient(const ConvGeometry& g, const In& in, const Out& dy, T* dweight, T* dbias)
      : padding_(g),
        depthwise_(g.depthwise() && InBlock != 1),
        copies_(copies_border(g) || (g.padded() && g.border == Border::zero && !depthwise_)),
        geometry_(copies_ ? without_padding(g) : g),
        channels_(g, false),
        mixes_(!depthwise_ && channels_.blocks_mix_groups(lanes)),
        padded_(padded_samples(static_cast<const T*>(nullptr), 1, in, g)),
        rows_(vertical_axis(geometry_, copies_ ? padded_.height : in.height, dy.height, false)),
        columns_(horizontal_axis(geometry_, copies_ ? padded_.width : in.width, dy.width, false)),
        spans_(channels_.blocks(lanes)),
        span_count_(depthwise_ ? 0 : channels_.find_spans(lanes, spans_.data())),
        groups_(channels_.blocks(lanes)),
        group_count_(depthwise_ ? channels_.blocks(lanes)
                                : find_block_groups(spans_.data(), span_count_, groups_.data())),
        list_size_(g.taps() * (depthwise_ ? 1 : most_channels()) + most_in_tile),
        offsets_(threads() * list_size_),
        weights_(threads() * list_size_),
        dweight_(dweight),
        dbias_(dbias),
        cut_(cut(dy)),
        samples_at_once_(std::clamp<Index>(copied_pixels / dy.pixels(), 1, cut_.samples_each)),
        padding_memory_(copies_ ? threads() * samples_at_once_ * padded_.batch_stride : 0),
        parts_(cut_.sample_shares() * cut_.row_shares()),
        sums_(parts_ > 1 ? parts_ * (weight_size() + bias_size()) : 0) {}

  void run(const In& in, const Out& dy) const {
    parallel_for(cut_.pieces(), [&](Index i, int worker) {
      const Index part = i / cut_.group_shares();
      T* const dweight = parts_ > 1 ? part_weights(part) : dweight_;
      T* const dbias = dbias_ == nullptr ? nullptr : parts_ > 1 ? part_weights(part) + weight_size() : dbias_;
      run_piece(in, dy, cut_[i], dweight, dbias, worker);
    });
    if (parts_ > 1) add_parts();
  }

 private:
  static constexpr Index lanes = simd::width<T>;
  static constexpr int most_in_tile = 9;
  static constexpr Index copied_pixels = 512;

  Index weight_size() const { return geometry_.weight_size(lanes); }
  Index bias_size() const { return channels_.blocks(lanes) * lanes; }
  Index block_size() const { return geometry_.taps() * geometry_.in_channels_per_group() * lanes; }
  T* part_weights(Index part) const { return sums_.data() + part * (weight_size() + bias_size()); }
  Index most_channels() const {
    Index most = 0;
    for (Index s = 0; s < span_count_; ++s) most = std::max(most, spans_[s].channels);
    return most;
  }

  /// Groups are free to be cut, parts are not: each takes memory, a pass to clear it and one to add it.
  Cut cut(const Out& dy) const {
    constexpr Index most_elements = Index{1} << 20, fewest_pixels = 256;
    const Index most_parts =
        std::min(most_elements / (weight_size() + bias_size()), dy.batch * dy.pixels() / fewest_pixels);
    return cut_work(dy.batch, dy.height, group_count_, dy.batch * geometry_.macs(dy.height, dy.width), true,
                    std::max<Index>(1, most_parts));
  }

  void run_piece(const In& in, const Out& dy, const Piece& piece, T* dweight, T* dbias, int worker) const {
    const Index first_block = block_of_group(piece.first_group);
    const Index blocks = block_of_group(piece.first_group + piece.groups) - first_block;
    if (parts_ > 1) {
      std::fill_n(dweight + first_block * block_size(), blocks * block_size(), T{0});
      if (dbias) std::fill_n(dbias + first_block * lanes, blocks * lanes, T{0});
    }
    if (copies_)
      run_copies(in, dy, piece, dweight, dbias, worker);
    else
      run_regions(in, dy, piece, dweight, dbias, worker);
    // Padding lanes of dy may hold anything: what they made in the last block is no gradient.
    const Index ragged = geometry_.out_channels % lanes;
    if (ragged != 0 && first_block + blocks == channels_.blocks(lanes)) {
      const Index last = first_block + blocks - 1;
      for (Index i = 0; i < block_size(); i += lanes)
        std::fill_n(dweight + last * block_size() + i + ragged, lanes - ragged, T{0});
      if (dbias) std::fill_n(dbias + last * lanes + ragged, lanes - ragged, T{0});
    }
  }

  /// Pads some samples at a time: few enough to stay in cache, enough pixels for a tile to be worth its
  /// start.
  void run_copies(const In& in, const Out& dy, Piece piece, T* dweight, T* dbias, int worker) const {
    T* const memory = padding_memory_.data() + worker * samples_at_once_ * padded_.batch_stride;
    const Index first_row = piece.first_row * geometry_.stride_height;
    const Index last_row = (piece.first_row + piece.rows - 1) * geometry_.stride_height +
                           (geometry_.kernel_height - 1) * geometry_.dilation_height + 1;
    const Index last_sample = piece.first_sample + piece.samples;
    for (Index n = piece.first_sample; n < last_sample; n += samples_at_once_) {
      piece.first_sample = 0;
      piece.samples = std::min(samples_at_once_, last_sample - n);
      const auto padded = padded_samples(memory, piece.samples, in, padding_);
      pad_samples(in.samples(n, piece.samples), padding_, padded, first_row, last_row);
      run_regions(padded, dy.samples(n, piece.samples), piece, dweight, dbias, worker);
    }
  }

  Index block_of_group(Index group) const {
    if (group == group_count_) return channels_.blocks(lanes);
    return depthwise_ ? group : spans_[groups_[group].span].first_block + groups_[group].first_block;
  }

  void run_regions(const In& in, const Out& dy, const Piece& piece, T* dweight, T* dbias, int worker) const {
    for_each_region(
        rows_, columns_, piece.first_row, piece.rows, [&](const AxisRun& row, const AxisRun& column) {
          const Index taps = row.tap_count * column.tap_count;
          if (taps == 0 && geometry_.border == Border::partial) return;  // such outputs have no bias
          const Pixels pixels({column.count, column.in_step * InBlock, column.step * lanes},
                              {row.count, row.in_step * in.row_stride(), row.step * dy.row_stride()},
                              {piece.samples, in.batch_stride, dy.batch_stride});
          const T* const x = in.data + piece.first_sample * in.batch_stride + row.in_first * in.row_stride() +
                             column.in_first * InBlock;
          const T* const y = dy.data + piece.first_sample * dy.batch_stride + row.first * dy.row_stride() +
                             column.first * lanes;
          if (dbias) {
            const Index last_block = block_of_group(piece.first_group + piece.groups);
            for (Index block = block_of_group(piece.first_group); block < last_block; ++block)
              add_pixels(y + block * dy.block_stride(), pixels, dbias + block * lanes);
          }
          if (taps == 0) return;
          const T factor = geometry_.border == Border::partial
                               ? static_cast<T>(geometry_.taps()) / static_cast<T>(taps)
                               : T{1};
          Index count = 0, list_of_span = -1;
          for (Index i = piece.first_group; i < piece.first_group + piece.groups; ++i) {
            if (depthwise_) {
              if (list_of_span < 0) count = list_weights(in, {0, 1, 0, 1, 0}, row, column, worker);
              list_of_span = 0;
              run_depthwise(x + i * in.block_stride(), y + i * dy.block_stride(), pixels, factor, count,
                            dweight + i * block_size(), worker);
              continue;
            }
            const BlockGroup& group = groups_[i];
            const Span& span = spans_[group.span];
            if (group.span != list_of_span) count = list_weights(in, span, row, column, worker);
            list_of_span = group.span;
            const Index block = span.first_block + group.first_block;
            T* const to = dweight + block * block_size();
            const T* const from = y + block * dy.block_stride();
            switch (group.blocks) {
              case 1:
                run_tiles<1>(x, from, dy.block_stride(), pixels, factor, count, to, worker);
                break;
              case 2:
                run_tiles<2>(x, from, dy.block_stride(), pixels, factor, count, to, worker);
                break;
              default:
                run_tiles<3>(x, from, dy.block_stride(), pixels, factor, count, to, worker);
            }
          }
        });
  }

  /// Lists the weights that a region's taps and a span's channels make, and gives their number.
  Index list_weights(const In& in, const Span& span, const AxisRun& row, const AxisRun& column,
                     int worker) const {
    Index* const offsets = offsets_.data() + worker * list_size_;
    GradientWeight* const weights = weights_.data() + worker * list_size_;
    const Index in_per_group = geometry_.in_channels_per_group(), out_per_group = channels_.out_of_group();
    Index count = 0;
    for (Index r = 0; r < row.tap_count; ++r)
      for (Index c = 0; c < column.tap_count; ++c) {
        const Index tap = (row.tap_first + r * row.tap_step) * geometry_.kernel_width + column.tap_first +
                          c * column.tap_step;
        const Index in_tap = r * row.in_tap_step * in.row_stride() + c * column.in_tap_step * InBlock;
        for (Index i = 0; i < span.channels; ++i) {
          const Index channel = span.first_channel + i;
          offsets[count] = in_tap + channel / InBlock * in.block_stride() + channel % InBlock;
          GradientWeight& weight = weights[count++];
          weight = {(tap * in_per_group + (mixes_ ? channel % in_per_group : i)) * lanes, 0, lanes};
          if (mixes_) {
            const Index first_out = channel / in_per_group * out_per_group - span.first_block * lanes;
            weight.first_lane = std::max<Index>(0, first_out);
            weight.last_lane = std::min(lanes, first_out + out_per_group);
          }
        }
      }
    for (int i = 0; i < most_in_tile; ++i) offsets[count + i] = 0;  // a last tile that is not full
    return count;
  }

  template <int V>
  void run_tiles(const T* x, const T* dy, Index dy_block, const Pixels& pixels, T factor, Index count,
                 T* dweight, int worker) const {
    constexpr int K = tile_weights<V>;
    alignas(64) T sums[static_cast<std::size_t>(K * V * lanes)];
    const Index* const offsets = offsets_.data() + worker * list_size_;
    const GradientWeight* const weights = weights_.data() + worker * list_size_;
    // All tiles read the same dy: a chunk of it stays in the first-level cache (16 KB) from tile to tile.
    constexpr Index chunk_pixels = (Index{1} << 14) / (V * lanes * static_cast<Index>(sizeof(T)));
    for_each_chunk(pixels, chunk_pixels, [&](Index in_offset, Index dy_offset, const Pixels& chunk) {
      for (Index first = 0; first < count; first += K) {
        correlate_pixels<V>(x + in_offset, offsets + first, dy + dy_offset, dy_block, chunk, sums);
        for (Index k = 0; k < std::min<Index>(K, count - first); ++k)
          for (int v = 0; v < V; ++v)
            add(sums + (k * V + v) * lanes, factor, weights[first + k], dweight + v * block_size());
      }
    });
  }

  void run_depthwise(const T* x, const T* dy, const Pixels& pixels, T factor, Index count, T* dweight,
                     int worker) const {
    constexpr int K = depthwise_tile_weights;
    alignas(64) T sums[static_cast<std::size_t>(K * lanes)];
    const Index* const offsets = offsets_.data() + worker * list_size_;
    const GradientWeight* const weights = weights_.data() + worker * list_size_;
    for (Index first = 0; first < count; first += K) {
      correlate_depthwise_pixels(x, offsets + first, dy, pixels, sums);
      for (Index k = 0; k < std::min<Index>(K, count - first); ++k)
        add(sums + k * lanes, factor, weights[first + k], dweight);
    }
  }

  void add(const T* sum, T factor, const GradientWeight& weight, T* dweight) const {
    T* const to = dweight + weight.place;
    if (!mixes_) {
      simd::store(
          to, simd::fma(simd::load(sum), simd::broadcast<T>(factor), simd::load(static_cast<const T*>(to))));
      return;
    }
    for (Index lane = weight.first_lane; lane < weight.last_lane; ++lane) to[lane] += factor * sum[lane];
  }

  void add_parts() const {
    constexpr Index chunk = Index{1} << 12;
    const auto add_to = [&](T* to, Index size, Index offset) {
      parallel_for((size + chunk - 1) / chunk, [&](Index piece) {
        const Index last = std::min(size, (piece + 1) * chunk);
        for (Index i = piece * chunk; i < last; i += lanes) {
          auto sum = simd::load(static_cast<const T*>(to + i));
          for (Index part = 0; part < parts_; ++part)
            sum += simd::load(static_cast<const T*>(part_weights(part) + offset + i));
          simd::store(to + i, sum);
        }
      });
    };
    add_to(dweight_, weight_size(), 0);
    if (dbias_) add_to(dbias_, bias_size(), weight_size());
  }

  ConvGeometry padding_;  // as asked for
  bool depthwise_, copies_;
  ConvGeometry geometry_;  // as run: without padding, if that is copied
  Channels channels_;
  bool mixes_;
  In padded_;
  AxisRuns rows_, columns_;
  Scratch<Span> spans_;
  Index span_count_;
  Scratch<BlockGroup> groups_;
  Index group_count_;
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
