// Which input channels an output block reads, and weights packed for kernels that cannot read them as they
// lie: transposed for the gradient of the data, or filled up with zeros where a block of outputs spans
// several groups.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/simd/simd.hpp"

namespace lamina::kernels::detail {

/// Neighbouring output blocks that read the same input channels. Their weights begin at `weight` and lie in
/// the order [block][tap][channel][lane].
struct Span {
  Index first_block, blocks;
  Index first_channel, channels;
  Index weight;
};

/// Output blocks that one register tile computes together: 1, 2 or 3.
struct BlockGroup {
  Index span, first_block, blocks;
};

/// The channels of a convolution seen from its outputs; for the transpose, input and output have changed
/// places.
struct Channels {
  Index out, in, groups, taps;

  Channels(const ConvGeometry& g, bool transposed)
      : out(transposed ? g.in_channels : g.out_channels),
        in(transposed ? g.out_channels : g.in_channels),
        groups(g.groups),
        taps(g.taps()) {}

  Index out_of_group() const { return out / groups; }
  Index in_of_group() const { return in / groups; }
  Index blocks(Index lanes) const { return (out + lanes - 1) / lanes; }
  /// Whether some block of outputs belongs to more than one group.
  bool blocks_mix_groups(Index lanes) const { return groups > 1 && out_of_group() % lanes != 0; }
};

/// The output blocks of a convolution: as spans, and as groups for the tiles.
struct Blocks {
  Scratch<Span> spans;
  Index span_count;
  Scratch<BlockGroup> groups;
  Index group_count;

  Blocks(const Channels& channels, Index lanes, bool depthwise)
      : spans(channels.blocks(lanes)),
        span_count(find_spans(channels, lanes, depthwise)),
        groups(channels.blocks(lanes)),
        group_count(find_groups()) {}

  Index most_channels() const {
    Index most = 0;
    for (Index s = 0; s < span_count; ++s) most = std::max(most, spans[s].channels);
    return most;
  }
  Index packed_size(Index taps, Index lanes) const {
    const Span& last = spans[span_count - 1];
    return last.weight + last.blocks * taps * last.channels * lanes;
  }

 private:
  Index find_spans(const Channels& channels, Index lanes, bool depthwise) {
    const Index blocks = channels.blocks(lanes), taps = channels.taps;
    const Index in_of_group = channels.in_of_group(), out_of_group = channels.out_of_group();
    if (depthwise) {  // every block reads the block of its own number, one channel for each lane
      for (Index block = 0; block < blocks; ++block)
        spans[block] = {block, 1, block * lanes, 1, block * taps * lanes};
      return blocks;
    }
    if (!channels.blocks_mix_groups(lanes)) {
      const Index blocks_each = (out_of_group + lanes - 1) / lanes;
      for (Index group = 0; group < channels.groups; ++group)
        spans[group] = {group * blocks_each, blocks_each, group * in_of_group, in_of_group,
                        group * blocks_each * taps * in_of_group * lanes};
      return channels.groups;
    }
    Index weight = 0;
    for (Index block = 0; block < blocks; ++block) {
      const Index first_group = block * lanes / out_of_group;
      const Index last_group = (std::min(channels.out, (block + 1) * lanes) - 1) / out_of_group;
      const Index read = (last_group - first_group + 1) * in_of_group;
      spans[block] = {block, 1, first_group * in_of_group, read, weight};
      weight += taps * read * lanes;
    }
    return blocks;
  }

  Index find_groups() {
    Index found = 0;
    for (Index s = 0; s < span_count; ++s)
      for (Index block = 0; block < spans[s].blocks;) {
        const Index take = blocks_together(spans[s].blocks - block);
        groups[found++] = {s, block, take};
        block += take;
      }
    return found;
  }
};

/// Packs the weights of one block of a span: [tap][channel][lane], with zeros where output and input are of
/// different groups and in lanes past the last output.
template <class T, Index Lanes>
void pack_weights(const T* weight, const ConvGeometry& g, bool transposed, const Span& span,
                  Index block_of_span, T* packed) {
  const Channels channels(g, transposed);
  const Index taps = g.taps(), in_per_group = g.in_channels_per_group();
  const Index first_out = (span.first_block + block_of_span) * Lanes;
  packed += span.weight + block_of_span * taps * span.channels * Lanes;

  if (transposed && !channels.blocks_mix_groups(Lanes) && span.first_channel % Lanes == 0) {
    // Squares of Lanes inputs × Lanes outputs turn round; both sides are read and written in runs.
    const Index first_place = first_out % channels.out_of_group();
    const Index outs = std::min(Lanes, channels.out_of_group() - first_place);
    for (Index tap = 0; tap < taps; ++tap)
      for (Index c = 0; c < span.channels; c += Lanes) {
        const T* const from =
            weight + (((span.first_channel + c) / Lanes * taps + tap) * in_per_group + first_place) * Lanes;
        const Index ins = std::min(Lanes, span.channels - c);
        for (Index in = 0; in < ins; ++in, packed += Lanes) {
          if (outs == Lanes)
            for (Index lane = 0; lane < Lanes; ++lane) packed[lane] = from[lane * Lanes + in];
          else
            for (Index lane = 0; lane < Lanes; ++lane)
              packed[lane] = lane < outs ? from[lane * Lanes + in] : T{0};
        }
      }
    return;
  }

  Index group_of_lane[Lanes], place_of_lane[Lanes];  // the lane's output: its group, its number there
  for (Index lane = 0; lane < Lanes; ++lane) {
    const Index out = first_out + lane;
    group_of_lane[lane] = out < channels.out ? out / channels.out_of_group() : -1;
    place_of_lane[lane] = out % channels.out_of_group();
  }
  for (Index tap = 0; tap < taps; ++tap)
    for (Index c = 0; c < span.channels; ++c, packed += Lanes) {
      const Index in = span.first_channel + c;
      const Index group = in / channels.in_of_group();
      // The lanes' weights are a stride apart: over inputs of one output (transposed), or over outputs.
      const Index row = transposed
                            ? (in / Lanes * taps + tap) * in_per_group * Lanes + in % Lanes
                            : ((first_out / Lanes * taps + tap) * in_per_group + in % in_per_group) * Lanes;
      for (Index lane = 0; lane < Lanes; ++lane)
        packed[lane] = group_of_lane[lane] != group ? T{0}
                       : transposed                 ? weight[row + place_of_lane[lane] * Lanes]
                                                    : weight[row + lane];
    }
}

/// Writes the weights of transposed(g), of one group: inputs and outputs change places, taps turn round.
template <class T> void transpose_weights(const T* weight, const ConvGeometry& g, T* turned) {
  constexpr Index lanes = simd::width<T>;
  const Index blocks = (g.in_channels + lanes - 1) / lanes, taps = g.taps(), run = g.out_channels * lanes;
  parallel_for(blocks, [&](Index block) {
    T* const to = turned + block * taps * run;
    pack_weights<T, lanes>(weight, g, true, {0, blocks, 0, g.out_channels, 0}, block, turned);
    for (Index tap = 0; tap < taps / 2; ++tap)
      std::swap_ranges(to + tap * run, to + (tap + 1) * run, to + (taps - 1 - tap) * run);
  });
}

}  // namespace lamina::kernels::detail
