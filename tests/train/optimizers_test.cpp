#include "lamina/train/optimizers.hpp"

#include "support/catch.hpp"
#include "train/toy_space.hpp"

namespace lamina::test {

TEST_CASE("every rule finds the minimum of a quadratic") {
  const auto distance_after = [](auto rule, int steps) {
    ToySpace<float> toy(19);
    Optimizer optimizer(rule, toy.space());
    for (int step = 0; step < steps; ++step) {
      for (Index i = 0; i < 19; ++i)  // of Σ (1 + i / 10) (p - i / 19)² / 2
        toy.gradients[i] = (1 + 0.1f * static_cast<float>(i)) * (toy.values[i] - static_cast<float>(i) / 19);
      clip_gradient_norm(toy.space(), 5);
      optimizer.step();
    }
    double greatest = 0;
    for (Index i = 0; i < 19; ++i)
      greatest =
          std::max(greatest, std::abs(static_cast<double>(toy.values[i]) - static_cast<double>(i) / 19));
    return greatest;
  };
  REQUIRE(distance_after(sgd{.learning_rate = 0.3}, 200) < 1e-3);
  REQUIRE(distance_after(sgd{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}, 300) < 1e-3);
  REQUIRE(distance_after(adam{.learning_rate = 0.05}, 800) < 1e-2);
  REQUIRE(distance_after(adamw{.learning_rate = 0.05, .weight_decay = 1e-4}, 800) < 1e-2);
  REQUIRE(distance_after(rmsprop{.learning_rate = 0.005, .smoothing = 0.9}, 800) < 1e-2);
}

}  // namespace lamina::test
