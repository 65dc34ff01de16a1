// What the parts of conv_bench share: shapes, what is computed on them, and who computes it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lamina/kernels/conv_geometry.hpp"

namespace conv_bench {

using lamina::Index;

/// A convolution, as a row of a shape file has it: name, class, n, ci, h, w, co, kh, kw, sh, sw, ph, pw, dh,
/// dw, g, bwd.
struct ConvShape {
  std::string name, kind;
  Index batch, height, width;
  lamina::kernels::ConvGeometry geometry;
  bool backward;

  Index out_height() const { return geometry.out_height(height); }
  Index out_width() const { return geometry.out_width(width); }
  /// Two for each product, products with padding included.
  double flops() const { return 2.0 * static_cast<double>(batch * geometry.macs(out_height(), out_width())); }
};

enum class Workload { forward, backward_data, backward_weights };
inline constexpr Workload workloads[] = {Workload::forward, Workload::backward_data,
                                         Workload::backward_weights};

constexpr const char* name(Workload workload) {
  constexpr const char* names[] = {"conv_fwd", "conv_bwd_data", "conv_bwd_weights"};
  return names[static_cast<int>(workload)];
}

/// The same numbers for everyone.
constexpr float value(Index i) { return static_cast<float>(i % 17) * 0.01f - 0.08f; }

/// Someone who computes `workload` of `shape`. make() sets everything up (memory, packed weights) and gives
/// what is to be timed.
struct Contestant {
  std::string who;
  std::function<std::function<void()>()> make;
};

/// oneDNN's threads are OpenMP's; lamina's are set by lamina::set_threads.
void set_dnnl_threads(int threads);

/// Adds those of one library that can do it; of lamina's algorithms the chosen one or, besides, each.
void add_lamina(const ConvShape& shape, Workload workload, bool each_algorithm, std::vector<Contestant>& to);
void add_dnnl(const ConvShape& shape, Workload workload, std::vector<Contestant>& to);
void add_eigen(const ConvShape& shape, Workload workload, std::vector<Contestant>& to);

}  // namespace conv_bench
