// How a convolution is cut into pieces for threads: by samples, rows of outputs and groups of output blocks,
// from the problem alone.
#pragma once

#include <algorithm>

#include "lamina/core/shape.hpp"

namespace lamina::kernels::detail {

/// Ranges of samples, rows and groups that one piece computes.
struct Piece {
  index first_sample, samples;
  index first_row, rows;
  index first_group, groups;
};

/// All pieces: equal shares of the three axes, the last one of each perhaps smaller.
struct Cut {
  index batch, rows, groups;                                           // the whole
  index samples_each = batch, rows_each = rows, groups_each = groups;  // a piece

  static constexpr index shares(index whole, index each) { return (whole + each - 1) / each; }
  constexpr index sample_shares() const { return shares(batch, samples_each); }
  constexpr index row_shares() const { return shares(rows, rows_each); }
  constexpr index group_shares() const { return shares(groups, groups_each); }
  constexpr index pieces() const { return sample_shares() * row_shares() * group_shares(); }

  /// Groups vary fastest, so that pieces that follow each other read the same input.
  constexpr Piece operator[](index i) const {
    const index group = i % group_shares() * groups_each;
    i /= group_shares();
    const index row = i % row_shares() * rows_each;
    const index sample = i / row_shares() * samples_each;
    return {sample, std::min(samples_each, batch - sample), row, std::min(rows_each, rows - row),
            group,  std::min(groups_each, groups - group)};
  }
};

/// Multiply-adds that make a piece worth its while: about 20 µs, twenty times what handing it out costs.
inline constexpr index piece_macs = index{1} << 20;
inline constexpr index most_pieces = 256;

/// Cuts `macs` multiply-adds. Of samples and groups it first cuts the axis along which a piece can be narrow
/// and read little: groups where the weights outweigh a sample, samples otherwise. Rows come last.
constexpr Cut cut_work(index batch, index rows, index groups, index macs, bool weights_outweigh_sample,
                       index most_parts = most_pieces) {
  constexpr index fewest_rows = 4;
  Cut cut{batch, rows, groups};
  index wanted = std::clamp<index>(macs / piece_macs, 1, most_pieces);
  const auto share = [&wanted](index whole, index& each, index least) {
    each = std::min(whole, std::max(least, Cut::shares(whole, wanted)));
    wanted = Cut::shares(wanted, Cut::shares(whole, each));
  };
  if (weights_outweigh_sample) share(groups, cut.groups_each, 1);
  share(batch, cut.samples_each, Cut::shares(batch, most_parts));
  share(rows, cut.rows_each,
        std::max(fewest_rows, Cut::shares(rows, std::max<index>(1, most_parts / cut.sample_shares()))));
  if (!weights_outweigh_sample) share(groups, cut.groups_each, 1);
  return cut;
}

}  // namespace lamina::kernels::detail
