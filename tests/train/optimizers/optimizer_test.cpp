#include "lamina/train/optimizers/optimizer.hpp"

#include <limits>

#include "lamina/train/optimizers/adam.hpp"
#include "lamina/train/optimizers/rmsprop.hpp"
#include "lamina/train/optimizers/sgd.hpp"
#include "support/catch.hpp"
#include "train/toy_space.hpp"

namespace lamina::test {
namespace {

/// Weights, a bias, a frozen part and one at half rate, with gaps of padding; no boundary at a whole vector.
std::vector<ParameterSegment> mixed_segments() {
  return {{.begin = 0, .end = 13},
          {.begin = 13, .end = 21},  // adjoins the first and is treated alike
          {.begin = 24, .end = 35, .decays = false},
          {.begin = 40, .end = 51, .frozen = true},
          {.begin = 51, .end = 60, .rate_scale = 0.5f, .group = 1}};
}

template <class T> bool is_padding(Index i) { return (i >= 21 && i < 24) || (i >= 35 && i < 40) || i >= 60; }

/// A user's rule: moves against the gradient's sign, keeps the sum of all signs.
struct sign_descent {
  double learning_rate = 0.1;
  double weight_decay = 0;
  bool decays_all = false;
  static constexpr std::string_view name = "sign_descent";
  static constexpr std::array<std::string_view, 1> state_names{"signs"};
  Index state_count() const { return 1; }
  void check() const {}

