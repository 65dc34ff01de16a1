#include "lamina/train/optimizers/rmsprop.hpp"

#include "support/catch.hpp"
#include "train/optimizers/trajectory.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("rmsprop goes where PyTorch's goes", "", float, double) {
  using T = TestType;
  require_pytorch_trajectory<T>("rmsprop", rmsprop{});
  require_pytorch_trajectory<T>(
      "rmsprop momentum",
      rmsprop{
          .learning_rate = 0.02, .smoothing = 0.9, .epsilon = 1e-3, .momentum = 0.8, .weight_decay = 0.1});
}

TEST_CASE("rmsprop keeps a second state for its momentum only") {
  REQUIRE(rmsprop{}.state_count() == 1);
  REQUIRE(rmsprop{.momentum = 0.9}.state_count() == 2);
}

TEST_CASE("rmsprop refuses options that make no sense") {
  REQUIRE_NOTHROW(rmsprop{}.check());
  REQUIRE_THROWS_AS(rmsprop{.learning_rate = -1}.check(), error);
  REQUIRE_THROWS_AS(rmsprop{.smoothing = 1}.check(), error);
  REQUIRE_THROWS_AS(rmsprop{.epsilon = 0}.check(), error);
  REQUIRE_THROWS_AS(rmsprop{.momentum = -1}.check(), error);
  REQUIRE_THROWS_AS(rmsprop{.weight_decay = -1}.check(), error);
}

}  // namespace lamina::test
