// libtorch's part of train_bench. Built where CMake finds libtorch.
#include "train_bench.hpp"

#ifdef LAMINA_BENCH_TORCH
#include <torch/torch.h>

namespace train_bench {
namespace {

void lenet_torch(benchmark::State& state) {
  namespace nn = torch::nn;
  torch::manual_seed(42);
  at::set_num_threads(static_cast<int>(state.range(0)));
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 8, 5)), nn::ReLU(), nn::MaxPool2d(2),
                     nn::Conv2d(nn::Conv2dOptions(8, 16, 5)), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                     nn::Linear(256, 10));
  torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(rate).momentum(momentum));
  const auto images = torch::from_blob(const_cast<float*>(digits().pixels.data()), {samples, 1, 28, 28});
  const auto labels =
      torch::from_blob(const_cast<std::int32_t*>(digits().labels.data()), {samples}, torch::kInt32)
          .to(torch::kInt64);
  measure(state, [&] {
    for (long first = 0; first < samples; first += batch) {
      const long last = std::min(first + batch, samples);
      optimizer.zero_grad();
      auto loss = nn::functional::cross_entropy(net->forward(images.slice(0, first, last)),
                                                labels.slice(0, first, last));
      loss.backward();
      optimizer.step();
    }
  });
}
BENCHMARK(lenet_torch)
    ->Name("train/lenet/libtorch")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
}  // namespace
}  // namespace train_bench
#endif
