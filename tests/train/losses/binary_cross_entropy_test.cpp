#include "lamina/train/losses/binary_cross_entropy.hpp"

#include "support/catch.hpp"
#include "train/blocked_map.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {

namespace {

std::vector<double> probabilities(Index count) {
  auto values = wave(count, 1, 0.7, -0.4);
  for (double& value : values) value = std::abs(value);
  return values;
}

}  // namespace

TEMPLATE_TEST_CASE("binary cross entropy equals PyTorch's", "", float, double) {
  using T = TestType;
  const auto table = golden_table("train_losses.txt");
  struct Case {
    const char* label;
    Index n, c, h, w;
  };
  for (const Case& a : {Case{"5x1", 5, 1, 1, 1}, Case{"5x3", 5, 3, 1, 1}, Case{"5x10", 5, 10, 1, 1},
                        Case{"5x17", 5, 17, 1, 1}, Case{"2x10x2x3", 2, 10, 2, 3}}) {
    CAPTURE(a.label);
    const Index count = a.n * a.c * a.h * a.w;
    const BlockedMap<T> logits(wave(count, 3, 1.3, 0.5), a.n, a.c, a.h, a.w);
    const auto exact = probabilities(count);
    const std::vector<T> values(exact.begin(), exact.end());
    const FeatureMapView<const T, 1> targets(values.data(), a.n, a.c, a.h, a.w);
    BlockedMap<T> gradient(a.n, a.c, a.h, a.w, T{7});
    std::vector<double> found = {binary_cross_entropy{}(logits.view(), targets, gradient.view())};
    for (const double g : gradient.plain()) found.push_back(g);
    require_close(found, table.at(std::string("binary_cross_entropy ") + a.label),
                  std::is_same_v<T, float> ? 2e-6 : 1e-10);
    REQUIRE(gradient.padding_is_zero());
  }
}

TEST_CASE("binary cross entropy is its definition, and its gradient the derivative") {
  for (const Index c : {1, 3, 7, 8, 10, 17}) {
    const Index n = 2, h = 3, count = n * c * h;
    const auto x = wave(count, 3, 1.3, 0.5), t = probabilities(count);
    const FeatureMapView<const double, 1> targets(t.data(), n, c, h, 1);
    double expected = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double p = 1 / (1 + std::exp(-x[i]));
      expected -= t[i] * std::log(p) + (1 - t[i]) * std::log(1 - p);
    }
    BlockedMap<double> gradient(n, c, h, 1, 7);
    require_close(binary_cross_entropy{}(BlockedMap<double>(x, n, c, h, 1).view(), targets, gradient.view()),
                  expected / static_cast<double>(count), 1e-12);
    REQUIRE(gradient.padding_is_zero());
    require_gradient(x, gradient.plain(), [&](const std::vector<double>& moved) {
      return binary_cross_entropy{}(BlockedMap<double>(moved, n, c, h, 1).view(), targets);
    });
  }
}

TEMPLATE_TEST_CASE("binary cross entropy stays finite for logits of ±10,000", "", float, double) {
  using T = TestType;
  const BlockedMap<T> logits({1e4, -1e4, 1e4, -1e4}, 4, 1, 1, 1);
  const std::vector<T> values = {0, 1, 1, 0};
  BlockedMap<T> gradient(4, 1, 1, 1, T{7});
  const FeatureMapView<const T, 1> targets(values.data(), 4, 1, 1, 1);
  require_close(binary_cross_entropy{}(logits.view(), targets, gradient.view()), 5000, 1e-6);
  require_close(gradient.plain(), {0.25, -0.25, 0, 0}, 1e-7);
}

TEST_CASE("labels are the targets of a single logit, and one-versus-rest of several") {
  const std::vector<std::int32_t> labels = {1, 0, 2};
  const BlockedMap<float> three(wave(9, 3, 1.3, 0.5), 3, 3, 1, 1), one({0.5, -1, 2}, 3, 1, 1, 1);
  const std::vector<float> one_hot = {0, 1, 0, 1, 0, 0, 0, 0, 1}, binary = {1, 0, 1};
  const FeatureMapView<const float, 1> as_targets(one_hot.data(), 3, 3, 1, 1),
      bits(binary.data(), 3, 1, 1, 1);
  BlockedMap<float> from_labels(3, 3, 1, 1, 7), from_targets(3, 3, 1, 1, 7);
  REQUIRE(binary_cross_entropy{}(three.view(), labels, from_labels.view()) ==
          binary_cross_entropy{}(three.view(), as_targets, from_targets.view()));
  REQUIRE(from_labels.memory() == from_targets.memory());
  const std::vector<std::int32_t> yes_or_no = {1, 0, 1};
  REQUIRE(binary_cross_entropy{}(one.view(), yes_or_no) == binary_cross_entropy{}(one.view(), bits));
  REQUIRE_THROWS_WITH(binary_cross_entropy{}(one.view(), labels),
                      containing("label 2 of sample 2 is outside [0, 2)"));
  REQUIRE_THROWS_WITH(binary_cross_entropy{}(three.view(), std::vector<std::int32_t>{0, -1, 0}),
                      containing("label -1 of sample 1 is outside [0, 3)"));
  REQUIRE_THROWS_AS(binary_cross_entropy{}(three.view(), yes_or_no, one.view()), shape_error);
}

TEST_CASE("labels of maps are per pixel") {
  const BlockedMap<double> logits(wave(12, 3, 1.3, 0.5), 1, 3, 2, 2);
  const std::vector<std::int32_t> labels = {0, 1, 2, 1};
  std::vector<double> one_hot(12);  // (c, h, w)
  for (std::size_t pixel = 0; pixel < 4; ++pixel)
    one_hot[static_cast<std::size_t>(labels[pixel]) * 4 + pixel] = 1;
  const FeatureMapView<const double, 1> targets(one_hot.data(), 1, 3, 2, 2);
  REQUIRE(binary_cross_entropy{}(logits.view(), labels) == binary_cross_entropy{}(logits.view(), targets));
}

}  // namespace lamina::test
