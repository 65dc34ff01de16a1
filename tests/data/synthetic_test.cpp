#include "lamina/data/synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;

namespace {

/// FNV-1a over the pixels.
std::uint64_t fingerprint(const Dataset<>& set) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::uint8_t byte : set.images.span()) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

/// Part of `testing` that softmax regression on the pixels gets right after `epochs` passes of plain
/// stochastic gradient descent over `training`.
double accuracy_of_linear_regression(const Dataset<>& training, const Dataset<>& testing, int epochs) {
  const Index pixels = training.shape().elements();
  std::vector<float> weights(static_cast<std::size_t>(10 * (pixels + 1)));
  const auto scores = [&](const std::uint8_t* image, float* score) {
    for (Index k = 0; k < 10; ++k) {
      const float* w = weights.data() + k * (pixels + 1);
      float sum = w[pixels];
      for (Index i = 0; i < pixels; ++i) sum += w[i] * static_cast<float>(image[i]);
      score[k] = sum;
    }
  };
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const float rate = 0.02f / 255 / 255 * static_cast<float>(epochs - epoch) / static_cast<float>(epochs);
    for (const Index sample :
         permutation(training.size(), Random(seed{3}, static_cast<std::uint64_t>(epoch)))) {
      const std::uint8_t* image = training.image(sample);
      float score[10], sum = 0;
      scores(image, score);
      const float greatest = *std::max_element(score, score + 10);
      for (float& s : score) sum += s = std::exp(s - greatest);
      for (Index k = 0; k < 10; ++k) {
        const float error =
            score[k] / sum - (k == training.labels[static_cast<std::size_t>(sample)] ? 1.0f : 0.0f);
        float* w = weights.data() + k * (pixels + 1);
        for (Index i = 0; i < pixels; ++i) w[i] -= rate * error * static_cast<float>(image[i]);
        w[pixels] -= rate * error * 255;
      }
    }
  }
  Index right = 0;
  for (Index sample = 0; sample < testing.size(); ++sample) {
    float score[10];
    scores(testing.image(sample), score);
    right += std::max_element(score, score + 10) - score == testing.labels[static_cast<std::size_t>(sample)];
  }
  return static_cast<double>(right) / static_cast<double>(testing.size());
}

}  // namespace

TEST_CASE("classes are balanced and labels in range") {
  const auto [training, testing] = data::synthetic_digits({.training = 200, .testing = 50});
  for (const auto& [set, expected] : {std::pair{&training, 20}, {&testing, 5}}) {
    REQUIRE_NOTHROW(set->check());
    REQUIRE(set->shape() == shape<1, 28, 28>);
    for (std::int32_t digit = 0; digit < 10; ++digit)
      REQUIRE(std::count(set->labels.begin(), set->labels.end(), digit) == expected);
  }
}

TEST_CASE("an image depends on seed and index alone") {
  const Dataset<> all = data::draw_digits(0, 60);
  const Dataset<> part = data::draw_digits(37, 20);
  REQUIRE(part.images == all.subset(37, 20).images);
  REQUIRE(part.labels == all.subset(37, 20).labels);
  const int before = threads();
  set_threads(1);
  REQUIRE(data::draw_digits(0, 60).images == all.images);
  set_threads(3);
  REQUIRE(data::draw_digits(0, 60).images == all.images);
  set_threads(before);
  REQUIRE(!(data::draw_digits(0, 60, {.seed{2}}).images == all.images));
  REQUIRE(!(data::draw_digits(60, 60).images == all.images));
}

TEST_CASE("every compiler draws the same bytes") {
  CHECK(fingerprint(data::draw_digits(0, 100)) == 0xf9e16d07034b1608);
  CHECK(fingerprint(data::draw_digits(0, 100, {.size = 32, .channels = 3})) == 0x398dde5c51fd1a1e);
}

TEST_CASE("digits are light on dark, and fill their picture") {
  const Dataset<> set = data::draw_digits(0, 500);
  std::vector<double> mean(28 * 28);
  for (Index i = 0; i < set.images.size(); ++i)
    mean[static_cast<std::size_t>(i % (28 * 28))] += set.images.data()[i] / 255.0 / 500;
  CHECK(mean[14 * 28 + 14] > 0.3);
  CHECK(mean[0] < 0.15);
  CHECK(*std::max_element(mean.begin(), mean.end()) < 0.7);  // shifted about: no pixel is always ink
}

TEST_CASE("in colour, strokes stand out from their ground either way round") {
  const Dataset<> set = data::draw_digits(0, 200, {.size = 32, .channels = 3});
  REQUIRE(set.shape() == shape<3, 32, 32>);
  int dark = 0;
  for (Index i = 0; i < set.size(); ++i) {
    // The ground is by far the most of a picture: its median.
    std::vector<std::uint8_t> green(set.image(i) + 1024, set.image(i) + 2048);
    std::nth_element(green.begin(), green.begin() + 512, green.end());
    dark += green[512] < 128;
  }
  CHECK(dark > 60);
  CHECK(dark < 140);
}

TEST_CASE("the task is not linear") {
  const auto [training, testing] = data::synthetic_digits({.training = 3000, .testing = 1000});
  const double accuracy = accuracy_of_linear_regression(training, testing, 12);
  CAPTURE(accuracy);
  CHECK(accuracy > 0.7);  // the regression does learn
  CHECK(accuracy < 0.9);
}

TEST_CASE("options outside their ranges are refused") {
  REQUIRE_THROWS_AS(data::draw_digits(0, 1, {.size = 15}), error);
  REQUIRE_THROWS_AS(data::draw_digits(0, 1, {.channels = 2}), error);
  REQUIRE_THROWS_AS(data::draw_digits(-1, 1), error);
  REQUIRE_THROWS_AS(data::synthetic_digits({.training = -1}), error);
  REQUIRE(data::draw_digits(0, 0).size() == 0);
}
