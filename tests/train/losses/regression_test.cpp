#include "lamina/train/losses/regression.hpp"

#include "support/catch.hpp"
#include "train/blocked_map.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {

namespace {

struct RegressionCase {
  Index n, c, h, w;
  Index count() const { return n * c * h * w; }
};

const std::vector<RegressionCase> regression_cases = {{5, 1, 1, 1}, {4, 3, 1, 1},  {3, 7, 1, 1},
                                                      {3, 8, 1, 1}, {2, 10, 1, 1}, {2, 17, 1, 1},
                                                      {2, 3, 4, 5}, {1, 10, 7, 9}};

/// Calls f(loss, its value for one element in plain double arithmetic).
template <class F> void for_each_loss(const F& f) {
  f("mean_squared_error", mean_squared_error{}, [](double d) { return d * d; });
  f("l1", l1{}, [](double d) { return std::abs(d); });
  f("huber", huber{.delta = 0.7},
    [](double d) { return std::abs(d) < 0.7 ? d * d / 2 : 0.7 * (std::abs(d) - 0.35); });
  f("smooth_l1", smooth_l1{.beta = 0.4},
    [](double d) { return std::abs(d) < 0.4 ? d * d / 0.8 : std::abs(d) - 0.2; });
}

}  // namespace

TEMPLATE_TEST_CASE("losses of regression equal PyTorch's", "", float, double) {
  using T = TestType;
  const double tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-10;
  const auto table = golden_table("train_losses.txt");
  const std::vector<std::pair<std::string, RegressionCase>> golden = {{"5x1", {5, 1, 1, 1}},
                                                                      {"5x3", {5, 3, 1, 1}},
                                                                      {"5x10", {5, 10, 1, 1}},
                                                                      {"5x17", {5, 17, 1, 1}},
                                                                      {"2x10x2x3", {2, 10, 2, 3}}};
  for (const auto& [label, a] : golden) {
    const BlockedMap<T> prediction(wave(a.count(), 3, 1.3, 0.5), a.n, a.c, a.h, a.w);
    const auto exact = wave(a.count(), 2, 0.7, -0.4);
    const std::vector<T> values(exact.begin(), exact.end());
    const FeatureMapView<const T, 1> target(values.data(), a.n, a.c, a.h, a.w);
    for_each_loss([&](const std::string& name, const auto& loss, const auto&) {
      CAPTURE(name, label);
      BlockedMap<T> gradient(a.n, a.c, a.h, a.w, T{7});
      std::vector<double> found = {loss(prediction.view(), target, gradient.view())};
      for (const double g : gradient.plain()) found.push_back(g);
      require_close(found, table.at(name + " " + label), tolerance);
      REQUIRE(gradient.padding_is_zero());
      REQUIRE(loss(prediction.view(), target) == found[0]);
    });
  }
}

TEST_CASE("losses of regression are their definitions, and their gradients the derivatives") {
  for (const RegressionCase& a : regression_cases) {
    const auto x = wave(a.count(), 3, 1.3, 0.5), t = wave(a.count(), 2, 0.7, -0.4);
    const FeatureMapView<const double, 1> target(t.data(), a.n, a.c, a.h, a.w);
    const BlockedMap<double> prediction(x, a.n, a.c, a.h, a.w, 1e4, 3);
    for_each_loss([&](const std::string& name, const auto& loss, const auto& reference) {
      CAPTURE(name, a.n, a.c, a.h, a.w);
      double expected = 0;
      for (std::size_t i = 0; i < x.size(); ++i) expected += reference(x[i] - t[i]);
      BlockedMap<double> gradient(a.n, a.c, a.h, a.w, 7, 2);
      require_close(loss(prediction.view(), target, gradient.view()),
                    expected / static_cast<double>(x.size()), 1e-12);
      REQUIRE(gradient.padding_is_zero());
      require_gradient(x, gradient.plain(), [&](const std::vector<double>& moved) {
        return loss(BlockedMap<double>(moved, a.n, a.c, a.h, a.w).view(), target);
      });
    });
  }
}

TEST_CASE("a target may be a slice of samples that lie further apart") {
  const std::vector<double> values = {1, 2, 99, 3, 4, 99};
  const FeatureMapView<const double, 1> target(values.data(), 2, 2, 1, 1, 3);
  const BlockedMap<double> prediction({0, 0, 0, 0}, 2, 2, 1, 1);
  REQUIRE(l1{}(prediction.view(), target) == 2.5);
}

TEST_CASE("smooth_l1 with beta 0 is l1, whose slope at 0 is 0") {
  const std::vector<float> values = {1, 2, 3};
  const FeatureMapView<const float, 1> target(values.data(), 1, 3, 1, 1);
  const BlockedMap<float> prediction({0, 2, 5}, 1, 3, 1, 1);
  BlockedMap<float> gradient(1, 3, 1, 1, 7);
  REQUIRE(smooth_l1{.beta = 0}(prediction.view(), target, gradient.view()) == 1);
  require_close(gradient.plain(), {-1.0 / 3, 0, 1.0 / 3}, 1e-7);
}

TEST_CASE("losses of regression have the same bits on any number of threads") {
  const RegressionCase a{3, 10, 61, 67};
  const auto x = wave(a.count(), 3, 1.3, 0.5), exact = wave(a.count(), 2, 0.7, -0.4);
  const std::vector<float> t(exact.begin(), exact.end());
  const FeatureMapView<const float, 1> target(t.data(), a.n, a.c, a.h, a.w);
  const BlockedMap<float> prediction(x, a.n, a.c, a.h, a.w);
  const int before = threads();
  for_each_loss([&](const std::string&, const auto& loss, const auto& reference) {
    BlockedMap<float> one(a.n, a.c, a.h, a.w, 7), two(a.n, a.c, a.h, a.w, 7);
    set_threads(1);
    const double expected = loss(prediction.view(), target, one.view());
    set_threads(2);
    REQUIRE(loss(prediction.view(), target, two.view()) == expected);
    REQUIRE(one.memory() == two.memory());
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      sum += reference(static_cast<double>(static_cast<float>(x[i]) - static_cast<float>(exact[i])));
    require_close(expected, sum / static_cast<double>(x.size()), 1e-6);
  });
  set_threads(before);
}

TEST_CASE("losses of regression say what is wrong with their arguments") {
  const std::vector<float> values(12);
  const FeatureMapView<const float, 1> target(values.data(), 2, 3, 1, 2);
  const BlockedMap<float> prediction(std::vector<double>(6), 2, 3, 1, 1);
  REQUIRE_THROWS_AS(mean_squared_error{}(prediction.view(), target), shape_error);
  REQUIRE_THROWS_WITH(
      l1{}(prediction.view(), target),
      containing("l1: the prediction is 2 x 3, the target 2 x 3x1x2; they must have the same extents"));
  REQUIRE_THROWS_WITH(huber{.delta = 0}(prediction.view(), target), containing("delta must be positive"));
  REQUIRE_THROWS_WITH(smooth_l1{.beta = -1}(prediction.view(), target),
                      containing("beta must not be negative"));
  REQUIRE(mean_squared_error{}(FeatureMapView<float>(nullptr, 0, 3, 1, 1),
                               FeatureMapView<const float, 1>(nullptr, 0, 3, 1, 1)) == 0);
}

}  // namespace lamina::test
