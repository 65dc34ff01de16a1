#include "lamina/train/detail/mean_over_elements.hpp"

#include "support/catch.hpp"
#include "train/blocked_map.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {
namespace {

/// Its value and slope are not 0 where prediction and target are: padding lanes would show.
struct ShiftedProduct {
  template <class V> V value(V x, V t) const { return (x + V(1)) * (t + V(2)); }
  template <class V> V slope(V, V t) const { return t + V(2); }
};

/// The mean of the predictions.
struct First {
  template <class V> V value(V x, V) const { return x; }
  template <class V> V slope(V x, V) const { return x; }
};

}  // namespace

TEST_CASE("the mean counts each element once and no padding lane") {
  for (const Index c : {1, 3, 7, 8, 9, 17}) {
    const Index n = 3, h = 5, w = 41, count = n * c * h * w;
    const auto x = wave(count, 2, 0.7, 0), t = wave(count, 2, 1.1, 1);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] + 1) * (t[i] + 2);
    const BlockedMap<double> prediction(x, n, c, h, w, 1e9, 1);
    BlockedMap<double> gradient(n, c, h, w, 7, 2);
    const FeatureMapView<const double, 1> target(t.data(), n, c, h, w);
    const double mean = detail::mean_over_elements<double>("it", prediction.view(), target, gradient.view(),
                                                           ShiftedProduct{});
    require_close(mean, sum / static_cast<double>(count), 1e-12);
    std::vector<double> slopes;
    for (const double value : t) slopes.push_back((value + 2) / static_cast<double>(count));
    require_close(gradient.plain(), slopes, 1e-15);
    REQUIRE(gradient.padding_is_zero());
    REQUIRE(detail::mean_over_elements<double>("it", prediction.view(), target, {}, ShiftedProduct{}) ==
            mean);
  }
}

TEST_CASE("a mean of many floats is accurate to their last digits") {
  const Index h = 1000, w = 1000;
  const BlockedMap<float> prediction(std::vector<double>(1000000, 0.1), 1, 1, h, w);
  const std::vector<float> t(1000000);
  const FeatureMapView<const float, 1> target(t.data(), 1, 1, h, w);
  require_close(
      detail::mean_over_elements<float>("it", prediction.view(), target, {}, First{}) / double{0.1f}, 1,
      2e-6);
}

}  // namespace lamina::test
