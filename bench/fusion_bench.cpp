// What fusion saves. A convolution that adds its bias and a residual and applies relu before it stores
// (`lamina`), against the bare convolution (`bare`) and against the same steps one after another (`apart`);
// and a depthwise convolution with the 1×1 after it. Names: fusion/<layer>/<algorithm>/<who>, of the latter
// fusion/<pair>/<who>. Run it with
//   fusion_bench --benchmark_enable_random_interleaving=true --benchmark_repetitions=9
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "fusion_bench.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_by_algorithm.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/ratio_reporter.hpp"

using namespace lamina;
using fusion_bench::filled;
using kernels::ConvAlgorithm;

namespace {

/// A convolution of stride 1 that keeps the extents of its map.
struct Layer {
  const char* name;
  Index in, out, side, kernel;
};

/// Its operands, and the steps. Maps are owned with their padding, which is zero.
template <ConvAlgorithm Algorithm> class Work {
 public:
  explicit Work(const Layer& layer)
      : geometry_{.in_channels = layer.in,
                  .out_channels = layer.out,
                  .kernel_height = layer.kernel,
                  .kernel_width = layer.kernel,
                  .pad_top = layer.kernel / 2,
                  .pad_left = layer.kernel / 2,
                  .pad_bottom = layer.kernel / 2,
                  .pad_right = layer.kernel / 2},
        layer_(layer),
        x_(filled(layer.in * layer.side * layer.side)),
        y_(filled(layer.out * layer.side * layer.side)),
        addend_(filled(y_.size())),
        bias_(filled(layer.out)),
        packed_(kernels::packed_weight_size(Algorithm, geometry_)) {
    const auto weight = filled(geometry_.weight_size(channel_block<float>));
    kernels::pack_conv_weights<Algorithm, kernels::ConvWindow{3, 3, 1}>(weight.data(), geometry_,
                                                                        packed_.data());
  }

  template <class F = kernels::no_epilogue> void convolve(const float* bias, bool add, const F& f = {}) {
    kernels::conv_forward_packed<Algorithm, kernels::ConvKind::dense, kernels::ConvWindow{3, 3, 1}>(
        map(x_, layer_.in), packed_.data(), bias, out(), geometry_, f, add);
  }
  void bare() { convolve(nullptr, false); }
  void fused() { convolve(bias_.data(), true, relu); }
  void apart() {
    convolve(bias_.data(), false);
    kernels::accumulate<float>(map(addend_, layer_.out), out());
    kernels::activation_forward<std::remove_const_t<decltype(relu)>, float>(relu, out(), out());
  }

 private:
  FeatureMapView<const float> map(const Storage<float>& values, Index channels) const {
    return {values.data(), 1, channels, layer_.side, layer_.side};
  }
  FeatureMapView<float> out() { return {y_.data(), 1, layer_.out, layer_.side, layer_.side}; }

  kernels::ConvGeometry geometry_;
  Layer layer_;
  Storage<float> x_, y_, addend_, bias_, packed_;
};

template <ConvAlgorithm Algorithm> void add_all(const Layer& layer, const std::string& algorithm) {
  const std::string task = std::string(layer.name) + "/" + algorithm;
  fusion_bench::add(task, "lamina", layer, &Work<Algorithm>::fused);
  fusion_bench::add(task, "bare", layer, &Work<Algorithm>::bare);
  fusion_bench::add(task, "apart", layer, &Work<Algorithm>::apart);
}

}  // namespace

int main(int argc, char** argv) {
  set_threads(1);
  for (const Layer& layer : {Layer{"3x3_64_56", 64, 64, 56, 3}, Layer{"3x3_256_14", 256, 256, 14, 3},
                             Layer{"3x3_512_7", 512, 512, 7, 3}}) {
    add_all<ConvAlgorithm::direct>(layer, "direct");
    add_all<ConvAlgorithm::winograd_4x4>(layer, "winograd_4x4");
  }
  for (const Layer& layer :
       {Layer{"1x1_64_256_56", 64, 256, 56, 1}, Layer{"1x1_256_1024_14", 256, 1024, 14, 1}})
    add_all<ConvAlgorithm::direct>(layer, "direct");
  fusion_bench::add_separable();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  bench_support::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
