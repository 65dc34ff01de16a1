#include "lamina/train/losses/cross_entropy.hpp"

#include <numeric>

#include "support/catch.hpp"
#include "train/blocked_map.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {

namespace {

struct Case {
  Index n, c, h, w;

  Index places() const { return n * h * w; }
  Index count() const { return places() * c; }
  std::string label() const {
    const std::string vector = std::to_string(n) + "x" + std::to_string(c);
    return h * w == 1 ? vector : vector + "x" + std::to_string(h) + "x" + std::to_string(w);
  }
  std::vector<double> logits(double scale = 3) const { return wave(count(), scale, 1.3, 0.5); }
  std::vector<std::int32_t> labels() const {
    std::vector<std::int32_t> all;
    for (Index i = 0; i < places(); ++i) all.push_back(static_cast<std::int32_t>((7 * i + 3) % c));
    return all;
  }
  std::vector<double> weights() const {
    std::vector<double> all;
    for (Index k = 0; k < c; ++k) all.push_back(0.5 + 0.25 * static_cast<double>(k % 5));
    return all;
  }
  /// Distributions over the channels, NCHW.
  std::vector<double> soft() const {
    auto all = wave(count(), 1, 0.9, 0.1);
    for (double& x : all) x *= x;
    for (Index p = 0; p < places(); ++p) {
      const Index first = p / (h * w) * c * h * w + p % (h * w);
      double sum = 0;
      for (Index k = 0; k < c; ++k) sum += all[static_cast<std::size_t>(first + k * h * w)];
      for (Index k = 0; k < c; ++k) all[static_cast<std::size_t>(first + k * h * w)] /= sum;
    }
    return all;
  }
};

/// The definition, in double: -Σ q log softmax(x) over all pixels, divided by `divisor`.
double reference(const Case& a, const std::vector<double>& x, const std::vector<double>& q, double divisor) {
  double sum = 0;
  for (Index p = 0; p < a.places(); ++p) {
    const auto at = [&](Index k) {
      return static_cast<std::size_t>((p / (a.h * a.w) * a.c + k) * a.h * a.w + p % (a.h * a.w));
    };
    double normalizer = 0;
    for (Index k = 0; k < a.c; ++k) normalizer += std::exp(x[at(k)]);
    for (Index k = 0; k < a.c; ++k) sum -= q[at(k)] * (x[at(k)] - std::log(normalizer));
  }
  return sum / divisor;
}

template <class T> std::vector<T> converted(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

const std::vector<Case> cases = {{5, 1, 1, 1},  {4, 3, 1, 1},  {3, 7, 1, 1}, {3, 8, 1, 1},
                                 {2, 10, 1, 1}, {2, 17, 1, 1}, {2, 3, 4, 5}, {2, 10, 3, 1}};

}  // namespace

TEMPLATE_TEST_CASE("cross entropy equals PyTorch's", "", float, double) {
  using T = TestType;
  const double tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-10;
  const auto table = golden_table("train_losses.txt");
  for (const Case& a :
       {Case{5, 1, 1, 1}, Case{5, 3, 1, 1}, Case{5, 10, 1, 1}, Case{5, 17, 1, 1}, Case{2, 10, 2, 3}}) {
    const BlockedMap<T> logits(a.logits(), a.n, a.c, a.h, a.w);
    const auto labels = a.labels();
    const auto soft = converted<T>(a.soft());
    const auto compare = [&](const std::string& name, const cross_entropy& loss, auto targets) {
      CAPTURE(name, a.label());
      const auto& golden = table.at(name + " " + a.label());
      BlockedMap<T> gradient(a.n, a.c, a.h, a.w, T{7});
      std::vector<double> found = {loss(logits.view(), targets, gradient.view())};
      for (const double g : gradient.plain()) found.push_back(g);
      require_close(found, golden, tolerance);
      REQUIRE(gradient.padding_is_zero());
      REQUIRE(loss(logits.view(), targets) == found[0]);
    };
    const std::span<const std::int32_t> hard(labels);
    const std::span<const T> distribution(soft);
    compare("cross_entropy", {}, hard);
    compare("cross_entropy smoothed", {.label_smoothing = 0.1}, hard);
    compare("cross_entropy weighted", {.class_weights = a.weights()}, hard);
    compare("cross_entropy smoothed weighted", {.label_smoothing = 0.1, .class_weights = a.weights()}, hard);
    compare("cross_entropy ignored",
            {.label_smoothing = 0.1, .class_weights = a.weights(), .ignored_label = 0}, hard);
    compare("cross_entropy soft", {}, distribution);
    compare("cross_entropy soft smoothed weighted", {.label_smoothing = 0.2, .class_weights = a.weights()},
            distribution);
  }
}

TEST_CASE("cross entropy is its definition for every number of classes, and its gradient the derivative") {
  for (const Case& a : cases) {
    for (const double smoothing : {0.0, 0.3}) {
      for (const auto& weights : {std::vector<double>{}, a.weights()}) {
        CAPTURE(a.label(), smoothing, weights.size());
        const cross_entropy loss{.label_smoothing = smoothing, .class_weights = weights};
        const auto labels = a.labels();
        const auto weight = [&](Index k) {
          return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(k)];
        };

        std::vector<double> q(static_cast<std::size_t>(a.count()));
        double divisor = 0;
        for (Index p = 0; p < a.places(); ++p) {
          const auto label = labels[static_cast<std::size_t>(p)];
          divisor += weight(label);
          for (Index k = 0; k < a.c; ++k)
            q[static_cast<std::size_t>((p / (a.h * a.w) * a.c + k) * a.h * a.w + p % (a.h * a.w))] =
                weight(k) * ((k == label ? 1 - smoothing : 0) + smoothing / static_cast<double>(a.c));
        }
        const BlockedMap<double> logits(a.logits(), a.n, a.c, a.h, a.w, -1e4, 3);
        BlockedMap<double> gradient(a.n, a.c, a.h, a.w, 7, 2);
        require_close(loss(logits.view(), labels, gradient.view()), reference(a, a.logits(), q, divisor),
                      1e-12);
        REQUIRE(gradient.padding_is_zero());
        require_gradient(a.logits(), gradient.plain(), [&](const std::vector<double>& x) {
          return loss(BlockedMap<double>(x, a.n, a.c, a.h, a.w).view(), labels);
        });
      }
    }
  }
}

