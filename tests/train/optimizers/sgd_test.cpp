#include "lamina/train/optimizers/sgd.hpp"

#include "support/catch.hpp"
#include "train/optimizers/trajectory.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("sgd goes where PyTorch's goes", "", float, double) {
  using T = TestType;
  require_pytorch_trajectory<T>("sgd", sgd{.learning_rate = 0.05});
  require_pytorch_trajectory<T>("sgd decay", sgd{.learning_rate = 0.05, .weight_decay = 0.1});
  require_pytorch_trajectory<T>("sgd momentum",
                                sgd{.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.1});
  require_pytorch_trajectory<T>(
      "sgd nesterov", sgd{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 0.1});
}

TEST_CASE("sgd keeps state for its momentum only") {
  REQUIRE(sgd{}.state_count() == 0);
  REQUIRE(sgd{.momentum = 0.9}.state_count() == 1);
  REQUIRE(sgd::state_names[0] == "momentum_buffer");
}

TEST_CASE("sgd refuses options that make no sense") {
  REQUIRE_NOTHROW(sgd{}.check());
  REQUIRE_THROWS_AS(sgd{.learning_rate = -1}.check(), error);
  REQUIRE_THROWS_AS(sgd{.momentum = -0.1}.check(), error);
  REQUIRE_THROWS_AS(sgd{.weight_decay = -0.1}.check(), error);
  REQUIRE_THROWS_WITH(sgd{.nesterov = true}.check(), containing("momentum above 0"));
}

}  // namespace lamina::test
