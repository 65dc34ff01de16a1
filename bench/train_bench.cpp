// Epoch times of small nets: ours here, libtorch's and dlib's in the files beside this one where CMake finds
// them, all in one process. Names are train/<net>/<who>/threads:<n>, the figure is the counter
// seconds_per_epoch. Images are random: time does not depend on what they show. Figures to quote:
//   train_bench --benchmark_enable_random_interleaving=true --benchmark_repetitions=5
#include "train_bench.hpp"

#include <algorithm>

#include "lamina/core/thread_pool.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/model.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "lamina/train/losses.hpp"
#include "lamina/train/optimizers.hpp"

namespace train_bench {
namespace {

Examples random_examples(long samples, long epoch, long channels, long side) {
  Examples made{samples, epoch, channels, side, {}, {}};
  made.pixels.resize(static_cast<std::size_t>(samples * made.image()));
  made.labels.resize(static_cast<std::size_t>(samples));
  const lamina::Random random(lamina::seed{1});
  for (std::size_t i = 0; i < made.pixels.size(); ++i) made.pixels[i] = random.uniform(i);
  for (std::size_t i = 0; i < made.labels.size(); ++i)
    made.labels[i] = static_cast<std::int32_t>(random.stream(1).below(i, 10));
  return made;
}

}  // namespace

const Examples& digits() {
  static const Examples all = random_examples(60000, 60000, 1, 28);
  return all;
}
const Examples& photographs() {
  static const Examples some = random_examples(2048, 50000, 3, 32);
  return some;
}

namespace {

using namespace lamina;

template <auto Net, auto In> void train_lamina(benchmark::State& state, const Examples& set) {
  set_threads(static_cast<int>(state.range(0)));
  Model<Net, In> model{seed{42}};
  Optimizer optimizer(sgd{.learning_rate = rate, .momentum = momentum}, model.parameter_space());
  const cross_entropy loss;
  measure(state, set, [&](long first, long count) {
    const FeatureMapView<const float, 1> images(set.pixels.data() + first * set.image(), count, set.channels,
                                                set.side, set.side);
    const std::span labels(set.labels.data() + first, static_cast<std::size_t>(count));
    const auto logits = model.forward(images);
    benchmark::DoNotOptimize(loss(logits, labels, model.output_gradient()));
    model.backward();
    optimizer.step();
  });
}

constexpr auto lenet =
    conv<8, 5, valid> | relu | max_pool<2> | conv<16, 5, valid> | relu | max_pool<2> | flatten | dense<10>;

/// Two 3×3 convolutions; where the map shrinks, the shortcut is a projection (He et al. 2016, section 4.2; 20
/// layers: n = 3).
template <Index C> constexpr auto normalized = conv<C, 3, no_bias> | batch_norm;
template <Index C> constexpr auto unit = residual(normalized<C> | relu | normalized<C>) | relu;
template <Index C>
constexpr auto shrinking_unit = add(conv<C, 1, stride<2>, no_bias> | batch_norm,
                                    conv<C, 3, stride<2>, no_bias> | batch_norm | relu | normalized<C>) |
                                relu;
constexpr auto resnet20 = normalized<16> | relu | unit<16> | unit<16> | unit<16> | shrinking_unit<32> |
                          unit<32> | unit<32> | shrinking_unit<64> | unit<64> | unit<64> | global_avg_pool |
                          dense<10>;

[[maybe_unused]] const bool added =
    (add_task("train/lenet/lamina",
              [](benchmark::State& state) { train_lamina<lenet, input<1, 28, 28>>(state, digits()); }),
     add_task(
         "train/resnet20/lamina",
         [](benchmark::State& state) { train_lamina<resnet20, input<3, 32, 32>>(state, photographs()); }),
     true);

}  // namespace
}  // namespace train_bench

BENCHMARK_MAIN();
