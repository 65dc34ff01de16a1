#include "lamina/train/metrics.hpp"

#include <limits>

#include "support/catch.hpp"
#include "train/blocked_map.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {

using Labels = std::vector<std::int32_t>;

TEST_CASE("top_k counts what a sorted list would, for every number of classes") {
  for (const Index classes : {2, 3, 7, 8, 10, 17}) {
    const Index n = 3, h = 2, w = 5, places = n * h * w;
    const auto x = wave(places * classes, 1, 1.7, 0.3);
    Labels labels;
    for (Index p = 0; p < places; ++p) labels.push_back(static_cast<std::int32_t>(p * 5 % classes));
    const BlockedMap<float> logits(x, n, classes, h, w, 1e4f, 2);
    for (const Index k : {1, 2, 5}) {
      CAPTURE(classes, k);
      Index expected = 0;
      for (Index p = 0; p < places; ++p) {
        std::vector<std::pair<double, Index>> order;  // by falling logit
        for (Index c = 0; c < classes; ++c)
          order.emplace_back(-x[static_cast<std::size_t>((p / (h * w) * classes + c) * h * w + p % (h * w))],
                             c);
        std::sort(order.begin(), order.end());
        for (Index rank = 0; rank < std::min(k, classes); ++rank)
          expected += order[static_cast<std::size_t>(rank)].second == labels[static_cast<std::size_t>(p)];
      }
      top_k metric{.k = k};
      metric.update(logits.view(), labels);
      REQUIRE(metric.correct == expected);
      REQUIRE(metric.seen == places);
      if (k == 1) {
        accuracy same;
        same.update(logits.view(), labels);
        REQUIRE(same.value() == metric.value());
      }
    }
  }
}

TEST_CASE("a metric goes on from batch to batch, and begins anew") {
  const BlockedMap<double> logits({1, 2, 3, 9, 8, 7}, 2, 3, 1, 1);
  accuracy metric;
  REQUIRE(metric.value() == 0);
  metric.update(logits.view(), Labels{2, 0});
  REQUIRE(metric.value() == 1);
  metric.update(logits.view(), Labels{0, 1});
  REQUIRE(metric.value() == 0.5);
  metric.reset();
  REQUIRE(metric.value() == 0);
  REQUIRE(metric.seen == 0);
  REQUIRE(metric.name() == "accuracy");
  REQUIRE(top_k{.k = 5}.name() == "top-5 accuracy");
}

TEST_CASE("of equal logits the first counts as larger, and what is not a number is never right") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto correct = [](std::vector<double> x, std::int32_t label, Index k) {
    top_k metric{.k = k};
    metric.update(BlockedMap<double>(x, 1, 3, 1, 1).view(), Labels{label});
    return metric.correct == 1;
  };
  REQUIRE(correct({4, 4, 1}, 0, 1));
  REQUIRE(!correct({4, 4, 1}, 1, 1));
  REQUIRE(correct({4, 4, 1}, 1, 2));
  REQUIRE(!correct({nan, nan, nan}, 0, 3));
  REQUIRE(!correct({nan, 4, 1}, 1, 1));
  REQUIRE(correct({nan, 4, 1}, 1, 2));
}

TEST_CASE("a single logit is right where its sign is the label's") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const BlockedMap<float> logits({-1, 0.5, 0, 2, nan, nan}, 6, 1, 1, 1);
  accuracy first, second;
  first.update(logits.view(), Labels{0, 1, 0, 1, 0, 1});
  REQUIRE(first.correct == 4);
  second.update(logits.view(), Labels{1, 0, 1, 0, 1, 0});
  REQUIRE(second.correct == 0);
  top_k both{.k = 2};
  both.update(logits.view(), Labels{1, 0, 1, 0, 0, 1});
  REQUIRE(both.correct == 5);
  REQUIRE_THROWS_WITH(first.update(logits.view(), Labels{0, 1, 0, 2, 0, 1}),
                      containing("label 2 of sample 3 is outside [0, 2)"));
}

TEST_CASE("ignored labels are not counted") {
  const BlockedMap<float> logits({1, 0, 0, 1, 0, 1, 1, 0}, 1, 2, 2, 2);  // largest: 0, 1, 1, 0 by pixel
  accuracy metric{.ignored_label = 255};
  metric.update(logits.view(), Labels{0, 255, 1, 1});
  REQUIRE(metric.seen == 3);
  REQUIRE(metric.correct == 2);
}

TEST_CASE("metrics say what is wrong with labels") {
  const BlockedMap<float> logits({1, 2, 3}, 1, 3, 1, 1);
  top_k metric{};
  REQUIRE_THROWS_WITH(metric.update(logits.view(), Labels{3}),
                      containing("label 3 of sample 0 is outside [0, 3)"));
  REQUIRE_THROWS_AS(metric.update(logits.view(), Labels{0, 1}), shape_error);
  REQUIRE(metric.seen == 0);
}

TEST_CASE("a running mean weighs what it is given") {
  RunningMean mean;
  REQUIRE(mean.value() == 0);
  mean.add(2, 3);
  mean.add(6);
  REQUIRE(mean.value() == 3);
  mean.reset();
  mean.add(5);
  REQUIRE(mean.value() == 5);
}

}  // namespace lamina::test