  template <class T> struct Update {
    simd::Vector<T> rate;
    template <class State>
    simd::Vector<T> operator()(simd::Vector<T> value, simd::Vector<T> gradient, const State& state) const {
      const auto zero = simd::broadcast<T>(0), one = simd::broadcast<T>(1);
      const auto sign = simd::select(gradient > zero, one, simd::select(gradient < zero, -one, zero));
      state.store(0, state.load(0) + sign);
      return value - rate * sign;
    }
  };
  template <class T> Update<T> update(double rate, double, Index) const {
    return {simd::broadcast<T>(static_cast<T>(rate))};
  }
};

}  // namespace

TEMPLATE_TEST_CASE("segments are decayed, scaled and frozen as they say", "", float, double) {
  using T = TestType;
  ToySpace<T> toy(64, mixed_segments());
  for (const ParameterSegment& segment : toy.segments)
    for (Index i = segment.begin; i < segment.end; ++i) {
      toy.values[i] = static_cast<T>(i + 1);
      toy.gradients[i] = static_cast<T>(2);
    }
  Optimizer optimizer(sgd{.learning_rate = 0.5, .weight_decay = 0.25}, toy.space());
  optimizer.step(0.5);
  std::vector<double> expected(64);
  for (Index i = 0; i < 64; ++i) {
    if (is_padding<T>(i)) continue;
    const double value = static_cast<double>(i + 1);
    const double decay = i >= 24 && i < 35 ? 0 : 0.25, rate = i >= 51 ? 0.125 : 0.25;
    expected[static_cast<std::size_t>(i)] = i >= 40 && i < 51 ? value : value - rate * (2 + decay * value);
  }
  require_close(toy.values, expected, 1e-6);
  for (const T gradient : toy.gradients) REQUIRE(gradient == 0);
}

TEST_CASE("biases and norms decay where that is asked for") {
  ToySpace<double> toy(5, {{.begin = 0, .end = 5, .decays = false}});
  std::fill(toy.values.begin(), toy.values.end(), 1.0);
  Optimizer(sgd{.learning_rate = 1, .weight_decay = 0.5, .decays_all = true}, toy.space()).step();
  require_close(toy.values, {0.5, 0.5, 0.5, 0.5, 0.5}, 1e-12);
}

TEMPLATE_TEST_CASE("padding stays zero under every rule", "", float, double) {
  using T = TestType;
  const auto run = [](auto rule) {
    ToySpace<T> toy(64, {{.begin = 0, .end = 64}});  // as in a blocked parameter: padding inside a segment
    for (Index i = 0; i < 64; i += 2) toy.values[i] = static_cast<T>(1);
    Optimizer optimizer(rule, toy.space());
    for (int step = 0; step < 3; ++step) {
      for (Index i = 0; i < 64; i += 2) toy.gradients[i] = static_cast<T>(0.1);
      optimizer.step();
    }
    for (Index i = 0; i < 64; ++i) REQUIRE((toy.values[i] == 0) == (i % 2 == 1));
  };
  run(sgd{.momentum = 0.9, .nesterov = true, .weight_decay = 0.1});
  run(adam{.weight_decay = 0.1});
  run(adamw{});
  run(rmsprop{.momentum = 0.9, .weight_decay = 0.1});
}

TEST_CASE("segments are read at every step") {
  ToySpace<float> toy(20, {{.begin = 0, .end = 10, .frozen = true}, {.begin = 10, .end = 20}});
  Optimizer optimizer(sgd{.learning_rate = 1}, toy.space());
  const auto step = [&] {
    std::fill(toy.gradients.begin(), toy.gradients.end(), 1.0f);
    optimizer.step();
  };
  step();
  REQUIRE(toy.values[9] == 0);
  REQUIRE(toy.values[10] == -1);
  toy.segments[0].frozen = false;
  toy.segments[1].rate_scale = 2;
  step();
  REQUIRE(toy.values[9] == -1);
  REQUIRE(toy.values[10] == -3);
}

TEST_CASE("what is unfrozen begins with step 1") {
  ToySpace<double> toy(2, {{.begin = 0, .end = 1}, {.begin = 1, .end = 2, .frozen = true}});
  Optimizer optimizer(adam{.learning_rate = 1e-3}, toy.space());
  const auto step = [&] {
    toy.gradients[0] = toy.gradients[1] = 1;
    const double before = toy.values[1];
    optimizer.step();
    return before - toy.values[1];
  };
  for (int i = 0; i < 100; ++i) REQUIRE(step() == 0);
  toy.segments[1].frozen = false;
  for (int i = 0; i < 5; ++i) require_close(step(), 1e-3, 1e-9);
  REQUIRE(optimizer.steps() == 105);
  REQUIRE(optimizer.segment_steps()[1] == 5);
  require_close(toy.values[0], -0.105, 1e-8);
}

TEST_CASE("rate scales may change at every step") {
  ToySpace<double> toy(2, {{.begin = 0, .end = 1}, {.begin = 1, .end = 2}});
  Optimizer optimizer(sgd{.learning_rate = 1}, toy.space());
  double expected = 0;
  for (int i = 1; i <= 50; ++i) {
    toy.segments[1].rate_scale = 1.0f / static_cast<float>(i);
    expected -= static_cast<double>(toy.segments[1].rate_scale);
    toy.gradients[0] = toy.gradients[1] = 1;
    optimizer.step();
  }
  require_close(toy.values[0], -50, 1e-12);
  require_close(toy.values[1], expected, 1e-12);
}

TEST_CASE("steps have the same bits on any number of threads and however segments are cut") {
  const Index size = 3 * detail::arena_grain + 1234;
  std::vector<ParameterSegment> cut;
  for (Index begin = 0, length = 1; begin < size; begin += length, length = (length * 7 + 3) % 9973 + 1)
    cut.push_back({.begin = begin, .end = std::min(begin + length, size)});
  const auto run = [&](int count, const std::vector<ParameterSegment>& segments) {
    set_threads(count);
    ToySpace<float> toy(size, segments);
    ToySpace<float>::fill(toy.values, 1, 0.37, 0.1);
    Optimizer optimizer(adamw{}, toy.space());
    for (int step = 0; step < 3; ++step) {
      ToySpace<float>::fill(toy.gradients, 0.1, 0.11, step);
      optimizer.step();
    }
    return std::vector<float>(toy.values.begin(), toy.values.end());
  };
  const int before = threads();
  const auto expected = run(1, {});
  REQUIRE(run(2, {}) == expected);
  REQUIRE(run(2, cut) == expected);
  REQUIRE(run(3, cut) == expected);
  set_threads(before);
}

TEST_CASE("every parameter of a large arena is updated exactly once") {
  ToySpace<double> toy(3 * detail::arena_grain + 1234);
  ToySpace<double>::fill(toy.gradients, 1, 0.37, 0.1);
  const std::vector<double> gradients(toy.gradients.begin(), toy.gradients.end());
  Optimizer optimizer(sgd{.learning_rate = 1}, toy.space());
  optimizer.step();
  for (Index i = 0; i < toy.values.size(); ++i)
    if (toy.values[i] != -gradients[static_cast<std::size_t>(i)]) FAIL("element " << i);
}

TEST_CASE("an optimizer whose state and step count were restored goes on as if never stopped") {
  const auto gradient = [](ToySpace<float>& toy, int step) {
    ToySpace<float>::fill(toy.gradients, 1, 0.9, step);
  };
  ToySpace<float> whole(11), halves(11);
  Optimizer uninterrupted(adam{}, whole.space()), first(adam{}, halves.space());
  for (int step = 0; step < 10; ++step) gradient(whole, step), uninterrupted.step();
  for (int step = 0; step < 5; ++step) gradient(halves, step), first.step();
  Optimizer second(adam{}, halves.space());
  REQUIRE(second.state_count() == 2);
  REQUIRE(second.state_name(0) == "exp_avg");
  REQUIRE(second.state_name(1) == "exp_avg_sq");
  for (Index k = 0; k < 2; ++k) {
    REQUIRE(first.state(k).size() == 11);
    std::copy(first.state(k).begin(), first.state(k).end(), second.state(k).begin());
  }
  second.set_steps(first.steps());
  for (int step = 5; step < 10; ++step) gradient(halves, step), second.step();
  REQUIRE(second.steps() == 10);
  REQUIRE(std::vector<float>(whole.values.begin(), whole.values.end()) ==
          std::vector<float>(halves.values.begin(), halves.values.end()));
}

TEST_CASE("the rule's numbers may change between steps, but not its state") {
  ToySpace<double> toy(3);
  Optimizer optimizer(sgd{.learning_rate = 1}, toy.space());
  toy.gradients[0] = 1;
  optimizer.step();
  optimizer.rule().learning_rate = 0.25;
  toy.gradients[0] = 1;
  optimizer.step();
  require_close(toy.values[0], -1.25, 1e-12);
  optimizer.rule().momentum = 0.9;
  REQUIRE_THROWS_AS(optimizer.step(), error);
  REQUIRE(optimizer.steps() == 2);
}

TEST_CASE("a learning rate that is none changes nothing") {
  ToySpace<float> toy(3);
  Optimizer optimizer(adamw{}, toy.space());
  for (const double factor :
       {std::numeric_limits<double>::quiet_NaN(), -1.0, std::numeric_limits<double>::infinity()}) {
    toy.gradients[0] = 1;
    REQUIRE_THROWS_WITH(optimizer.step(factor), containing("adamw: the learning rate"));
  }
  REQUIRE(toy.values[0] == 0);
  REQUIRE(optimizer.steps() == 0);
}

TEST_CASE("an optimizer takes a rule of the user's") {
  STATIC_REQUIRE(OptimizerRule<sign_descent>);
  STATIC_REQUIRE(!OptimizerRule<int>);
  ToySpace<float> toy(9);
  ToySpace<float>::fill(toy.gradients, 5, 1, 0);  // positive for i = 1, 2, 3, 7, 8, negative for 4, 5, 6
  Optimizer optimizer(sign_descent{}, toy.space());
  optimizer.step();
  require_close(toy.values, {0, -0.1, -0.1, -0.1, 0.1, 0.1, 0.1, -0.1, -0.1}, 1e-6);
  require_close(optimizer.state(0), {0, 1, 1, 1, -1, -1, -1, 1, 1}, 1e-6);
}

TEST_CASE("an optimizer checks its rule, and works on nothing") {
  ToySpace<float> toy(3), empty(0);
  REQUIRE_THROWS_AS((Optimizer(sgd{.learning_rate = -1}, toy.space())), error);
  REQUIRE_THROWS_AS((Optimizer(sgd{}, ParameterSpace<float>{toy.values.span(), {}, toy.segments})),
                    shape_error);
  Optimizer optimizer(adamw{}, empty.space());
  optimizer.step();
  REQUIRE(optimizer.steps() == 1);
  REQUIRE(optimizer.state(1).empty());
}

}  // namespace lamina::test
