// Which taps of a kernel touch the map, one axis at a time. Outputs whose windows lie wholly inside share all
// taps; near a border some taps fall outside, and in a strided transposed convolution neighbours use
// different taps altogether. An AxisRun is a progression of outputs that use the same taps; a run of rows and
// a run of columns make a region in which the inner loops know no edge, read in place, and never multiply by
// padding.
//
//   kernel 3, padding 1, extent 6:    outputs 0 | 1 2 3 4 | 5
//                                     taps   12 |   012   | 01
#pragma once

#include <numeric>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/conv_geometry.hpp"

namespace lamina::kernels::detail {

/// Outputs first, first + step, … (count of them). Tap tap_first + t * tap_step of output number j reads the
/// input at in_first + j * in_step + t * in_tap_step, for t < tap_count: all of them inside the map.
struct AxisRun {
  Index first, step, count;
  Index tap_first, tap_step, tap_count;
  Index in_first, in_step, in_tap_step;
};

/// One axis of a convolution, or of its transpose (the gradient of the data; a transposed convolution), in
/// which `in_extent` counts what the convolution puts out.
struct Axis {
  Index in_extent, out_extent, kernel, stride, dilation, pad;
  bool transposed = false;

  /// Where tap k of output o reads; -1 where that is nowhere.
  constexpr Index input_of(Index o, Index k) const {
    Index in = transposed ? o + pad - k * dilation : o * stride - pad + k * dilation;
    if (transposed) in = in % stride == 0 ? in / stride : -1;
    return in < in_extent ? (in < 0 ? -1 : in) : -1;
  }
};

inline Axis vertical_axis(const ConvGeometry& g, Index in_rows, Index out_rows, bool transposed) {
  return {in_rows, out_rows, g.kernel_height, g.stride_height, g.dilation_height, g.pad_top, transposed};
}
inline Axis horizontal_axis(const ConvGeometry& g, Index in_columns, Index out_columns, bool transposed) {
  return {in_columns, out_columns, g.kernel_width, g.stride_width, g.dilation_width, g.pad_left, transposed};
}

/// Writes the runs of an axis to `runs`, which has room for out_extent of them, and gives their number.
constexpr Index find_runs(const Axis& axis, AxisRun* runs) {
  const Index common = axis.transposed ? std::gcd(axis.stride, axis.dilation) : 1;
  const Index phases = axis.transposed ? axis.stride : 1;
  Index found = 0;
  for (Index phase = 0; phase < phases && phase < axis.out_extent; ++phase) {
    const Index first_of_phase = found;
    for (Index o = phase; o < axis.out_extent; o += phases) {
      AxisRun run{o, phases, 1, 0, 1, 0, 0, axis.stride, axis.dilation};
      if (axis.transposed) {
        run.tap_step = axis.stride / common;
        run.in_step = 1;
        run.in_tap_step = -axis.dilation / common;
      }
      for (Index k = 0; k < axis.kernel; ++k) {
        const Index in = axis.input_of(o, k);
        if (in < 0) continue;
        if (run.tap_count++ == 0) run.tap_first = k, run.in_first = in;
      }
      AxisRun* const last = found > first_of_phase ? &runs[found - 1] : nullptr;
      if (last && last->tap_first == run.tap_first && last->tap_count == run.tap_count)
        ++last->count;
      else
        runs[found++] = run;
    }
  }
  return found;
}

/// The runs of one axis.
struct AxisRuns {
  explicit AxisRuns(const Axis& axis) : runs(axis.out_extent), count(find_runs(axis, runs.data())) {}
  const AxisRun* begin() const { return runs.data(); }
  const AxisRun* end() const { return runs.data() + count; }

  Scratch<AxisRun> runs;
  Index count;
};

/// The members of `run` among outputs [begin, end); count 0 where there are none.
constexpr AxisRun clip(AxisRun run, Index begin, Index end) {
  const Index skip = begin <= run.first ? 0 : (begin - run.first + run.step - 1) / run.step;
  const Index stop = end <= run.first ? 0 : (end - run.first + run.step - 1) / run.step;
  run.first += skip * run.step;
  run.in_first += skip * run.in_step;
  run.count = (stop < run.count ? stop : run.count) - skip;
  if (run.count < 0) run.count = 0;
  return run;
}

}  // namespace lamina::kernels::detail
