// Which input channels an output block reads, and weights packed for kernels that cannot read them as they
// lie: transposed for the gradient of the data, or filled up with zeros where a block of outputs spans
// several groups.
#pragma once

#include <algorithm>

#include "lamina/core/shape.hpp"
#include "lamina/kernels/conv_geometry.hpp"

namespace lamina::kernels::detail {

/// Neighbouring output blocks that read the same input channels. Their weights begin at `weight` and lie in
/// the order [block][tap][channel][lane].
struct Span {
  index first_block, blocks;
  index first_channel, channels;
  index weight;
};

/// Output blocks that one register tile computes together: 1, 2 or 3.
struct BlockGroup {
  index span, first_block, blocks;
};

/// The channels of a convolution seen from its outputs; for the transpose, input and output have changed
/// places.
struct Channels {
  index out, in, groups, taps;

  Channels(const ConvGeometry& g, bool transposed)
      : out(transposed ? g.in_channels : g.out_channels),
        in(transposed ? g.out_channels : g.in_channels),
        groups(g.groups),
        taps(g.taps()) {}

  index out_of_group() const { return out / groups; }
  index in_of_group() const { return in / groups; }
  index blocks(index lanes) const { return (out + lanes - 1) / lanes; }
  /// Whether some block of outputs belongs to more than one group.
  bool blocks_mix_groups(index lanes) const { return groups > 1 && out_of_group() % lanes != 0; }

  /// Writes the spans, at most blocks(lanes), and gives their number.
  index find_spans(index lanes, Span* spans) const {
    if (!blocks_mix_groups(lanes)) {
      const index blocks_each = (out_of_group() + lanes - 1) / lanes;
      for (index group = 0; group < groups; ++group)
        spans[group] = {group * blocks_each, blocks_each, group * in_of_group(), in_of_group(),
                        group * blocks_each * taps * in_of_group() * lanes};
      return groups;
    }
    index weight = 0;
    for (index block = 0; block < blocks(lanes); ++block) {
      const index first_group = block * lanes / out_of_group();
      const index last_group = (std::min(out, (block + 1) * lanes) - 1) / out_of_group();
      const index channels = (last_group - first_group + 1) * in_of_group();
      spans[block] = {block, 1, first_group * in_of_group(), channels, weight};
      weight += taps * channels * lanes;
    }
    return blocks(lanes);
  }
};

/// Writes the groups of blocks, at most one for each block, and gives their number. Threes make the tile that
/// loads least, but four blocks are better two and two than three and one.
inline index find_block_groups(const Span* spans, index span_count, BlockGroup* groups) {
  index found = 0;
  for (index s = 0; s < span_count; ++s)
    for (index block = 0; block < spans[s].blocks;) {
      const index left = spans[s].blocks - block;
      const index take = left == 4 ? 2 : std::min<index>(left, 3);
      groups[found++] = {s, block, take};
      block += take;
    }
  return found;
}

/// Elements of packed weights.
inline index packed_size(const Span* spans, index count, index taps, index lanes) {
  const Span& last = spans[count - 1];
  return last.weight + last.blocks * taps * last.channels * lanes;
}

/// Packs the weights of one block of a span: [tap][channel][lane], with zeros where output and input are of
/// different groups and in lanes past the last output.
template <class T, index Lanes>
void pack_weights(const T* weight, const ConvGeometry& g, bool transposed, const Span& span,
                  index block_of_span, T* packed) {
  const Channels channels(g, transposed);
  const index taps = g.taps(), in_per_group = g.in_channels_per_group();
  const index first_out = (span.first_block + block_of_span) * Lanes;
  index group_of_lane[Lanes], place_of_lane[Lanes];  // the lane's output: its group, its number there
  for (index lane = 0; lane < Lanes; ++lane) {
    const index out = first_out + lane;
    group_of_lane[lane] = out < channels.out ? out / channels.out_of_group() : -1;
    place_of_lane[lane] = out % channels.out_of_group();
  }
  packed += span.weight + block_of_span * taps * span.channels * Lanes;
  for (index tap = 0; tap < taps; ++tap)
    for (index c = 0; c < span.channels; ++c, packed += Lanes) {
      const index in = span.first_channel + c;
      const index group = in / channels.in_of_group();
      // The lanes' weights are a stride apart: over inputs of one output (transposed), or over outputs.
      const index row = transposed
                            ? (in / Lanes * taps + tap) * in_per_group * Lanes + in % Lanes
                            : ((first_out / Lanes * taps + tap) * in_per_group + in % in_per_group) * Lanes;
      for (index lane = 0; lane < Lanes; ++lane)
        packed[lane] = group_of_lane[lane] != group ? T{0}
                       : transposed                 ? weight[row + place_of_lane[lane] * Lanes]
                                                    : weight[row + lane];
    }
}

}  // namespace lamina::kernels::detail
