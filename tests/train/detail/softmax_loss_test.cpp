#include "lamina/train/detail/softmax_loss.hpp"

#include "support/catch.hpp"
#include "train/blocked_map.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("one pixel's loss and gradient are those of softmax", "", float, double) {
  using T = TestType;
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-12;
  for (const Index classes : {1, 3, 7, 8, 10, 17}) {
    const auto x = wave(classes, 4, 1.9, 0.2);
    const BlockedMap<T> logits(x, 1, classes, 1, 1);
    BlockedMap<T> gradient(1, classes, 1, 1, T{7}), distribution(1, classes, 1, 1, T{0});
    double normalizer = 0, mass = 0;
    for (const double value : x) normalizer += std::exp(value);
    std::vector<double> q;
    for (Index c = 0; c < classes; ++c) {
      distribution.view()(0, c) = static_cast<T>(0.25 * static_cast<double>(c));
      q.push_back(0.25 * static_cast<double>(c));
      mass += q.back();
    }
    const Index label = classes / 2, block = channel_block<T>;
    const Index blocks = logits.view().blocks();
    const double hot = 0.5, scale = 0.125;
    const detail::SoftmaxPixel<T> pixel{logits.view().data,
                                        gradient.view().data,
                                        blocks,
                                        block,
                                        block,
                                        detail::padding_logits<T>(classes - (blocks - 1) * block)};
    const double loss = pixel.loss(distribution.view().data, mass, label, hot, scale);
    q[static_cast<std::size_t>(label)] += hot;
    double expected = 0;
    std::vector<double> slopes;
    for (std::size_t c = 0; c < q.size(); ++c) {
      expected -= q[c] * (x[c] - std::log(normalizer));
      slopes.push_back(scale * ((mass + hot) * std::exp(x[c]) / normalizer - q[c]));
    }
    require_close(loss, expected, tolerance);
    require_close(gradient.plain(), slopes, tolerance);
    REQUIRE(gradient.padding_is_zero());
    REQUIRE(pixel.ignore() == 0);
    REQUIRE(gradient.plain() == std::vector<double>(static_cast<std::size_t>(classes)));
  }
}

TEST_CASE("the sum over pixels visits each place once, in samples' order") {
  const BlockedMap<float> logits(std::vector<double>(2 * 3 * 700), 2, 3, 7, 100);
  BlockedMap<float> gradient(2, 3, 7, 100, 0);
  const double sum = detail::sum_over_pixels<float>(
      logits.view(), gradient.view(), [&](const detail::SoftmaxPixel<float>& pixel, Index place, int) {
        const Index n = place / 700, offset = place % 700 * channel_block<float>;
        const bool right = pixel.logits == logits.view().at_block(n, 0) + offset &&
                           pixel.gradient == gradient.view().at_block(n, 0) + offset;
        return right ? static_cast<double>(place) : 1e9;
      });
  REQUIRE(sum == 1400.0 * 1399 / 2);
}

}  // namespace lamina::test
