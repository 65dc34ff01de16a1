// Speed of convolution: forward, gradient of the data, gradient of the weights. GFLOP/s count two operations
// for every product that reads a pixel (products with padding are not counted); `fma_peak` is what the
// processor can do.
#include <benchmark/benchmark.h>

#include <string>

#include "lamina/core/storage.hpp"
#include "lamina/kernels/conv.hpp"

namespace {

using namespace lamina::kernels;
using lamina::FeatureMapView;
using lamina::Index;
using lamina::Storage;

struct Layer {
  const char* name;
  Index batch, height, width;
  ConvGeometry geometry;
  bool image = false;
};

constexpr ConvGeometry layer(Index in, Index out, Index kernel, Index stride, Index pad, Index groups = 1,
                             Index dilation = 1) {
  return {.in_channels = in,
          .out_channels = out,
          .groups = groups,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride,
          .dilation_height = dilation,
          .dilation_width = dilation,
          .pad_top = pad,
          .pad_left = pad,
          .pad_bottom = pad,
          .pad_right = pad};
}

constexpr Layer layers[] = {
    {"lenet1_n64", 64, 28, 28, layer(1, 8, 5, 1, 0), true},
    {"lenet2_n64", 64, 12, 12, layer(8, 16, 5, 1, 0)},
    {"lenet_head_n64", 64, 4, 4, layer(16, 10, 4, 1, 0)},
    {"dense_256_128_n64", 64, 1, 1, layer(256, 128, 1, 1, 0)},
    {"dense_256_128_n1", 1, 1, 1, layer(256, 128, 1, 1, 0)},
    {"cifar_3_32_32_n1", 1, 32, 32, layer(3, 32, 3, 1, 1), true},
    {"cifar_16_16_32_n64", 64, 32, 32, layer(16, 16, 3, 1, 1)},
    {"cifar_32_32_16_n64", 64, 16, 16, layer(32, 32, 3, 1, 1)},
    {"c3_64_56", 1, 56, 56, layer(64, 64, 3, 1, 1)},
    {"c3_256_14", 1, 14, 14, layer(256, 256, 3, 1, 1)},
    {"c3_512_7", 1, 7, 7, layer(512, 512, 3, 1, 1)},
    {"c3s2_128_56", 1, 56, 56, layer(128, 128, 3, 2, 1)},
    {"c1_64_256_56", 1, 56, 56, layer(64, 256, 1, 1, 0)},
    {"c1_1024_256_14", 1, 14, 14, layer(1024, 256, 1, 1, 0)},
    {"c7s2_3_64_224", 1, 224, 224, layer(3, 64, 7, 2, 3), true},
    {"c5_32_64_28", 1, 28, 28, layer(32, 64, 5, 1, 2)},
    {"d2_128_64", 1, 64, 64, layer(128, 128, 3, 1, 2, 1, 2)},
    {"dw3_64_112", 1, 112, 112, layer(64, 64, 3, 1, 1, 64)},
    {"dw3_728_19", 1, 19, 19, layer(728, 728, 3, 1, 1, 728)},
    {"dw3s2_128_56", 1, 56, 56, layer(128, 128, 3, 2, 1, 128)},
    {"dw7_96_56", 1, 56, 56, layer(96, 96, 7, 1, 3, 96)},
};

/// Taps of all outputs of one axis that read a pixel.
Index taps_inside(Index extent, Index out, Index kernel, Index stride, Index dilation, Index pad) {
  Index count = 0;
  for (Index o = 0; o < out; ++o)
    for (Index k = 0; k < kernel; ++k) {
      const Index at = o * stride - pad + k * dilation;
      count += at >= 0 && at < extent;
    }
  return count;
}

double flops(const Layer& l) {
  const ConvGeometry& g = l.geometry;
  const Index rows = taps_inside(l.height, g.out_height(l.height), g.kernel_height, g.stride_height,
                                 g.dilation_height, g.pad_top);
  const Index columns = taps_inside(l.width, g.out_width(l.width), g.kernel_width, g.stride_width,
                                    g.dilation_width, g.pad_left);
  return 2.0 * static_cast<double>(l.batch * rows * columns * g.out_channels * g.in_channels_per_group());
}

/// A map and its memory, full of small numbers.
template <int Block> struct Map {
  Map(Index n, Index c, Index h, Index w)
      : memory(n * ((c + Block - 1) / Block * Block) * h * w), view(memory.data(), n, c, h, w) {
    for (Index i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i % 17) * 0.01f - 0.08f;
  }
  Storage<float> memory;
  FeatureMapView<float, Block> view;
};

template <int Block, class F> void run(benchmark::State& state, const Layer& l, int threads, F&& work) {
  const ConvGeometry& g = l.geometry;
  Map<Block> x(l.batch, g.in_channels, l.height, l.width);
  Map<lamina::channel_block<float>> y(l.batch, g.out_channels, g.out_height(l.height), g.out_width(l.width));
  Storage<float> weight(g.weight_size(lamina::channel_block<float>)), bias(g.out_channels + 16);
  for (float& w : weight) w = 0.01f;
  lamina::set_threads(threads);
  for (auto _ : state) {
    work(x.view, y.view, weight.data(), bias.data());
    benchmark::ClobberMemory();
  }
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops(l) * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

template <int Block> void add(const Layer& l, int threads) {
  const auto name = [&](const char* operation) {
    return "conv/" + std::string(l.name) + "/" + operation + "/threads:" + std::to_string(threads);
  };
  const ConvGeometry g = l.geometry;
  benchmark::RegisterBenchmark(name("forward").c_str(), [=](benchmark::State& state) {
    run<Block>(state, l, threads, [&](auto& x, auto& y, float* w, float* b) { conv_forward(x, w, b, y, g); });
  })->UseRealTime();
  benchmark::RegisterBenchmark(name("backward_data").c_str(), [=](benchmark::State& state) {
    run<Block>(state, l, threads,
               [&](auto& x, auto& y, float* w, float*) { conv_backward_data(y, w, x, g); });
  })->UseRealTime();
  benchmark::RegisterBenchmark(name("backward_weights").c_str(), [=](benchmark::State& state) {
    run<Block>(state, l, threads,
               [&](auto& x, auto& y, float* w, float* b) { conv_backward_weights(x, y, w, b, g); });
  })->UseRealTime();
}

/// Twelve independent sums: enough for two ports with a latency of four or five cycles.
void fma_peak(benchmark::State& state) {
  using Vector = lamina::simd::native<float>;
  constexpr int sums = 12;
  Vector sum[sums] = {};
  const Vector factor = Vector{} + 0.999f, term = Vector{} + 0.5f;
  for (auto _ : state) {
    for (int i = 0; i < 1000; ++i) detail::unroll<sums>([&](auto s) { sum[s] = sum[s] * factor + term; });
    for (Vector& s : sum) benchmark::DoNotOptimize(s);
  }
  state.counters["GFLOP/s"] = benchmark::Counter(2e-6 * sums * lamina::simd::width<float>,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("fma_peak", fma_peak);
  for (const Layer& l : layers)
    for (const int threads : {1, 2})
      l.image ? add<1>(l, threads) : add<lamina::channel_block<float>>(l, threads);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
