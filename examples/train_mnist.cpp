// A LeNet-like net on MNIST: above 99 % after five epochs.
#include <iostream>

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/summary.hpp"
#include "lamina/train/interrupt.hpp"
#include "support/example.hpp"

using namespace lamina;

inline constexpr auto net = conv<16, 5> | batch_norm | relu | max_pool<2> | conv<32, 5> | batch_norm | relu |
                            max_pool<2> | flatten | dense<128> | relu | dense<10>;

int main(int argc, char** argv) {
  return run_example(argc, argv, "Trains a small net on MNIST.", {.epochs = 5}, [](const Options& options) {
    const auto [training, testing] = digits(options);
    Model<net, input<1, 28, 28>> model{seed{options.seed}};
    std::cout << summary(model);
    fit(model, training, adamw{.learning_rate = 2e-3}, options.for_fit(), schedule::one_cycle{},
        augment(random_affine{.rotation = 8, .translation = 0.06}), validate_on(testing), Interrupt{});
    print_accuracy(evaluate(model, testing));
  });
}
