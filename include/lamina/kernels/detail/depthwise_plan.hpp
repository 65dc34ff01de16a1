// A depthwise convolution of known extents, forward or transposed: the same for every channel block, line by
// line (depthwise_row.hpp), lines being rows, or columns where the kernel is one. Its interface is
// ConvPlan's. Lines of the kernel outside the map are left out. A dilated line is as many lines, one for each
// phase, that are not.
#pragma once

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_epilogue.hpp"
#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/detail/conv_axis.hpp"
#include "lamina/kernels/detail/conv_map.hpp"
#include "lamina/kernels/detail/conv_work.hpp"
#include "lamina/kernels/detail/depthwise_pair.hpp"
#include "lamina/kernels/detail/depthwise_row.hpp"

namespace lamina::kernels::detail {

template <class T, class Arch = simd::Arch> class DepthwisePlan {
 public:
  using In = AnyMap<const T>;
  using Out = AnyMap<T>;

  /// Of blocked maps shaped like `in` and `out`. `bias` may be null.
  DepthwisePlan(const ConvGeometry& g, bool transposed, const In& in, const Out& out, const T* weight,
                const T* bias, bool accumulate)
      : geometry_(g),
        rows_(vertical_axis(g, in.height, out.height, transposed)),
        columns_(horizontal_axis(g, in.width, out.width, transposed)),
        along_columns_(g.kernel_width == 1 && g.kernel_height > 1),
        pairs_(is_pairwise(g, transposed, out.width)),
        zeros_(pairs_ ? in.row_stride() + threads() * out.row_stride() : 0),
        runs_(across()),
        steps_(threads() * phase_count() * g.taps()),
        lines_(threads() * phase_count()),
        row_pairs_(pairs_ ? threads() * columns_.dilation : 0),
        weight_(weight),
        bias_(bias),
        accumulate_(accumulate) {
    std::fill_n(zeros_.data(), zeros_.size(), T{0});
  }

  /// Everything, on the threads of the pool. What is finished is told to `follow`, part by part.
  template <class Epilogue, class Follow = nothing_follows>
  void run(const In& in, const Out& out, const Epilogue& epilogue, const Follow& follow = {}) const {
    // A multiply-add costs a depthwise convolution several times what it costs a dense one.
    const Index macs = 4 * out.batch * geometry_.out_channels * geometry_.taps() * out.pixels();
    const Cut pieces = cut_work(out.batch, along_columns_ ? 1 : out.height, out.blocks(), macs, false);
    parallel_for(pieces.pieces(), [&](Index i, int worker) {
      Piece piece = pieces[i];
      if (along_columns_) piece.rows = out.height;
      for (Index n = piece.first_sample; n < piece.first_sample + piece.samples; ++n)
        run_piece(in.samples(n, 1), out.samples(n, 1).rows(piece.first_row, piece.rows), piece, worker,
                  epilogue);
      const Index first = piece.first_group * lanes;
      follow(MapPart{piece.first_sample, piece.samples, piece.first_row, piece.rows, first,
                     std::min(piece.groups * lanes, out.channels - first)},
             worker);
    });
  }

  /// All of one sample, on this thread.
  template <class Epilogue>
  void run_sample(const In& in, const Out& out, int worker, const Epilogue& epilogue) const {
    run_piece(in, out, {0, 1, 0, out.height, 0, out.blocks()}, worker, epilogue);
  }

  /// Rows of outputs of one sample, on this thread; `out` is those rows. (Not of kernels that are one column,
  /// whose lines run down the map.)
  template <class Epilogue>
  void run_rows(const In& in, const Out& out, Index first_row, int worker, const Epilogue& epilogue) const {
    run_piece(in, out, {0, 1, first_row, out.height, 0, out.blocks()}, worker, epilogue);
  }

 private:
  static constexpr Index lanes = simd::width<T>;

  /// Outputs of a phase that are worth the while, as measured: shorter ones begin and end more than they
  /// last.
  static constexpr Index shortest_phase(Index taps) { return taps > 3 ? 4 : 12; }
  static constexpr Index shortest_pair(Index dilation) { return dilation == 1 ? 4 : dilation == 2 ? 7 : 10; }

  /// Whether depthwise_pair.hpp serves, and is faster: the rows of a phase must be long enough.
  static bool is_pairwise(const ConvGeometry& g, bool transposed, Index columns) {
    const Index stride = g.stride_height;
    const bool dilated = g.dilation_height > 1 || g.dilation_width > 1;
    return g.kernel_height == 3 && g.kernel_width == 3 && g.stride_width == stride &&
           (stride == 1 || (stride == 2 && !transposed && !dilated)) && g.pad_top <= 2 * g.dilation_height &&
           g.pad_left <= 2 * g.dilation_width &&
           columns >= shortest_pair(g.dilation_width) * g.dilation_width;
  }

  /// The axis that lines run along, and the one across them.
  const Axis& along() const { return along_columns_ ? rows_ : columns_; }
  const Axis& across() const { return along_columns_ ? columns_ : rows_; }

  /// Between two lines and along one, in elements of a map.
  struct Distances {
    Index line, step;
  };
  template <class Map> Distances distances(const Map& map) const {
    return along_columns_ ? Distances{lanes, map.row_stride()} : Distances{map.row_stride(), lanes};
  }

  /// Outputs of a line that read inputs a constant distance apart: all of them; those of a phase of the
  /// stride of a transposed convolution; or those of a phase of the dilation, of whose inputs neighbouring
  /// taps meet neighbours.
  struct Phase {
    Index step, count;
    Index taps, first_tap, tap_step;  // in the order of the inputs they read
    Index column, column_step;        // where the first output reads, perhaps outside
    Index skip;                       // between the inputs that a tile sees
  };

  /// Whether lines are cut into the phases of their dilation: where those are long enough.
  bool has_dilation_phases() const {
    const Axis& axis = along();
    return axis.stride == 1 && axis.dilation > 1 && axis.kernel > 1 &&
           axis.out_extent >= shortest_phase(axis.kernel) * axis.dilation;
  }
  Index phase_count() const {
    if (has_dilation_phases()) return along().dilation;
    return along().transposed ? std::min(along().stride, along().out_extent) : 1;
  }

  /// The phase that begins at output `first`.
  Phase phase_of(Index first) const {
    const Axis& axis = along();
    if (has_dilation_phases()) {
      const Index step = axis.dilation, count = (axis.out_extent - first + step - 1) / step;
      if (!axis.transposed) return {step, count, axis.kernel, 0, 1, first - axis.pad, step, step};
      return {step, count, axis.kernel, axis.kernel - 1, -1, first + axis.pad - (axis.kernel - 1) * step,
              step, step};
    }
    // Of strides above two the tile sees the inputs of one tap, as if they were all there is.
    if (!axis.transposed)
      return {1, axis.out_extent, axis.kernel,   0,
              1, -axis.pad,       axis.dilation, axis.stride > 2 ? axis.stride : 1};
    const Index common = std::gcd(axis.stride, axis.dilation);
    Phase phase{axis.stride,
                (axis.out_extent - first + axis.stride - 1) / axis.stride,
                0,
                0,
                -axis.stride / common,
                0,
                axis.dilation / common,
                1};
    for (Index tap = axis.kernel - 1; tap >= 0; --tap)
      if ((first + axis.pad - tap * axis.dilation) % axis.stride == 0 && phase.taps++ == 0)
        phase.first_tap = tap, phase.column = (first + axis.pad - tap * axis.dilation) / axis.stride;
    return phase;
  }

  /// `out` begins with the first row of the piece.
  template <class Epilogue>
  [[gnu::noinline]] void run_piece(const In& in, const Out& out, const Piece& piece, int worker,
                                   const Epilogue& epilogue) const {
    const bool partial = geometry_.border == Border::partial && !rows_.transposed;
    if (pairs_) return run_pairs(in, out, piece, worker, partial, epilogue);
    const Distances from = distances(in), to = distances(out);
    const Index first_line = along_columns_ ? 0 : piece.first_row;
    RowArguments<T>* const phases = lines_.data() + worker * phase_count();
    for (const AxisRun& all : runs_) {
      const AxisRun run = along_columns_ ? all : clip(all, piece.first_row, piece.first_row + piece.rows);
      if (run.count == 0) continue;
      list_steps(run, in, out, phases, steps_.data() + worker * phase_count() * geometry_.taps());
      // Phases share inputs: they take turns every few lines, while these are in the first-level cache.
      const Index at_once = phase_count() == 1 ? run.count : 8;
      for (Index block = piece.first_group; block < piece.first_group + piece.groups; ++block)
        for (Index line = 0; line < run.count; line += at_once)
          for (Index phase = 0; phase < phase_count(); ++phase) {
            RowArguments<T>& lines = phases[phase];
            lines.in = in.at_block(0, block) + run.in_first * from.line + line * lines.in_line;
            lines.out = out.at_block(0, block) + (run.first - first_line) * to.line + phase * to.step +
                        line * lines.out_line;
            lines.weight = weight_ + block * geometry_.taps() * lanes;
            lines.bias = bias_ && !partial ? bias_ + block * lanes : nullptr;
            lines.lines = std::min(at_once, run.count - line);
            convolve_rows(lines);
          }
    }
    for (Index block = piece.first_group; block < piece.first_group + piece.groups; ++block)
      finish_rows(out, piece, block, piece.first_row, piece.first_row + piece.rows, partial, epilogue);
  }

  /// 3×3 with stride 1 or 2, phase by phase of the dilation.
  template <class Epilogue>
  void run_pairs(const In& in, const Out& out, const Piece& piece, int worker, bool partial,
                 const Epilogue& epilogue) const {
    const bool flipped = rows_.transposed;
    const Index row_weight = (flipped ? -3 : 3) * lanes, tap_weight = (flipped ? -1 : 1) * lanes;
    const Index across = rows_.dilation, along = columns_.dilation, stride = rows_.stride;
    const Index pad_top = flipped ? 2 * across - rows_.pad : rows_.pad;
    const Index pad_left = flipped ? 2 * along - columns_.pad : columns_.pad;
    const T* const zeros = zeros_.data();
    T* const spare = zeros_.data() + in.row_stride() + worker * out.row_stride();
    const Index end_row = piece.first_row + piece.rows;
    const auto shares = [](Index whole, Index each) { return (whole + each - 1) / each; };
    RowPair<T>* const phases = row_pairs_.data() + worker * along;
    for (Index phase = 0; phase < along; ++phase) {  // outputs phase, phase + along…
      RowPair<T>& pair = phases[phase];
      pair.pad = phase < pad_left ? shares(pad_left - phase, along) : 0;
      pair.first_column = phase - pad_left + pair.pad * along;
      pair.columns = shares(in.width - pair.first_column, along);
      pair.outputs = shares(out.width - phase, along);
      pair.row_weight = row_weight, pair.tap_weight = tap_weight;
      pair.step = along * lanes;
      pair.accumulate = accumulate_;
    }
    const auto run_pair = [&](Index block, Index row, Index phase) {
      RowPair<T>& pair = phases[phase];
      pair.weight = weight_ + (block * 9 + (flipped ? 8 : 0)) * lanes;
      pair.bias = bias_ && !partial ? bias_ + block * lanes : nullptr;
      const T* const map = in.at_block(0, block) + pair.first_column * lanes;
      for (Index r = 0; r < 5; ++r) {
        const Index at = row * stride - pad_top + r * across;
        pair.in[r] = at >= 0 && at < in.height ? map + at * in.row_stride() : zeros;
      }
      pair.out[0] = out.at_block(0, block) + (row - piece.first_row) * out.row_stride() + phase * lanes;
      pair.out[1] = row + across < end_row ? pair.out[0] + across * out.row_stride() : spare;
      if (stride == 1)
        convolve_row_pair<1>(pair);
      else
        convolve_row_pair<2>(pair);
    };
    // All that reads a row reads it while it is in the first-level cache.
    for (Index block = piece.first_group; block < piece.first_group + piece.groups; ++block)
      for (Index first = piece.first_row; first < end_row; first += 2 * across) {
        for (Index row = first; row < std::min(first + across, end_row); ++row)
          for (Index phase = 0; phase < along; ++phase) run_pair(block, row, phase);
        finish_rows(out, piece, block, first, std::min(first + 2 * across, end_row), partial, epilogue);
      }
  }

  /// What follows the sums, of rows [first, last) of a block.
  template <class Epilogue>
  void finish_rows(const Out& out, const Piece& piece, Index block, Index first, Index last, bool partial,
                   const Epilogue& epilogue) const {
    if (!partial && std::is_same_v<Epilogue, no_epilogue>) return;
    for (Index row = first; row < last; ++row) {
      T* const outputs = out.at_block(0, block) + (row - piece.first_row) * out.row_stride();
      if (partial) scale_row(row, bias_ ? bias_ + block * lanes : nullptr, outputs);
      for (Index place = 0; place < out.row_stride(); place += lanes)
        simd::store(outputs + place, epilogue(simd::load<T>(outputs + place)));
    }
  }

  /// Describes the lines of a run, phase by phase: what differs from block to block is left open.
  void list_steps(const AxisRun& run, const In& in, const Out& out, RowArguments<T>* phases,
                  RowStep* steps) const {
    const Distances from = distances(in), to = distances(out);
    // Weights lie row by row.
    const Index tap_weight = (along_columns_ ? geometry_.kernel_width : 1) * lanes;
    const Index line_weight = (along_columns_ ? 1 : geometry_.kernel_width) * lanes;
    const Index stride = along().transposed ? 1 : along().stride;
    const auto rounded_up = [](Index a, Index b) { return a > 0 ? (a + b - 1) / b : a / b; };
    for (Index p = 0; p < phase_count(); ++p) {
      const Phase phase = phase_of(p);
      const Index skip = phase.skip, most = phase.column_step == skip ? most_taps_of_step(phase.taps) : 1;
      const Index steps_of_line = (phase.taps + most - 1) / most;
      RowArguments<T>& lines = phases[p];
      lines.stride = stride > 2 ? 1 : stride;
      lines.left = 0;
      lines.right = phase.count;
      Index count = 0;
      for (Index r = 0; r < run.tap_count; ++r)
        for (Index i = 0, tap = 0; i < steps_of_line; ++i) {
          const Index taps = (phase.taps - tap + steps_of_line - i - 1) / (steps_of_line - i);
          const Index column = phase.column + tap * phase.column_step;
          const Index first = rounded_up(-column, skip), last = rounded_up(along().in_extent - column, skip);
          steps[count++] = {r * run.in_tap_step * from.line + column * from.step, first, last,
                            (run.tap_first + r * run.tap_step) * line_weight +
                                (phase.first_tap + tap * phase.tap_step) * tap_weight,
                            taps};
          tap += taps;
          lines.left = std::max(lines.left, rounded_up(first, lines.stride));
          lines.right = std::min(lines.right, last < taps ? 0 : (last - taps) / lines.stride + 1);
        }
      lines.in_line = run.in_step * from.line;
      lines.in_step = skip * from.step;
      lines.out_line = run.step * to.line;
      lines.out_step = phase.step * to.step;
      lines.outputs = phase.count;
      lines.steps = steps;
      lines.step_count = count;
      lines.weight_step = phase.tap_step * tap_weight;
      lines.accumulate = accumulate_;
      steps += count;
    }
  }

  /// The factor of a partial convolution at each output of a row, and its bias where any tap is inside.
  void scale_row(Index row, const T* bias, T* out) const {
    const auto taps_inside = [](const Axis& axis, Index output) {
      Index count = 0;
      for (Index tap = 0; tap < axis.kernel; ++tap) count += axis.input_of(output, tap) >= 0;
      return count;
    };
    const Index rows = taps_inside(rows_, row);
    for (Index column = 0; column < columns_.out_extent; ++column, out += lanes) {
      const Index inside = rows * taps_inside(columns_, column);
      if (inside == 0) continue;  // its sum is zero, and it has no bias
      const auto factor = simd::broadcast<T>(static_cast<T>(geometry_.taps()) / static_cast<T>(inside));
      simd::store(out,
                  simd::fma(simd::load<T>(out), factor, bias ? simd::load(bias) : simd::broadcast<T>(0)));
    }
  }

  ConvGeometry geometry_;
  Axis rows_, columns_;
  bool along_columns_;
  bool pairs_;
  Scratch<T> zeros_;
  AxisRuns runs_;  // across the lines
  Scratch<RowStep> steps_;
  Scratch<RowArguments<T>> lines_;
  Scratch<RowPair<T>> row_pairs_;
  const T* weight_;
  const T* bias_;
  bool accumulate_;
};

}  // namespace lamina::kernels::detail