TEST_CASE("cross entropy of soft targets is its definition, and its gradient the derivative") {
  for (const Case& a : cases) {
    CAPTURE(a.label());
    const auto soft = a.soft();
    const FeatureMapView<const double, 1> targets(soft.data(), a.n, a.c, a.h, a.w);
    const cross_entropy plain{}, full{.label_smoothing = 0.2, .class_weights = a.weights()};
    const BlockedMap<double> logits(a.logits(), a.n, a.c, a.h, a.w);
    require_close(plain(logits.view(), targets),
                  reference(a, a.logits(), soft, static_cast<double>(a.places())), 1e-12);
    BlockedMap<double> gradient(a.n, a.c, a.h, a.w, 7);
    const double loss = full(logits.view(), targets, gradient.view());
    REQUIRE(full(logits.view(), std::span<const double>(soft)) == loss);
    REQUIRE(gradient.padding_is_zero());
    require_gradient(a.logits(), gradient.plain(), [&](const std::vector<double>& x) {
      return full(BlockedMap<double>(x, a.n, a.c, a.h, a.w).view(), targets);
    });
  }
}

TEMPLATE_TEST_CASE("cross entropy stays finite for logits of ±10,000", "", float, double) {
  using T = TestType;
  const BlockedMap<T> logits({1e4, -1e4, 0, -1e4, 1e4, 1e4}, 2, 3, 1, 1, T{-1e4});
  BlockedMap<T> gradient(2, 3, 1, 1, T{7});
  const std::vector<std::int32_t> wrong = {1, 0}, right = {0, 1};
  require_close(cross_entropy{}(logits.view(), wrong, gradient.view()), (2e4 + 2e4 + std::log(2.0)) / 2,
                1e-6);
  require_close(gradient.plain(), {0.5, -0.5, 0, -0.5, 0.25, 0.25}, 1e-6);
  require_close(cross_entropy{}(logits.view(), right, gradient.view()), std::log(2.0) / 2, 1e-6);
  require_close(gradient.plain(), {0, 0, 0, 0, -0.25, 0.25}, 1e-6);
  require_close(cross_entropy{.label_smoothing = 0.3}(logits.view(), right, gradient.view()),
                (0.1 * (2e4 + 1e4) + 0.1 * 2e4 + std::log(2.0)) / 2, 1e-6);
}

