#include "lamina/train/evaluate.hpp"

#include <cmath>
#include <sstream>

#include "support/catch.hpp"
#include "train/tiny_task.hpp"

namespace lamina::test {
namespace {

/// The share of logits of the right class that are positive.
struct positive_share {
  Index positive = 0, all = 0;
  std::string name() const { return "positive"; }
  double value() const { return static_cast<double>(positive) / static_cast<double>(all); }
  void reset() { positive = all = 0; }
  void update(FeatureMapView<const float> logits, std::span<const std::int32_t> labels) {
    for (Index n = 0; n < logits.batch; ++n) positive += logits(n, labels[static_cast<std::size_t>(n)]) > 0;
    all += logits.batch;
  }
};

/// Mean of minus the logit of the right class.
constexpr auto negative_logit = [](FeatureMapView<const float> logits, std::span<const std::int32_t> labels,
                                   FeatureMapView<float> gradient) {
  REQUIRE(gradient.empty());
  double sum = 0;
  for (Index n = 0; n < logits.batch; ++n)
    sum -= static_cast<double>(logits(n, labels[static_cast<std::size_t>(n)]));
  return sum / static_cast<double>(logits.batch);
};

/// What evaluate should find, image by image, of pixels that are (x / 255 - mean) / deviation.
struct Expected {
  double cross_entropy = 0, accuracy = 0, negative_logit = 0, positive_share = 0;
};
Expected image_by_image(TinyModel& model, const Dataset<>& set, double mean = 0, double deviation = 1) {
  Expected all;
  Storage<float> pixels(64);
  for (Index n = 0; n < set.size(); ++n) {
    for (Index i = 0; i < 64; ++i)
      pixels[i] = static_cast<float>((set.image(n)[i] / 255.0 - mean) / deviation);
    const auto logits = model.predict({pixels.data(), 1, 1, 8, 8});
    const Index label = set.labels[static_cast<std::size_t>(n)];
    double sum = 0;
    bool is_largest = true;
    for (Index c = 0; c < 3; ++c) {
      sum += std::exp(static_cast<double>(logits(0, c)));
      is_largest = is_largest && logits(0, c) <= logits(0, label);
    }
    const auto own = static_cast<double>(logits(0, label)), share = 1 / static_cast<double>(set.size());
    all.cross_entropy += share * (std::log(sum) - own);
    all.accuracy += share * is_largest;
    all.negative_logit -= share * own;
    all.positive_share += share * (own > 0);
  }
  return all;
}

}  // namespace

TEST_CASE("evaluate finds the loss and metric of a loop over all images") {
  const auto set = tiny_task(50, seed{4});
  TinyModel model{seed{2}};
  const Expected expected = image_by_image(model, set);
  const Index batch_size = GENERATE(1, 16, 50, 256);
  SECTION("cross entropy and accuracy") {
    const Evaluation found = evaluate(model, set, augment(), batch_size);
    require_close(found.loss, expected.cross_entropy, 1e-5);
    require_close(found.metric, expected.accuracy, 1e-12);
    REQUIRE(found.metric_name == "accuracy");
    REQUIRE(found.samples == 50);
  }
  SECTION("a loss and a metric of one's own") {
    const Evaluation found = evaluate(model, set, augment(), batch_size, negative_logit, positive_share{});
    require_close(found.loss, expected.negative_logit, 1e-5);
    require_close(found.metric, expected.positive_share, 1e-12);
    REQUIRE(found.metric_name == "positive");
  }
  SECTION("batches of a loader") {
    Loader<float, std::uint8_t> loader(set, {.batch_size = batch_size});
    require_close(evaluate(model, loader).loss, expected.cross_entropy, 1e-5);
  }
}

TEST_CASE("evaluate applies a pipeline's evaluation part, and no other") {
  const auto set = tiny_task(30);
  TinyModel model{seed{2}};
  const Expected expected = image_by_image(model, set, 0.5, 0.25);
  const auto found = evaluate(model, set, augment(random_flip{.horizontal = 1}, normalize{{0.5}, {0.25}}));
  require_close(found.loss, expected.cross_entropy, 1e-5);
  require_close(found.metric, expected.accuracy, 1e-12);
  REQUIRE(std::abs(found.loss - evaluate(model, set).loss) > 1e-3);
}

TEST_CASE("evaluate leaves the model's state alone") {
  const auto set = tiny_task(30);
  TinyModel model{seed{2}};
  const auto before = bits_of(model);
  evaluate(model, set);
  REQUIRE((bits_of(model) == before));
  REQUIRE(model.pass_count() == 0);
}

TEST_CASE("batches count as much as the weights of their labels") {
  const auto set = tiny_task(50, seed{4});
  TinyModel model{seed{2}};
  const cross_entropy weighted{.class_weights = {0.2, 1, 7}}, ignoring{.ignored_label = 1};
  for (const cross_entropy& loss : {weighted, ignoring})
    require_close(evaluate(model, set, augment(), 4, loss).loss,
                  evaluate(model, set, augment(), 50, loss).loss, 1e-6);
}

TEST_CASE("evaluate wants images") {
  const auto nothing = tiny_task(0);
  TinyModel model;
  REQUIRE_THROWS_WITH(evaluate(model, nothing), containing("no images"));
}

TEST_CASE("an evaluation is printed in a line") {
  std::ostringstream text;
  text << Evaluation{.loss = 0.04123, .metric = 0.98712, .metric_name = "accuracy", .samples = 10000};
  REQUIRE(text.str() == "accuracy 98.71 %, loss 0.0412, 10000 images");
  text.str({});
  text << Evaluation{.loss = 0.5, .metric = 12.5, .metric_name = "error in metres", .samples = 3};
  REQUIRE(text.str() == "error in metres 12.5, loss 0.5000, 3 images");
}

}  // namespace lamina::test
