// One convolution of known extents, forward or transposed, ready to run on any samples: its regions, weights
// in the order the tiles read, and lists for each thread. All memory is taken when it is made, on the calling
// thread; pieces allocate nothing.
#pragma once

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_axis.hpp"
#include "lamina/kernels/conv_weights.hpp"
#include "lamina/kernels/conv_work.hpp"
#include "lamina/kernels/depthwise_tile.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina::kernels::detail {

/// The runs of one axis.
struct AxisRuns {
  explicit AxisRuns(const Axis& axis) : runs(axis.out_extent), count(find_runs(axis, runs.data())) {}
  const AxisRun* begin() const { return runs.data(); }
  const AxisRun* end() const { return runs.data() + count; }

  Scratch<AxisRun> runs;
  Index count;
};

inline Axis vertical_axis(const ConvGeometry& g, Index in_rows, Index out_rows, bool transposed) {
  return {in_rows, out_rows, g.kernel_height, g.stride_height, g.dilation_height, g.pad_top, transposed};
}
inline Axis horizontal_axis(const ConvGeometry& g, Index in_columns, Index out_columns, bool transposed) {
  return {in_columns, out_columns, g.kernel_width, g.stride_width, g.dilation_width, g.pad_left, transposed};
}

/// Calls f(rows, columns) for the regions of output rows [first, first + count).
template <class F>
void for_each_region(const AxisRuns& rows, const AxisRuns& columns, Index first, Index count, F&& f) {
  for (const AxisRun& all : rows) {
    const AxisRun row = clip(all, first, first + count);
    if (row.count == 0) continue;
    for (const AxisRun& column : columns) f(row, column);
  }
}

