// What the parts of conv_bench share: shapes, what is computed on them, who computes it, and how those are
// timed. Read next: conv_bench.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/kernels/conv_geometry.hpp"

namespace conv_bench {

using lamina::Index;

/// A convolution of maps whose extents are known.
struct ConvProblem {
  Index batch, height, width;
  lamina::kernels::ConvGeometry geometry;

  constexpr bool operator==(const ConvProblem&) const = default;

  constexpr Index out_height() const { return geometry.out_height(height); }
  constexpr Index out_width() const { return geometry.out_width(width); }
  constexpr Index macs() const { return batch * geometry.macs(out_height(), out_width()); }
  /// Two for each product, products with padding included.
  constexpr double flops() const { return 2.0 * static_cast<double>(macs()); }
};

/// The columns of a shape file that make the problem: n, ci, h, w, co, kh, kw, sh, sw, ph, pw, dh, dw, g.
inline constexpr std::size_t problem_columns = 14;
constexpr ConvProblem problem_of(const Index (&n)[problem_columns]) {
  return {.batch = n[0],
          .height = n[2],
          .width = n[3],
          .geometry = {.in_channels = n[1],
                       .out_channels = n[4],
                       .groups = n[13],
                       .kernel_height = n[5],
                       .kernel_width = n[6],
                       .stride_height = n[7],
                       .stride_width = n[8],
                       .dilation_height = n[11],
                       .dilation_width = n[12],
                       .pad_top = n[9],
                       .pad_left = n[10],
                       .pad_bottom = n[9],
                       .pad_right = n[10]}};
}

/// A row of a shape file: name, class, the columns of the problem, and bwd: whether the gradients are timed.
struct ConvShape {
  std::string name, kind;
  ConvProblem problem;
  bool backward;
};

/// The rows of a shape file; `origin` names it in messages.
std::vector<ConvShape> read_shapes(std::istream& rows, const std::string& origin);
std::vector<ConvShape> read_shapes(const std::string& path);

enum class Workload { forward, backward_data, backward_weights };
inline constexpr Workload workloads[] = {Workload::forward, Workload::backward_data,
                                         Workload::backward_weights};

constexpr const char* name(Workload workload) {
  constexpr const char* names[] = {"conv_fwd", "conv_bwd_data", "conv_bwd_weights"};
  return names[static_cast<int>(workload)];
}

constexpr bool is_timed(const ConvShape& shape, Workload workload) {
  return workload == Workload::forward || shape.backward;
}

/// The same numbers for everyone: from -0.5 to 0.5, at random.
inline float value(Index i) {
  return lamina::Random(lamina::seed{1}).uniform(static_cast<std::uint64_t>(i)) - 0.5f;
}

/// Someone who computes a workload of a problem. make() sets everything up (memory, packed weights) and gives
/// what is to be timed.
struct Contestant {
  std::string who;
  std::function<std::function<void()>()> make;
  /// The largest error against sums in double, in units of eps · the largest Σ|w x|; empty if nobody asks.
  std::function<double()> error{};
};

/// oneDNN's threads are OpenMP's; lamina's are set by lamina::set_threads.
void set_dnnl_threads(int threads);

/// Adds those of one library that can do it. Of lamina: the chosen algorithm at run time, and for compiled
/// problems at compile time under both accuracy policies.
void add_lamina(const ConvProblem& problem, Workload workload, std::vector<Contestant>& to);
void add_dnnl(const ConvProblem& problem, Workload workload, std::vector<Contestant>& to);
void add_eigen(const ConvProblem& problem, Workload workload, std::vector<Contestant>& to);

/// Adds each of lamina's algorithms that applies to the forward pass; `who` tells which.
void add_lamina_algorithms(const ConvProblem& problem, std::vector<Contestant>& to);
/// `who` of the one among those that the cost model chooses.
std::string lamina_choice(const ConvProblem& problem);

/// How long and how often each contestant is measured, and which of its rounds counts (0.5: the median).
struct Timing {
  double milliseconds = 200;
  int rounds = 9;
  double quantile = 0.5;
};

/// Times of all contestants in seconds.
std::vector<double> race(const std::vector<Contestant>& contestants, const Timing& timing);

/// Prints how often the cost model picks the fastest algorithm, and what it costs where it does not.
void check_choice(const std::vector<ConvShape>& shapes, const Timing& timing);

/// Registers every shape of bench/shapes whose name contains `only` with Google Benchmark, with the gradients
/// of all where `backward`, and runs it with the command line that is left.
int run_google_benchmark(const std::string& only, int threads, bool backward, int argc, char** argv);

}  // namespace conv_bench
