#include "lamina/train/optimizers/adam.hpp"

#include "support/catch.hpp"
#include "train/optimizers/trajectory.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("adam and adamw go where PyTorch's go", "", float, double) {
  using T = TestType;
  require_pytorch_trajectory<T>("adam", adam{});
  require_pytorch_trajectory<T>(
      "adam decay",
      adam{.learning_rate = 0.02, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.1});
  require_pytorch_trajectory<T>("adamw", adamw{});
  require_pytorch_trajectory<T>(
      "adamw decay",
      adamw{.learning_rate = 0.02, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.3});
}

TEST_CASE("adam's first step is the learning rate against the gradient's sign") {
  ToySpace<double> toy(3);
  toy.gradients[0] = 100;
  toy.gradients[1] = -0.01;
  Optimizer optimizer(adam{.learning_rate = 0.5}, toy.space());
  optimizer.step();
  require_close(toy.values, {-0.5, 0.5, 0}, 1e-5);
}

TEST_CASE("adam and adamw refuse options that make no sense") {
  REQUIRE_NOTHROW(adam{}.check());
  REQUIRE_NOTHROW(adamw{}.check());
  REQUIRE_THROWS_WITH(adam{.learning_rate = -1}.check(), "adam: the learning rate must not be negative");
  REQUIRE_THROWS_WITH(adamw{.learning_rate = -1}.check(), "adamw: the learning rate must not be negative");
  REQUIRE_THROWS_AS(adam{.beta1 = 1}.check(), error);
  REQUIRE_THROWS_AS(adamw{.beta2 = -0.1}.check(), error);
  REQUIRE_THROWS_AS(adamw{.epsilon = 0}.check(), error);
  REQUIRE_THROWS_AS(adamw{.weight_decay = -1}.check(), error);
}

}  // namespace lamina::test