TEMPLATE_TEST_CASE("classes whose logits are -inf are left out of the choice", "", float, double) {
  using T = TestType;
  const double inf = std::numeric_limits<double>::infinity(), tolerance = 1e-6;
  const double first = std::exp(1) / (std::exp(1) + std::exp(2));
  const std::vector<std::int32_t> label = {0};
  BlockedMap<T> gradient(1, 3, 1, 1, T{7});
  const BlockedMap<T> masked({1, 2, -inf}, 1, 3, 1, 1);
  require_close(cross_entropy{}(masked.view(), label, gradient.view()), 1.3132616875182228, tolerance);
  require_close(gradient.plain(), {first - 1, 1 - first, 0}, tolerance);
  REQUIRE(gradient.padding_is_zero());

  const BlockedMap<T> masked_first({-inf, 1, 2}, 1, 3, 1, 1);
  const std::vector<T> soft = {0, 1, 0};
  require_close(cross_entropy{}(masked_first.view(), std::span<const T>(soft), gradient.view()),
                1.3132616875182228, tolerance);
  require_close(gradient.plain(), {0, first - 1, 1 - first}, tolerance);
  // A class that is masked and expected costs without end.
  REQUIRE(cross_entropy{}(masked_first.view(), label) == inf);
  REQUIRE(cross_entropy{.label_smoothing = 0.1}(masked.view(), label) == inf);
}

TEMPLATE_TEST_CASE("cross entropy of logits as far apart as numbers are", "", float, double) {
  using T = TestType;
  const auto most = static_cast<double>(std::numeric_limits<T>::max());
  const BlockedMap<T> logits({most, -most, 0}, 1, 3, 1, 1), low({-most, -most, -most}, 1, 3, 1, 1);
  BlockedMap<T> gradient(1, 3, 1, 1, T{7});
  REQUIRE(cross_entropy{}(logits.view(), std::vector<std::int32_t>{0}, gradient.view()) == 0);
  REQUIRE(gradient.plain() == std::vector<double>{0, 0, 0});
  REQUIRE(cross_entropy{}(logits.view(), std::vector<std::int32_t>{2}, gradient.view()) == most);
  REQUIRE(gradient.plain() == std::vector<double>{1, 0, -1});
  require_close(cross_entropy{}(low.view(), std::vector<std::int32_t>{1}), std::log(3), 1e-6);
}

TEST_CASE("cross entropy of nothing is zero") {
  const BlockedMap<float> logits({1, 2, 3}, 1, 3, 1, 1);
  BlockedMap<float> gradient(1, 3, 1, 1, 7);
  const std::vector<std::int32_t> label = {2};
  REQUIRE(cross_entropy{.ignored_label = 2}(logits.view(), label, gradient.view()) == 0);
  REQUIRE(gradient.plain() == std::vector<double>{0, 0, 0});
  REQUIRE(cross_entropy{.class_weights = {1, 1, 0}}(logits.view(), label, gradient.view()) == 0);
  REQUIRE(gradient.plain() == std::vector<double>{0, 0, 0});
  REQUIRE(cross_entropy{}(FeatureMapView<float>(nullptr, 0, 3, 1, 1), std::span<const std::int32_t>{}) == 0);
}

TEST_CASE("a loss that is not a number is told, not hidden") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const BlockedMap<float> logits({1, nan, 3}, 1, 3, 1, 1);
  const std::vector<std::int32_t> label = {2};
  REQUIRE(std::isnan(cross_entropy{}(logits.view(), label)));
}

