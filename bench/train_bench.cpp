// Epoch times of small nets: ours here, libtorch's and dlib's in the files beside this one where CMake finds
// them, all in one process. Names are train/<net>/<who>/threads:<n>, the figure is the counter
// seconds_per_epoch. Images are random: time does not depend on what they show. Figures to quote:
//   train_bench --benchmark_enable_random_interleaving=true --benchmark_repetitions=5
#include "train_bench.hpp"

#include "lamina/core/thread_pool.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/model.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "lamina/train/losses.hpp"
#include "lamina/train/optimizers.hpp"

namespace train_bench {

const Digits& digits() {
  static const Digits all = [] {
    Digits made{std::vector<float>(samples * 28 * 28), std::vector<std::int32_t>(samples)};
    const lamina::Random random(lamina::seed{1});
    for (std::size_t i = 0; i < made.pixels.size(); ++i) made.pixels[i] = random.uniform(i);
    for (std::size_t i = 0; i < made.labels.size(); ++i)
      made.labels[i] = static_cast<std::int32_t>(random.stream(1).below(i, 10));
    return made;
  }();
  return all;
}

namespace {

void lenet_lamina(benchmark::State& state) {
  using namespace lamina;
  static constexpr auto net =
      conv<8, 5, valid> | relu | max_pool<2> | conv<16, 5, valid> | relu | max_pool<2> | flatten | dense<10>;
  set_threads(static_cast<int>(state.range(0)));
  Model<net, input<1, 28, 28>> model{seed{42}};
  Optimizer optimizer(sgd{.learning_rate = rate, .momentum = momentum}, model.parameter_space());
  const cross_entropy loss;
  measure(state, [&] {
    for (long first = 0; first < samples; first += batch) {
      const long count = std::min(batch, samples - first);
      const FeatureMapView<const float, 1> images(digits().pixels.data() + first * 784, count, 1, 28, 28);
      const std::span labels(digits().labels.data() + first, static_cast<std::size_t>(count));
      const auto logits = model.forward(images);
      benchmark::DoNotOptimize(loss(logits, labels, model.output_gradient()));
      model.backward();
      optimizer.step();
    }
  });
}
BENCHMARK(lenet_lamina)
    ->Name("train/lenet/lamina")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace train_bench

BENCHMARK_MAIN();
