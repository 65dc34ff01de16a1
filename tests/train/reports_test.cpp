#include "lamina/train/reports.hpp"

#include "support/catch.hpp"

namespace lamina::test {

TEST_CASE("the quantities of a report are found by name") {
  const EpochReport report{.training_loss = 1, .training_metric = 2, .validation_metric = 4};
  REQUIRE(value_of(Quantity::training_loss, report) == 1.0);
  REQUIRE(value_of(Quantity::training_metric, report) == 2.0);
  REQUIRE(value_of(Quantity::validation_loss, report) == std::nullopt);
  REQUIRE(value_of(Quantity::validation_metric, report) == 4.0);
}

TEST_CASE("a plan tells what will be measured") {
  const FitPlan bare{}, with_metric{.metric = "accuracy"}, full{.has_validation = true, .metric = "accuracy"};
  REQUIRE(measures(bare, Quantity::training_loss));
  REQUIRE(!measures(bare, Quantity::training_metric));
  REQUIRE(measures(with_metric, Quantity::training_metric));
  REQUIRE(!measures(with_metric, Quantity::validation_loss));
  REQUIRE(measures(full, Quantity::validation_loss));
  REQUIRE(measures(full, Quantity::validation_metric));
  REQUIRE(!measures(FitPlan{.has_validation = true}, Quantity::validation_metric));
  REQUIRE(is_metric(Quantity::training_metric));
  REQUIRE(!is_metric(Quantity::validation_loss));
}

}  // namespace lamina::test