TEST_CASE("the gradient of cross entropy may replace the logits") {
  const Case a{3, 10, 2, 2};
  BlockedMap<float> logits(a.logits(), a.n, a.c, a.h, a.w), gradient(a.n, a.c, a.h, a.w, 7);
  const auto labels = a.labels();
  const cross_entropy loss{.label_smoothing = 0.1};
  const double expected = loss(logits.view(), labels, gradient.view());
  REQUIRE(loss(logits.view(), labels, logits.view()) == expected);
  REQUIRE(logits.memory() == gradient.memory());
}

TEST_CASE("cross entropy has the same bits on any number of threads") {
  const Case a{3, 5, 61, 67};
  const BlockedMap<float> logits(a.logits(), a.n, a.c, a.h, a.w);
  const auto labels = a.labels();
  const auto soft = converted<float>(a.soft());
  const int before = threads();
  std::vector<std::vector<float>> gradients;
  std::vector<double> losses;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    BlockedMap<float> hard(a.n, a.c, a.h, a.w, 7), mixed(a.n, a.c, a.h, a.w, 7);
    losses.push_back(cross_entropy{.label_smoothing = 0.1}(logits.view(), labels, hard.view()));
    losses.push_back(cross_entropy{}(logits.view(), std::span<const float>(soft), mixed.view()));
    gradients.push_back(hard.memory());
    gradients.push_back(mixed.memory());
  }
  set_threads(before);
  for (std::size_t i = 2; i < losses.size(); ++i) {
    REQUIRE(losses[i] == losses[i - 2]);
    REQUIRE(gradients[i] == gradients[i - 2]);
  }
}

TEST_CASE("cross entropy says what is wrong with its arguments") {
  const BlockedMap<float> vectors({1, 2, 3, 4, 5, 6}, 2, 3, 1, 1);
  const BlockedMap<float> maps(std::vector<double>(24), 2, 3, 2, 2);
  BlockedMap<float> gradient(2, 3, 1, 1, 7);
  using Labels = std::vector<std::int32_t>;
  REQUIRE_THROWS_AS(cross_entropy{}(vectors.view(), Labels{0, 3}), error);
  REQUIRE_THROWS_WITH(cross_entropy{}(vectors.view(), Labels{0, 3}, gradient.view()),
                      containing("cross_entropy: label 3 of sample 1 is outside [0, 3)"));
  REQUIRE(gradient.plain() == std::vector<double>(6, 7));  // untouched
  REQUIRE_THROWS_WITH(cross_entropy{}(vectors.view(), Labels{-1, 0}), containing("label -1 of sample 0 "));
  REQUIRE_THROWS_WITH(cross_entropy{}(maps.view(), Labels{0, 0, 0, 0, 0, 0, 9, 0}),
                      containing("label 9 of sample 1, row 1, column 0 is outside [0, 3)"));
  REQUIRE_THROWS_WITH(cross_entropy{}(vectors.view(), Labels{0}), containing("1 labels for logits of 2 x 3"));
  REQUIRE_THROWS_WITH(cross_entropy{}(maps.view(), Labels{0, 1}),
                      containing("one for each pixel of each sample"));
  const cross_entropy two_weights{.class_weights = {1, 2}};
  REQUIRE_THROWS_WITH(two_weights(vectors.view(), Labels{0, 1}), containing("2 class weights for 3 classes"));
  const cross_entropy negative_weight{.class_weights = {1, -1, 1}};
  REQUIRE_THROWS_WITH(negative_weight(vectors.view(), Labels{0, 1}), containing("must not be negative"));
  REQUIRE_THROWS_WITH(cross_entropy{.label_smoothing = 1.5}(vectors.view(), Labels{0, 1}),
                      containing("label_smoothing must lie in [0, 1]"));
  REQUIRE_THROWS_WITH(cross_entropy{}(maps.view(), Labels(8), gradient.view()),
                      containing("logits is 2 x 3x2x2, the gradient 2 x 3"));
  REQUIRE_THROWS_AS(cross_entropy{}(vectors.view(), std::span<const float>{}), shape_error);
}

}  // namespace lamina::test
