#include "lamina/train/exponential_moving_average.hpp"

#include "support/catch.hpp"
#include "train/toy_space.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("the average follows the weights by its recurrence", "", float, double) {
  using T = TestType;
  const Index size = detail::arena_grain + 29;
  for (const bool warm_up : {false, true}) {
    ToySpace<T> toy(size);
    ToySpace<T>::fill(toy.values, 1, 0.3, 0);
    std::vector<double> expected(toy.values.begin(), toy.values.end());
    WeightAverage<T> average(exponential_moving_average{.decay = 0.7, .warm_up = warm_up}, toy.values.span());
    for (int t = 1; t <= 5; ++t) {
      ToySpace<T>::fill(toy.values, 1, 0.3, t);
      average.update();
      const double decay = warm_up ? std::min(0.7, t / (9.0 + t)) : 0.7;
      for (Index i = 0; i < size; ++i) {
        double& e = expected[static_cast<std::size_t>(i)];
        e = decay * e + (1 - decay) * static_cast<double>(toy.values[i]);
      }
    }
    REQUIRE(average.updates() == 5);
    require_close(average.values(), expected, std::is_same_v<T, float> ? 1e-6 : 1e-13);
  }
}

TEST_CASE("swapping the average in and out exchanges it with the weights") {
  std::vector<float> weights = {1, 2, 3};
  WeightAverage<float> average({.decay = 0.5}, weights);
  weights = {3, 4, 5};
  average.update();
  average.swap();
  REQUIRE(weights == std::vector<float>{2, 3, 4});
  REQUIRE(average.is_swapped());
  REQUIRE_THROWS_AS(average.update(), error);
  average.swap();
  REQUIRE(weights == std::vector<float>{3, 4, 5});
  REQUIRE(!average.is_swapped());
  REQUIRE(average.updates() == 1);
}

TEST_CASE("an average can be restored") {
  std::vector<float> weights = {1, 2, 3};
  const exponential_moving_average rule{.decay = 0.999, .warm_up = true};
  WeightAverage<float> first(rule, weights), second(rule, weights);
  weights = {5, 6, 7};
  first.update();
  std::copy(first.values().begin(), first.values().end(), second.values().begin());
  second.set_updates(first.updates());
  first.update();
  second.update();
  REQUIRE(std::equal(first.values().begin(), first.values().end(), second.values().begin()));
}

TEST_CASE("averages have the same bits on any number of threads") {
  const auto run = [](int count) {
    set_threads(count);
    ToySpace<float> toy(4 * detail::arena_grain + 5);
    WeightAverage<float> average({.decay = 0.9}, toy.values.span());
    for (int t = 0; t < 3; ++t) {
      ToySpace<float>::fill(toy.values, 1, 0.3, t);
      average.update();
    }
    return std::vector<float>(average.values().begin(), average.values().end());
  };
  const int before = threads();
  const auto expected = run(1);
  REQUIRE(run(2) == expected);
  set_threads(before);
}

TEST_CASE("a decay outside [0, 1) is refused") {
  std::vector<float> weights(3);
  REQUIRE_THROWS_AS((WeightAverage<float>({.decay = 1}, weights)), error);
  REQUIRE_THROWS_AS((WeightAverage<float>({.decay = -0.1}, weights)), error);
}

}  // namespace lamina::test
