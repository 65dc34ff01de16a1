#include "lamina/train/schedules.hpp"

#include "support/catch.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {
namespace {

using namespace schedule;

template <class S>
concept observes = requires(S s) { s.observe(1.0); };

/// Factors of the first steps of a training of `total` steps.
template <class S>
std::vector<double> factors(const S& schedule, Index count, Index steps_per_epoch, Index total) {
  std::vector<double> all;
  for (Index step = 0; step < count; ++step) all.push_back(schedule(Position{step, steps_per_epoch, total}));
  return all;
}

}  // namespace

TEST_CASE("schedules equal PyTorch's") {
  const auto table = golden_table("train_schedules.txt");
  const auto compare = [&](const char* name, const auto& schedule) {
    CAPTURE(name);
    require_close(factors(schedule, 20, 1, 20), table.at(name), 1e-10);
  };
  compare("step", step{.every = 6, .factor = 0.3});
  compare("multi_step", multi_step{.milestones = {15, 4, 9}, .factor = 0.3});
  compare("cosine", schedule::cosine{.minimum = 0.05});
  compare("one_cycle", one_cycle{});
  compare("one_cycle linear",
          one_cycle{.warm_up_fraction = 0.4, .initial_divisor = 10, .final_divisor = 100, .linear = true});
  compare("warm_up cosine", warm_up(6, schedule::cosine{}, 0.25));
}

TEST_CASE("plateau equals PyTorch's") {
  const auto table = golden_table("train_schedules.txt");
  const auto compare = [&](const char* name, plateau schedule) {
    CAPTURE(name);
    std::vector<double> found;
    for (const double loss : table.at("plateau losses")) {
      schedule.observe(loss);
      found.push_back(schedule(Position{}));
    }
    require_close(found, table.at(name), 1e-10);
  };
  compare("plateau", {.factor = 0.5, .patience = 2});
  compare("plateau cooldown", {.factor = 0.5, .patience = 1, .cooldown = 2, .minimum = 0.2});
  compare("plateau maximize", {.factor = 0.5, .patience = 2, .maximize = true});
  // PyTorch leaves reductions below 1e-8 out, which these losses do not reach.
  compare("plateau absolute", {.factor = 0.5, .patience = 0, .threshold = 0.15, .relative = false});
}

TEST_CASE("schedules count whole epochs, however many steps an epoch has") {
  REQUIRE(factors(step{.every = 2, .factor = 0.5}, 10, 2, 10) ==
          std::vector<double>{1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25});
  REQUIRE(factors(multi_step{.milestones = {1, 3}, .factor = 0.5}, 8, 2, 8) ==
          std::vector<double>{1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25});
  REQUIRE(factors(constant{.factor = 0.3}, 2, 1, 2) == std::vector<double>{0.3, 0.3});
}

TEST_CASE("a warm-up takes a fraction of an epoch, and moves what follows behind it") {
  const auto schedule =
      warm_up(1.5, step{.every = 1, .factor = 0.5}, 0.25);  // 1.5 epochs of 2 steps: 3 steps
  require_close(factors(schedule, 8, 2, 8), {0.25, 0.5, 0.75, 1, 1, 0.5, 0.5, 0.25}, 1e-12);
  require_close(factors(warm_up(2), 4, 1, 4), {1.0 / 3, 2.0 / 3, 1, 1}, 1e-12);
  require_close(factors(warm_up(0, schedule::cosine{}), 1, 1, 4), {1}, 1e-12);
}

TEST_CASE("schedules end where they should, and stay there") {
  for (const Index total : {1, 2, 7, 1000}) {
    REQUIRE(schedule::cosine{.minimum = 0.1}(Position{total, 1, total}) == 0.1);
    REQUIRE(schedule::cosine{.minimum = 0.1}(Position{2 * total, 1, total}) == 0.1);
    require_close(one_cycle{}(Position{total - 1, 1, total}) * 25e4, 1, 1e-9);
    require_close(one_cycle{}(Position{3 * total, 1, total}) * 25e4, 1, 1e-9);
  }
  REQUIRE(one_cycle{.warm_up_fraction = 1}(Position{9, 1, 10}) == 1);
}

TEST_CASE("a plateau goes on from a saved state, and takes NaN for no improvement") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  plateau whole{.patience = 1}, first{.patience = 1};
  const std::vector<double> losses = {nan, 1, nan, 0.5, 0.6, 0.7, nan, 0.4, 0.4, 0.4};
  for (const double loss : losses) whole.observe(loss);
  for (std::size_t i = 0; i < 5; ++i) first.observe(losses[i]);
  plateau second{.patience = 1, .state = first.state};
  for (std::size_t i = 5; i < losses.size(); ++i) second.observe(losses[i]);
  REQUIRE(second(Position{}) == whole(Position{}));
  require_close(whole(Position{}), 0.01, 1e-12);
  REQUIRE(whole.state.best == 0.4);
}

TEST_CASE("a warm-up hands metrics to the schedule within") {
  auto schedule = warm_up(1, plateau{.factor = 0.5, .patience = 0});
  schedule.observe(1);
  schedule.observe(2);
  REQUIRE(schedule(Position{5, 1, 10}) == 0.5);
  STATIC_REQUIRE(observes<WarmUp<plateau>>);
  STATIC_REQUIRE(!observes<WarmUp<schedule::cosine>>);
}

TEST_CASE("a schedule is any function of a position") {
  STATIC_REQUIRE(Schedule<constant>);
  STATIC_REQUIRE(Schedule<WarmUp<one_cycle>>);
  STATIC_REQUIRE(Schedule<plateau>);
  STATIC_REQUIRE(!Schedule<int>);
  const auto halves = [](const Position& position) {
    return 1.0 / static_cast<double>(1 + position.epoch());
  };
  STATIC_REQUIRE(Schedule<decltype(halves)>);
  REQUIRE(warm_up(0, halves)(Position{3, 1, 10}) == 0.25);
}

TEST_CASE("options that make no sense are refused") {
  REQUIRE_THROWS_AS(step{.every = 0}(Position{}), error);
  REQUIRE_THROWS_AS(one_cycle{.warm_up_fraction = 2}(Position{}), error);
  REQUIRE_THROWS_AS(warm_up(-1), error);
}

TEST_CASE("one_cycle refuses divisors that are none") {
  REQUIRE_THROWS_WITH((schedule::one_cycle{.initial_divisor = 0}(schedule::Position{0, 10, 100})),
                      containing("initial_divisor"));
  REQUIRE_THROWS_AS((schedule::one_cycle{.final_divisor = -1}(schedule::Position{0, 10, 100})), error);
}

}  // namespace lamina::test
