// The loop by hand: forward, a loss, backward, a step. This is the heart of fit, which adds schedules,
// validation, callbacks, reports and checkpoints.
#include <cstdio>

#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/pool.hpp"
#include "support/example.hpp"

using namespace lamina;

inline constexpr auto net =
    conv<8, 5, valid> | relu | max_pool<2> | conv<16, 5, valid> | relu | max_pool<2> | flatten | dense<10>;

int main(int argc, char** argv) {
  return run_example(
      argc, argv, "Trains with a loop written by hand.", {.epochs = 2, .without = {"save", "resume"}},
      [](const Options& options) {
        const auto [training, testing] = digits(options);
        Model<net, input<1, 28, 28>> model{seed{options.seed}};
        Optimizer optimizer(sgd{.learning_rate = 0.05, .momentum = 0.9}, model.parameter_space());
        Loader loader(training, {.batch_size = options.batch, .seed = {options.seed}});
        const cross_entropy loss;
        for (Index epoch = 0; epoch < options.epochs; ++epoch) {
          RunningMean mean;
          for (const Batch<float>& batch : loader.epoch(epoch)) {
            const auto logits = model.forward(batch.images());
            mean.add(loss(logits, batch.labels, model.output_gradient()), static_cast<double>(batch.size()));
            model.backward();
            optimizer.step();
          }
          std::printf("epoch %td: loss %.4f\n", epoch + 1, mean.value());
        }
        print_accuracy(evaluate(model, testing));
      });
}
