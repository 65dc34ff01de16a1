#include "lamina/data/augmentations/mixing.hpp"

#include <cmath>
#include <vector>

#include "data/augmentations/workpieces.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::draws;

namespace {

/// n images of 1x4x6, each filled with its number + 1, and one-hot targets of three classes (i mod 3).
struct Mixable {
  std::vector<double> pixels, targets, spare = std::vector<double>(24);
  BatchInTheMaking<double> batch;
  explicit Mixable(Index n)
      : pixels(static_cast<std::size_t>(n * 24)),
        targets(static_cast<std::size_t>(n * 3)),
        batch{pixels.data(), targets.data(), spare.data(), n, shape<1, 4, 6>, 3} {
    for (Index i = 0; i < n; ++i) {
      std::fill_n(batch.image(i), 24, static_cast<double>(i + 1));
      batch.targets(i)[i % 3] = 1;
    }
  }
};

}  // namespace

TEST_CASE("gamma and beta variates have their mean and variance") {
  auto choices = draws(0);
  for (const double shape : {0.2, 1.0, 3.5}) {
    double sum = 0, squares = 0;
    constexpr int times = 40'000;
    for (int i = 0; i < times; ++i) {
      const double x = lamina::detail::gamma_variate(shape, choices);
      REQUIRE(x >= 0);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / times;
    CHECK(std::abs(mean - shape) < 0.03 * std::max(shape, 1.0));
    CHECK(std::abs(squares / times - mean * mean - shape) < 0.1 * std::max(shape, 1.0));
  }
  for (const double alpha : {1e-9, 0.2, 1.0, 5.0}) {
    double sum = 0, squares = 0;
    constexpr int times = 20'000;
    for (int i = 0; i < times; ++i) {
      const double x = lamina::detail::beta_variate(alpha, choices);
      REQUIRE((x >= 0 && x <= 1));
      sum += x;
      squares += (x - 0.5) * (x - 0.5);
    }
    CHECK(std::abs(sum / times - 0.5) < 0.02);
    CHECK(std::abs(squares / times - 0.25 / (2 * alpha + 1)) < 0.01);
  }
}

TEST_CASE("mixup blends each image and its targets with the next one's") {
  const Index n = GENERATE(1, 2, 5);
  Mixable mixed(n);
  auto choices = draws(4), again = draws(4);
  mixup{.alpha = 0.7}(mixed.batch, choices);
  again.chance(1);
  const double keep = lamina::detail::beta_variate(0.7, again);
  REQUIRE((keep > 0.01 && keep < 0.99));
  for (Index i = 0; i < n; ++i) {
    const Index next = (i + 1) % n;
    const double expected = keep * static_cast<double>(i + 1) + (1 - keep) * static_cast<double>(next + 1);
    for (int k = 0; k < 24; ++k) require_close(mixed.batch.image(i)[k], expected, 1e-12);
    for (int k = 0; k < 3; ++k)
      require_close(mixed.batch.targets(i)[k], keep * (i % 3 == k) + (1 - keep) * (next % 3 == k), 1e-12);
  }
}

TEST_CASE("cutmix pastes one rectangle, and targets follow its area") {
  int pasted_some = 0;
  for (std::uint64_t stream = 0; stream < 100; ++stream) {
    const Index n = 3;
    Mixable mixed(n);
    auto choices = draws(stream);
    cutmix{}(mixed.batch, choices);
    int first_area = -1;
    for (Index i = 0; i < n; ++i) {
      const double partner = static_cast<double>((i + 1) % n + 1);
      int area = 0, top = 9, bottom = -1, left = 9, right = -1;
      for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 6; ++x) {
          const double value = mixed.batch.image(i)[y * 6 + x];
          if (value == static_cast<double>(i + 1)) continue;
          REQUIRE(value == partner);
          ++area;
          top = std::min(top, y);
          bottom = std::max(bottom, y);
          left = std::min(left, x);
          right = std::max(right, x);
        }
      if (area > 0) REQUIRE(area == (bottom - top + 1) * (right - left + 1));
      if (first_area < 0) first_area = area;
      REQUIRE(area == first_area);
      require_close(mixed.batch.targets(i)[(i + 1) % 3], area / 24.0, 1e-12);
      require_close(mixed.batch.targets(i)[i % 3], 1 - area / 24.0, 1e-12);
    }
    pasted_some += first_area > 0 && first_area < 24;
  }
  CHECK(pasted_some > 50);
}

TEST_CASE("a batch is mixed as often as the probability says") {
  int mixups = 0, cutmixes = 0;
  for (std::uint64_t stream = 0; stream < 400; ++stream) {
    Mixable one(2), two(2);
    auto first = draws(stream), second = draws(stream + 1000);
    mixup{.alpha = 1, .probability = 0.25}(one.batch, first);
    cutmix{.alpha = 1, .probability = 0}(two.batch, second);
    mixups += one.batch.image(0)[0] != 1;
    for (int k = 0; k < 24; ++k) cutmixes += two.batch.image(0)[k] != 1;
  }
  CHECK(std::abs(mixups - 100) < 40);
  CHECK(cutmixes == 0);
}
