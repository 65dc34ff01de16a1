// How fit and a schedule that answers to losses go together.
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"
#include "support/catch.hpp"
#include "train/tiny_task.hpp"

namespace lamina::test {

TEST_CASE("a plateau that maximizes answers to the metric, others to the loss") {
  const auto training = tiny_task(20), testing = tiny_task(9);
  TinyModel model{seed{1}};
  const bool maximize = GENERATE(true, false), validated = GENERATE(true, false);
  auto reduce = schedule::warm_up(0, schedule::plateau{.maximize = maximize});
  History history;
  const auto one_epoch = fit_options{.epochs = 1, .batch_size = 8, .progress = false};
  if (validated)
    fit(model, training, sgd{}, one_epoch, validate_on(testing), reduce, history);
  else
    fit(model, training, sgd{}, one_epoch, reduce, history);
  const auto& seen = maximize ? (validated ? history.validation_metric : history.training_metric)
                              : (validated ? history.validation_loss : history.training_loss);
  REQUIRE(reduce.then.state.best == seen.back());
}

TEST_CASE("a plateau that is const does its work too") {
  const auto training = tiny_task(20);
  TinyModel model{seed{1}};
  const schedule::plateau strict{.factor = 0.5, .patience = 0, .threshold = 1};  // no loss is below 0
  History history;
  fit(model, training, sgd{.learning_rate = 0.01}, {.epochs = 3, .batch_size = 8, .progress = false}, strict,
      history);
  REQUIRE(history.learning_rate == std::vector<double>{0.01, 0.01, 0.005});
}

TEST_CASE("a plateau of an earlier training begins anew") {
  const auto training = tiny_task(20);
  schedule::plateau reduce{.factor = 0.5, .patience = 0, .threshold = 1};  // no loss is below 0
  History history;
  for (int repeat = 0; repeat < 2; ++repeat) {
    TinyModel model{seed{1}};
    fit(model, training, sgd{.learning_rate = 0.01}, {.epochs = 3, .batch_size = 8, .progress = false},
        reduce, history);
  }
  REQUIRE(history.learning_rate == std::vector<double>{0.01, 0.01, 0.005, 0.01, 0.01, 0.005});
}

}  // namespace lamina::test
