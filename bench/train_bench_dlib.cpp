// dlib's part of train_bench. Built where CMake finds dlib.
#include "train_bench.hpp"

#ifdef LAMINA_BENCH_DLIB
#include <dlib/dnn.h>

namespace train_bench {
namespace {

void lenet_dlib(benchmark::State& state) {
  using namespace dlib;
  using net_type = loss_multiclass_log<
      fc<10, max_pool<2, 2, 2, 2,
                      relu<con<16, 5, 5, 1, 1,
                               max_pool<2, 2, 2, 2, relu<con<8, 5, 5, 1, 1, input<matrix<float>>>>>>>>>>;
  static const auto images = [] {
    std::vector<matrix<float>> all(static_cast<std::size_t>(digits().samples), matrix<float>(28, 28));
    for (long n = 0; n < digits().samples; ++n)
      for (long i = 0; i < 784; ++i)
        all[static_cast<std::size_t>(n)](i / 28, i % 28) =
            digits().pixels[static_cast<std::size_t>(n * 784 + i)];
    return all;
  }();
  static const std::vector<unsigned long> labels(digits().labels.begin(), digits().labels.end());
  net_type net;
  dnn_trainer<net_type, sgd> trainer(net, sgd(0, static_cast<float>(momentum)));
  trainer.set_learning_rate(rate);
  std::vector<matrix<float>> mini_images;
  std::vector<unsigned long> mini_labels;
  measure(state, digits(), [&](long first, long count) {
    mini_images.assign(images.begin() + first, images.begin() + first + count);
    mini_labels.assign(labels.begin() + first, labels.begin() + first + count);
    trainer.train_one_step(mini_images, mini_labels);
    if (first + count == digits().samples) trainer.get_net();  // waits for the step in flight
  });
}
// dlib's layers run on one thread.
BENCHMARK(lenet_dlib)
    ->Name("train/lenet/dlib")
    ->ArgName("threads")
    ->Arg(1)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
}  // namespace
}  // namespace train_bench
#endif
