// Eigen's part of conv_bench: what one would write with a matrix library. The inputs of each output are
// copied into a column (im2col), then all outputs are a product of matrices, one for each group. Plain order
// (n, c, h, w). On one thread, so it takes no part in comparisons on several.
#include <Eigen/Core>
#include <memory>

#include "conv_bench.hpp"
#include "lamina/core/thread_pool.hpp"

namespace conv_bench {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix filled(Index rows, Index columns) {
  return Matrix::NullaryExpr(rows, columns,
                             [=](Index row, Index column) { return value(row * columns + column); });
}

/// Matrices of a convolution: a row for each channel of each sample. Of the weights a row holds an output's
/// products, by input channel and tap.
struct Convolution {
  explicit Convolution(const ConvProblem& p)
      : problem(p),
        x(filled(p.batch * p.geometry.in_channels, p.height * p.width)),
        weight(filled(p.geometry.out_channels, p.geometry.in_channels_per_group() * p.geometry.taps())),
        y(p.batch * p.geometry.out_channels, p.out_height() * p.out_width()) {
    if (!is_pointwise()) columns.resize(weight.cols(), y.cols());
  }

  /// Whether the input is the matrix already.
  bool is_pointwise() const {
    const auto& g = problem.geometry;
    return g.taps() == 1 && !g.padded() && g.stride_height == 1 && g.stride_width == 1;
  }

  /// One row of `columns`: what one tap reads of one channel.
  void copy_tap(const float* channel, Index row, Index column, float* to) const {
    const auto& g = problem.geometry;
    for (Index r = 0; r < problem.out_height(); ++r) {
      const Index from = r * g.stride_height - g.pad_top + row * g.dilation_height;
      for (Index c = 0; c < problem.out_width(); ++c, ++to) {
        const Index at = c * g.stride_width - g.pad_left + column * g.dilation_width;
        const bool inside = from >= 0 && from < problem.height && at >= 0 && at < problem.width;
        *to = inside ? channel[from * problem.width + at] : 0.0f;
      }
    }
  }

  void copy_columns(Index first_channel) {
    const auto& g = problem.geometry;
    for (Index i = 0; i < g.in_channels_per_group(); ++i)
      for (Index tap = 0; tap < g.taps(); ++tap)
        copy_tap(x.row(first_channel + i).data(), tap / g.kernel_width, tap % g.kernel_width,
                 columns.row(i * g.taps() + tap).data());
  }

  void run() {
    const auto& g = problem.geometry;
    const Index inputs = g.in_channels_per_group(), outputs = g.out_channels_per_group();
    for (Index part = 0; part < problem.batch * g.groups; ++part) {
      if (!is_pointwise()) copy_columns(part * inputs);
      const auto& from = is_pointwise() ? x : columns;
      const Index first = is_pointwise() ? part * inputs : 0;
      y.middleRows(part * outputs, outputs).noalias() =
          weight.middleRows(part % g.groups * outputs, outputs) * from.middleRows(first, weight.cols());
    }
  }

  ConvProblem problem;
  Matrix x, weight, y, columns;
};

}  // namespace

void add_eigen(const ConvProblem& problem, Workload workload, std::vector<Contestant>& to) {
  if (workload != Workload::forward || lamina::threads() > 1) return;
  to.push_back({"eigen", [=]() -> std::function<void()> {
                  auto all = std::make_shared<Convolution>(problem);
                  return [all] { all->run(); };
                }});
}

}  // namespace conv_bench
