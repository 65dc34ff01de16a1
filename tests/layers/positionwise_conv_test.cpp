#include "lamina/layers/positionwise_conv.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("positionwise convolution: gradients of values and taps", "[layers]") {
  check_gradients<positionwise_conv<3, 2>(id, conv<6, 1>), input<6, 5>>();
  check_gradients<positionwise_conv<4, 1, causal, drop_connect<0.3>>(conv<9, 1>, conv<4, 1>), input<3, 6>>();
  check_gradients<positionwise_conv<3, 2>(id, conv<6, 1>), input<8, 2, 4>>();
}

// Taps from a convolution without weights are its bias, at every position.
template <auto... Option> std::vector<double> with_taps(const std::vector<double>& logits, bool training) {
  static constexpr auto net = positionwise_conv<3, 1, Option...>(id, conv<3, 1, init<initializers::zeros>>);
  Model<net, input<1, 4>, double> model{seed{1}};
  for (Index i = 0; i < 3; ++i) model.parameter("1.bias")[i] = logits[static_cast<std::size_t>(i)];
  const double x[] = {1, 10, 100, 1000};
  const FeatureMapView<const double, 1> image(x, 1, 1, 1, 4);
  return elements(training ? model.forward(image) : model.predict(image));
}

TEST_CASE("positionwise convolution: taps are normalised, and padded on the sides they should be",
          "[layers]") {
  const std::vector<double> logits{std::log(1.0), std::log(2.0), std::log(5.0)};  // taps 1/8, 2/8, 5/8
  require_close(with_taps<>(logits, false), std::vector<double>{52 / 8.0, 521 / 8.0, 5210 / 8.0, 2100 / 8.0},
                1e-9);
  require_close(with_taps<causal>(logits, false),
                std::vector<double>{5 / 8.0, 52 / 8.0, 521 / 8.0, 5210 / 8.0}, 1e-9);
  // Nothing is drawn in inference; in training what is kept doubles, and outputs can no longer be those.
  require_close(with_taps<causal, drop_connect<0.5>>(logits, false), with_taps<causal>(logits, false), 1e-12);
  const auto drawn = with_taps<causal, drop_connect<0.5>>(logits, true);
  REQUIRE((drawn[0] == 0 || std::abs(drawn[0] - 10 / 8.0) < 1e-9));
  for (const double value : drawn) {
    const double eighths = value * 4;  // sums of 2 · 8/8 · (1, 2 or 5) · a power of ten / 8
    REQUIRE(std::abs(eighths - std::round(eighths)) < 1e-9);
  }
  REQUIRE(drawn != with_taps<causal>(logits, true));
}

}  // namespace
