// libtorch's part of train_bench. Built where CMake finds libtorch.
#include "train_bench.hpp"

#ifdef LAMINA_BENCH_TORCH
#include <torch/torch.h>

namespace train_bench {
namespace {

namespace nn = torch::nn;

template <class Net> void train_torch(benchmark::State& state, const Examples& set, Net net) {
  at::set_num_threads(static_cast<int>(state.range(0)));
  torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(rate).momentum(momentum));
  const auto images = torch::from_blob(const_cast<float*>(set.pixels.data()),
                                       {set.samples, set.channels, set.side, set.side});
  const auto labels =
      torch::from_blob(const_cast<std::int32_t*>(set.labels.data()), {set.samples}, torch::kInt32)
          .to(torch::kInt64);
  net->train();
  measure(state, set, [&](long first, long count) {
    optimizer.zero_grad();
    auto loss = nn::functional::cross_entropy(net->forward(images.slice(0, first, first + count)),
                                              labels.slice(0, first, first + count));
    loss.backward();
    optimizer.step();
  });
}

nn::Sequential lenet() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 8, 5)), nn::ReLU(), nn::MaxPool2d(2),
                        nn::Conv2d(nn::Conv2dOptions(8, 16, 5)), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(256, 10));
}

nn::Sequential normalized(long in, long out, long kernel, long stride) {
  return nn::Sequential(
      nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false)),
      nn::BatchNorm2d(out));
}

struct UnitImpl : nn::Module {
  UnitImpl(long in, long out) {
    const long stride = in == out ? 1 : 2;
    first = register_module("first", normalized(in, out, 3, stride));
    second = register_module("second", normalized(out, out, 3, 1));
    if (in != out) shortcut = register_module("shortcut", normalized(in, out, 1, stride));
  }
  torch::Tensor forward(torch::Tensor x) {
    const auto y = second->forward(torch::relu(first->forward(x)));
    return torch::relu(y + (shortcut.is_empty() ? x : shortcut->forward(x)));
  }
  nn::Sequential first{nullptr}, second{nullptr}, shortcut{nullptr};
};
TORCH_MODULE(Unit);

nn::Sequential resnet20() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 16, 3).padding(1).bias(false)), nn::BatchNorm2d(16),
                        nn::ReLU(), Unit(16, 16), Unit(16, 16), Unit(16, 16), Unit(16, 32), Unit(32, 32),
                        Unit(32, 32), Unit(32, 64), Unit(64, 64), Unit(64, 64), nn::AdaptiveAvgPool2d(1),
                        nn::Flatten(), nn::Linear(64, 10));
}

[[maybe_unused]] const bool added =
    (add_task("train/lenet/libtorch", [](benchmark::State& state) { train_torch(state, digits(), lenet()); }),
     add_task("train/resnet20/libtorch",
              [](benchmark::State& state) { train_torch(state, photographs(), resnet20()); }),
     true);

}  // namespace
}  // namespace train_bench
#endif
