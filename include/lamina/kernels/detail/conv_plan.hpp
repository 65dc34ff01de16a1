// One convolution of known extents, forward or transposed, ready to run on any samples: its regions, weights
// in the order the tiles read, and lists for each thread. All memory is taken when it is made, on the calling
// thread; pieces allocate nothing.
#pragma once

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/detail/conv_axis.hpp"
#include "lamina/kernels/detail/conv_lane_sums.hpp"
#include "lamina/kernels/detail/conv_map.hpp"
#include "lamina/kernels/detail/conv_tile.hpp"
#include "lamina/kernels/detail/conv_weights.hpp"
#include "lamina/kernels/detail/conv_work.hpp"

namespace lamina::kernels::detail {

/// Calls f(rows, columns) for the regions of output rows [first, first + count).
template <class F>
void for_each_region(const AxisRuns& rows, const AxisRuns& columns, Index first, Index count, F&& f) {
  for (const AxisRun& all : rows) {
    const AxisRun row = clip(all, first, first + count);
    if (row.count == 0) continue;
    for (const AxisRun& column : columns) f(row, column);
  }
}

template <class T, class Arch = simd::Arch> class ConvPlan {
 public:
  using In = AnyMap<const T>;
  using Out = AnyMap<T>;

  /// Of maps shaped like `in` and `out` (their data is not looked at). `bias` may be null.
  ConvPlan(const ConvGeometry& g, bool transposed, const In& in, const Out& out, const T* weight,
           const T* bias, bool accumulate)
      : geometry_(g),
        transposed_(transposed),
        accumulate_(accumulate),
        channels_(g, transposed),
        rows_(vertical_axis(g, in.height, out.height, transposed)),
        columns_(horizontal_axis(g, in.width, out.width, transposed)),
        blocks_(channels_, lanes, false),
        most_runs_(in.block == 1 ? channels_.in * g.kernel_width : channels_.in + 2),
        taps_(threads() * g.taps()),
        runs_(threads() * most_runs_),
        sums_lanes_(transposed && out.block == 1 && in.block == lanes && g.groups == 1 && !bias),
        packs_((transposed && !sums_lanes_) || channels_.blocks_mix_groups(lanes)),
        packed_(packs_ ? blocks_.packed_size(g.taps(), lanes) : 0),
        weight_(packs_ ? packed_.data() : weight),
        bias_(bias) {
    if (packs_) pack(weight);
  }

  /// Everything, on the threads of the pool. What is finished is told to `follow`, part by part.
  template <class Epilogue, class Follow = nothing_follows>
  void run(const In& in, const Out& out, const Epilogue& epilogue, const Follow& follow = {}) const {
    const Cut pieces = cut(in, out);
    parallel_for(pieces.pieces(), [&](Index i, int worker) {
      const Piece piece = pieces[i];
      run(in, out, piece, worker, epilogue);
      const Index first = first_channel(piece.first_group);
      follow(MapPart{piece.first_sample, piece.samples, piece.first_row, piece.rows, first,
                     first_channel(piece.first_group + piece.groups) - first},
             worker);
    });
  }

  /// All of one sample, on this thread.
  template <class Epilogue>
  void run_sample(const In& in, const Out& out, int worker, const Epilogue& epilogue) const {
    run(in, out, {0, 1, 0, out.height, 0, blocks_.group_count}, worker, epilogue);
  }

 private:
  static constexpr Index lanes = simd::width<T>;

  /// The first output channel of a group of blocks; behind the last group, the number of channels.
  Index first_channel(Index group) const {
    if (group == blocks_.group_count) return channels_.out;
    return (blocks_.spans[blocks_.groups[group].span].first_block + blocks_.groups[group].first_block) *
           lanes;
  }

  Cut cut(const In& in, const Out& out) const {
    const In& small = transposed_ ? in : In(out);  // what the forward convolution puts out
    const Index macs = out.batch * geometry_.macs(small.height, small.width);
    const bool weights_outweigh =
        geometry_.weight_size(lanes) > in.channels * in.pixels() + out.channels * out.pixels();
    Cut pieces = cut_work(out.batch, out.height, blocks_.group_count, macs, weights_outweigh);
    // Pairs of groups share what is left over of the pixels.
    pieces.groups_each = std::min(blocks_.group_count, (pieces.groups_each + 1) / 2 * 2);
    // Rows that fill whole tiles (14 columns, tiles of four pixels: two).
    const Index even = rows_of_whole_tiles<Arch>(out.width);
    pieces.rows_each = std::min(out.height, (pieces.rows_each + even - 1) / even * even);
    // Corners of a map are regions of a pixel or few: whole tiles of them need as many samples.
    constexpr Index tile = tile_pixels<1, Arch>;
    if (rows_.count * columns_.count > 1 && 2 * pieces.samples_each >= tile)
      pieces.samples_each = std::min(out.batch, (pieces.samples_each + tile - 1) / tile * tile);
    return pieces;
  }

  template <class Epilogue>
  [[gnu::noinline]] void run(const In& in, const Out& out, const Piece& piece, int worker,
                             const Epilogue& epilogue) const {
    for_each_region(
        rows_, columns_, piece.first_row, piece.rows, [&](const AxisRun& row, const AxisRun& column) {
          const Pixels pixels({column.count, column.in_step * in.block, column.step * out.block},
                              {row.count, row.in_step * in.row_stride(), row.step * out.row_stride()},
                              {piece.samples, in.batch_stride, out.batch_stride});
          if constexpr (std::is_same_v<Epilogue, no_epilogue>)
            if (sums_lanes_) return run_lane_sums(in, out, piece, row, column, pixels, worker);
          Window window{};
          Index window_of_span = -1;
          for (Index i = piece.first_group; i < piece.first_group + piece.groups; ++i) {
            const BlockGroup& group = blocks_.groups[i];
            if (window_of_span < 0 || group.span != window_of_span) {
              window = window_of(in, blocks_.spans[group.span], row, column, worker);
              window_of_span = group.span;
            }
            TileArguments<T> a = arguments(in, out, piece, group, row, column);
            // Of maps of 7×7 the corners are one pixel, and edges and inside end with one.
            if (pixels.size() % tile_pixels<3, Arch> == 1 && is_pair(i, piece)) {
              Pixels whole = pixels;
              whole.left_out = 1;
              convolve_box<3>(window, a, whole, epilogue);
              ++i;
              convolve_box<3>(window, arguments(in, out, piece, blocks_.groups[i], row, column), whole,
                              epilogue);
              a.in += pixels.last_in();
              a.out += pixels.last_out();
              const PixelAxis one{1, 0, 0};
              convolve_pixels<6, 0>(window, a, Pixels(one, one, one), epilogue);
            } else if (group.blocks == 1)
              convolve_box<1>(window, a, pixels, epilogue);
            else if (group.blocks == 2)
              convolve_box<2>(window, a, pixels, epilogue);
            else
              convolve_box<3>(window, a, pixels, epilogue);
          }
        });
  }

  /// Whether group i and the next, both of the piece, are six blocks of one span.
  bool is_pair(Index i, const Piece& piece) const {
    if (i + 1 >= piece.first_group + piece.groups) return false;
    const BlockGroup &first = blocks_.groups[i], &second = blocks_.groups[i + 1];
    return first.blocks == 3 && second.blocks == 3 && first.span == second.span;
  }

  /// The region by sum_lanes: all output channels of plain output, up to three at a time.
  void run_lane_sums(const In& in, const Out& out, const Piece& piece, const AxisRun& row,
                     const AxisRun& column, const Pixels& pixels, int worker) const {
    Window window = window_of(in, {0, 1, 0, out.channels, 0}, row, column, worker);
    ChannelRun* const runs = runs_.data() + worker * most_runs_;
    window.runs = runs;
    window.run_count = in.blocks();
    for (Index block = 0; block < window.run_count; ++block)
      runs[block] = {block * in.block_stride(), block * geometry_.taps() * out.channels * lanes,
                     std::min(lanes, in.channels - block * lanes), 0};
    TileArguments<T> a = arguments(in, out, piece, {0, 0, 1}, row, column);
    const T* const weight = weight_;
    T* const first = a.out;
    for (Index channel = 0; channel < out.channels;) {
      a.weight = weight + channel * lanes;
      a.out = first + channel * a.out_block;
      const Index take = blocks_together(out.channels - channel);
      if (take == 1)
        sum_lanes<1>(window, a, pixels);
      else if (take == 2)
        sum_lanes<2>(window, a, pixels);
      else
        sum_lanes<3>(window, a, pixels);
      channel += take;
    }
  }

  TileArguments<T> arguments(const In& in, const Out& out, const Piece& piece, const BlockGroup& group,
                             const AxisRun& row, const AxisRun& column) const {
    const Span& span = blocks_.spans[group.span];
    const Index block = span.first_block + group.first_block;
    TileArguments<T> a{};
    a.in = in.data + piece.first_sample * in.batch_stride + row.in_first * in.row_stride() +
           column.in_first * in.block;
    a.weight_block = geometry_.taps() * span.channels * lanes;
    a.weight = weight_ + span.weight + group.first_block * a.weight_block;
    a.bias = bias_ ? bias_ + block * lanes : nullptr;
    a.out = out.data + piece.first_sample * out.batch_stride + out.channel(block * lanes) +
            row.first * out.row_stride() + column.first * out.block;
    a.out_block = out.block_stride();
    a.out_lanes = out.block == lanes ? 0 : channels_.out - block * lanes;
    a.scale = T{1};
    a.accumulate = accumulate_;
    if (geometry_.border == Border::partial && !transposed_) {
      const Index inside = row.tap_count * column.tap_count;
      if (inside == 0)
        a.bias = nullptr;
      else
        a.scale = static_cast<T>(geometry_.taps()) / static_cast<T>(inside);
    }
    return a;
  }

  /// The taps of a region, relative to the first input it reads, and the channels of a span.
  [[gnu::noinline]] Window window_of(const In& in, const Span& span, const AxisRun& row,
                                     const AxisRun& column, int worker) const {
    Tap* const taps = taps_.data() + worker * geometry_.taps();
    ChannelRun* const runs = runs_.data() + worker * most_runs_;
    const bool plain = in.block == 1;
    const Index tap_weights = span.channels * lanes;
    const bool whole_rows = plain && column.tap_step == 1;
    const Index taps_of_row = whole_rows ? std::min<Index>(1, column.tap_count) : column.tap_count;
    Index tap_count = 0, run_count = 0;
    for (Index r = 0; r < row.tap_count; ++r)
      for (Index c = 0; c < taps_of_row; ++c) {
        const Index tap = (row.tap_first + r * row.tap_step) * geometry_.kernel_width + column.tap_first +
                          c * column.tap_step;
        taps[tap_count++] = {r * row.in_tap_step * in.row_stride() + c * column.in_tap_step * in.block,
                             tap * tap_weights};
      }
    if (plain) {
      for (Index c = 0; c < (whole_rows ? column.tap_count : 1); ++c)
        for (Index channel = 0; channel < span.channels; ++channel, ++run_count)
          runs[run_count].in = in.channel(span.first_channel + channel) + c * column.in_tap_step;
      return {taps, tap_count, runs, run_count, true};
    }
    for (Index c = 0; c < span.channels;) {
      const Index channel = span.first_channel + c;
      const Index count = std::min(in.block - channel % in.block, span.channels - c);
      runs[run_count++] = {in.channel(channel), c * lanes, count, 0};
      c += count;
    }
    for (Index i = 0; i < run_count; ++i) runs[i].ahead = runs[std::min(i + 2, run_count - 1)].in;
    return {taps, tap_count, runs, run_count, false};
  }

  void pack(const T* weight) {
    parallel_for(channels_.blocks(lanes), [&](Index block) {
      Index s = 0;
      while (blocks_.spans[s].first_block + blocks_.spans[s].blocks <= block) ++s;
      const Span& span = blocks_.spans[s];
      pack_weights<T, lanes>(weight, geometry_, transposed_, span, block - span.first_block, packed_.data());
    });
  }

  ConvGeometry geometry_;
  bool transposed_, accumulate_;
  Channels channels_;
  AxisRuns rows_, columns_;
  Blocks blocks_;
  Index most_runs_;
  Scratch<Tap> taps_;
  Scratch<ChannelRun> runs_;
  bool sums_lanes_, packs_;
  Scratch<T> packed_;
  const T* weight_;
  const T* bias_;
};

}  // namespace lamina::kernels::detail