template <class T, int InBlock, int OutBlock> class ConvPlan {
 public:
  using In = FeatureMapView<const T, InBlock>;
  using Out = FeatureMapView<T, OutBlock>;

  /// Of maps shaped like `in` and `out` (their data is not looked at). `bias` may be null.
  ConvPlan(const ConvGeometry& g, bool transposed, const In& in, const Out& out, const T* weight,
           const T* bias, bool accumulate)
      : geometry_(g),
        transposed_(transposed),
        accumulate_(accumulate),
        depthwise_(g.depthwise() && InBlock != 1 && OutBlock != 1),
        channels_(g, transposed),
        rows_(vertical_axis(g, in.height, out.height, transposed)),
        columns_(horizontal_axis(g, in.width, out.width, transposed)),
        spans_(channels_.blocks(lanes)),
        span_count_(depthwise_ ? 0 : channels_.find_spans(lanes, spans_.data())),
        groups_(channels_.blocks(lanes)),
        group_count_(depthwise_ ? channels_.blocks(lanes)
                                : find_block_groups(spans_.data(), span_count_, groups_.data())),
        taps_(threads() * g.taps()),
        runs_(threads() * (channels_.in + 2)),
        packs_(!depthwise_ && (transposed || channels_.blocks_mix_groups(lanes))),
        packed_(packs_ ? packed_size(spans_.data(), span_count_, g.taps(), lanes) : 0),
        weight_(packs_ ? packed_.data() : weight),
        bias_(bias) {
    if (packs_) pack(weight);
  }

  /// The pieces of a whole batch.
  Cut cut(const In& in, const Out& out) const {
    const Index macs =
        out.batch * geometry_.macs(transposed_ ? in.height : out.height, transposed_ ? in.width : out.width);
    const bool weights_outweigh =
        geometry_.weight_size(lanes) > in.channels * in.pixels() + out.channels * out.pixels();
    Cut pieces = cut_work(out.batch, out.height, group_count_, macs, weights_outweigh);
    // Corners of a map are regions of a pixel or few: whole tiles of them need as many samples.
    constexpr Index tile = tile_pixels<1>;
    if (rows_.count * columns_.count > 1 && 2 * pieces.samples_each >= tile)
      pieces.samples_each = std::min(out.batch, (pieces.samples_each + tile - 1) / tile * tile);
    return pieces;
  }

  /// Everything, on the threads of the pool.
  template <class Epilogue> void run(const In& in, const Out& out, const Epilogue& epilogue) const {
    const Cut pieces = cut(in, out);
    parallel_for(pieces.pieces(),
                 [&](Index piece, int worker) { run(in, out, pieces[piece], worker, epilogue); });
  }

  /// All of one sample, on this thread.
  template <class Epilogue>
  void run_sample(const In& in, const Out& out, int worker, const Epilogue& epilogue) const {
    run(in, out, {0, 1, 0, out.height, 0, group_count_}, worker, epilogue);
  }

 private:
  static constexpr Index lanes = simd::width<T>;

  template <class Epilogue>
  void run(const In& in, const Out& out, const Piece& piece, int worker, const Epilogue& epilogue) const {
    for_each_region(
        rows_, columns_, piece.first_row, piece.rows, [&](const AxisRun& row, const AxisRun& column) {
          const Pixels pixels({column.count, column.in_step * InBlock, column.step * OutBlock},
                              {row.count, row.in_step * in.row_stride(), row.step * out.row_stride()},
                              {piece.samples, in.batch_stride, out.batch_stride});
          const Index taps = row.tap_count * column.tap_count;
          TileArguments<T> arguments{};
          arguments.in = in.data + piece.first_sample * in.batch_stride + row.in_first * in.row_stride() +
                         column.in_first * InBlock;
          arguments.out = out.data + piece.first_sample * out.batch_stride + row.first * out.row_stride() +
                          column.first * OutBlock;
          arguments.scale = T{1};
          arguments.bias = bias_;
          arguments.accumulate = accumulate_;
          if (geometry_.border == Border::partial && !transposed_) {
            if (taps == 0)
              arguments.bias = nullptr;
            else
              arguments.scale = static_cast<T>(geometry_.taps()) / static_cast<T>(taps);
          }
          if (depthwise_)
            run_depthwise(in, out, piece, row, column, arguments, pixels, worker, epilogue);
          else
            run_dense(in, out, piece, row, column, arguments, pixels, worker, epilogue);
        });
  }

  template <class Epilogue>
  void run_dense(const In& in, const Out& out, const Piece& piece, const AxisRun& row, const AxisRun& column,
                 const TileArguments<T>& region, const Pixels& pixels, int worker,
                 const Epilogue& epilogue) const {
    Window window{};
    Index window_of_span = -1;
    for (Index i = piece.first_group; i < piece.first_group + piece.groups; ++i) {
      const BlockGroup& group = groups_[i];
      const Span& span = spans_[group.span];
      if (group.span != window_of_span) {
        window = window_of(in, span, row, column, worker);
        window_of_span = group.span;
      }
      TileArguments<T> a = region;
      const Index block = span.first_block + group.first_block;
      a.weight_block = geometry_.taps() * span.channels * lanes;
      a.weight = weight_ + span.weight + group.first_block * a.weight_block;
      if (a.bias) a.bias += block * lanes;
      a.out += OutBlock == 1 ? block * lanes * out.pixels() : block * out.block_stride();
      a.out_block = out.block_stride();
      a.out_lanes = channels_.out - block * lanes;
      switch (group.blocks) {
        case 1:
          convolve_box<1, InBlock, OutBlock>(window, a, pixels, epilogue);
          break;
        case 2:
          convolve_box<2, InBlock, OutBlock>(window, a, pixels, epilogue);
          break;
        default:
          convolve_box<3, InBlock, OutBlock>(window, a, pixels, epilogue);
      }
    }
  }

  template <class Epilogue>
  void run_depthwise(const In& in, const Out& out, const Piece& piece, const AxisRun& row,
                     const AxisRun& column, const TileArguments<T>& region, const Pixels& pixels, int worker,
                     const Epilogue& epilogue) const {
    if constexpr (InBlock != 1 && OutBlock != 1) {
      const Span one_channel{0, 1, 0, 1, 0};
      const Window window = window_of(in, one_channel, row, column, worker);
      for (Index block = piece.first_group; block < piece.first_group + piece.groups; ++block) {
        TileArguments<T> a = region;
        a.in += block * in.block_stride();
        a.out += block * out.block_stride();
        a.weight = weight_ + block * geometry_.taps() * lanes;
        if (a.bias) a.bias += block * lanes;
        convolve_depthwise_box(window.taps, window.tap_count, a, pixels, epilogue);
      }
    }
  }

  /// The taps of a region, relative to the first input it reads, and the channels of a span.
  Window window_of(const In& in, const Span& span, const AxisRun& row, const AxisRun& column,
                   int worker) const {
    Tap* const taps = taps_.data() + worker * geometry_.taps();
    ChannelRun* const runs = runs_.data() + worker * (channels_.in + 2);
    const Index tap_weights = span.channels * lanes;
    Index tap_count = 0, run_count = 0;
    for (Index r = 0; r < row.tap_count; ++r)
      for (Index c = 0; c < (InBlock == 1 ? std::min<Index>(1, column.tap_count) : column.tap_count); ++c) {
        const Index tap = (row.tap_first + r * row.tap_step) * geometry_.kernel_width + column.tap_first +
                          c * column.tap_step;
        taps[tap_count++] = {r * row.in_tap_step * in.row_stride() + c * column.in_tap_step * InBlock,
                             tap * tap_weights};
      }
    for (Index c = 0; c < span.channels;) {
      const Index channel = span.first_channel + c;
      const Index in_offset = channel / InBlock * in.block_stride() + channel % InBlock;
      const Index count = std::min<Index>(InBlock - channel % InBlock, span.channels - c);
      runs[run_count++] = {in_offset, c * lanes, InBlock == 1 ? column.tap_count : count};
      c += count;
    }
    return {taps, tap_count, runs, run_count, column.in_tap_step, column.tap_step * tap_weights};
  }

  void pack(const T* weight) {
    parallel_for(channels_.blocks(lanes), [&](Index block) {
      Index s = 0;
      while (spans_[s].first_block + spans_[s].blocks <= block) ++s;
      pack_weights<T, lanes>(weight, geometry_, transposed_, spans_[s], block - spans_[s].first_block,
                             packed_.data());
    });
  }

  ConvGeometry geometry_;
  bool transposed_, accumulate_, depthwise_;
  Channels channels_;
  AxisRuns rows_, columns_;
  Scratch<Span> spans_;
  Index span_count_;
  Scratch<BlockGroup> groups_;
  Index group_count_;
  Scratch<Tap> taps_;
  Scratch<ChannelRun> runs_;
  bool packs_;
  Scratch<T> packed_;
  const T* weight_;
  const T* bias_;
};

}  // namespace lamina::kernels::detail
