// How a convolution is cut into pieces for threads: by samples, rows of outputs and groups of output blocks,
// from the problem alone.
#pragma once

#include <algorithm>

#include "lamina/core/shape.hpp"

namespace lamina::kernels::detail {

/// Ranges of samples, rows and groups that one piece computes.
struct Piece {
  Index first_sample, samples;
  Index first_row, rows;
  Index first_group, groups;
};

/// All pieces: equal shares of the three axes, the last one of each perhaps smaller.
struct Cut {
  Index batch, rows, groups;                                           // the whole
  Index samples_each = batch, rows_each = rows, groups_each = groups;  // a piece

  static constexpr Index shares(Index whole, Index each) { return (whole + each - 1) / each; }
  constexpr Index sample_shares() const { return shares(batch, samples_each); }
  constexpr Index row_shares() const { return shares(rows, rows_each); }
  constexpr Index group_shares() const { return shares(groups, groups_each); }
  constexpr Index pieces() const { return sample_shares() * row_shares() * group_shares(); }

  /// Groups vary fastest, so that pieces that follow each other read the same input.
  constexpr Piece operator[](Index i) const {
    const Index group = i % group_shares() * groups_each;
    i /= group_shares();
    const Index row = i % row_shares() * rows_each;
    const Index sample = i / row_shares() * samples_each;
    return {sample, std::min(samples_each, batch - sample), row, std::min(rows_each, rows - row),
            group,  std::min(groups_each, groups - group)};
  }
};

/// Multiply-adds that make a piece worth its while: about 20 µs, twenty times what handing it out costs.
inline constexpr Index piece_macs = Index{1} << 20;
inline constexpr Index most_pieces = 256;
inline constexpr Index enough_pieces = 16;

/// Cuts `macs` multiply-adds. Of samples and groups it first cuts the axis along which a piece can be narrow
/// and read little: groups where the weights outweigh a sample, samples otherwise. Rows come last.
constexpr Cut cut_work(Index batch, Index rows, Index groups, Index macs, bool weights_outweigh_sample,
                       Index most_parts = most_pieces) {
  constexpr Index fewest_rows = 4;
  Cut cut{batch, rows, groups};
  Index wanted = std::clamp<Index>(macs / piece_macs, 1, most_pieces);
  const auto share = [&wanted](Index whole, Index& each, Index least) {
    each = std::min(whole, std::max(least, Cut::shares(whole, wanted)));
    wanted = Cut::shares(wanted, Cut::shares(whole, each));
  };
  if (weights_outweigh_sample) share(groups, cut.groups_each, 1);
  share(batch, cut.samples_each, Cut::shares(batch, most_parts));
  // Each share of the rows reads the weights again (256 channels of 14×14: 2 to 5 % of the time).
  if (weights_outweigh_sample) wanted = std::min(wanted, Cut::shares(enough_pieces, cut.pieces()));
  share(rows, cut.rows_each,
        std::max(fewest_rows, Cut::shares(rows, std::max<Index>(1, most_parts / cut.sample_shares()))));
  if (!weights_outweigh_sample) share(groups, cut.groups_each, 1);
  return cut;
}

}  // namespace lamina::kernels::detail
