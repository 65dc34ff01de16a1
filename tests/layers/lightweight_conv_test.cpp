#include "lamina/layers/lightweight_conv.hpp"

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("lightweight convolution: gradients", "[layers]") {
  check_gradients<lightweight_conv<3, 2>, input<6, 5>>();
  check_gradients<lightweight_conv<4, 3, causal, drop_connect<0.3>>, input<9, 3>>();
  check_gradients<lightweight_conv<3, 2>, input<10, 2, 4>>();  // the rows of a map
}

/// The definition, loop by loop, at inference.
template <auto Layer, auto In> void require_as_defined(Index taps, Index head_count, Index before) {
  constexpr Index C = In.shape.channels, T = In.shape.width;
  Model<Layer, In, double> model{seed{4}};
  const auto weight = model.parameter("weight");
  RandomImages<double> images(In.shape, 2);
  std::vector<double> expected;
  for (Index n = 0; n < 2; ++n)
    for (Index c = 0; c < C; ++c)
      for (Index t = 0; t < T; ++t) {
        double total = 0, sum = 0;
        for (Index j = 0; j < taps; ++j) {
          const double e = std::exp(weight[c / (C / head_count) * taps + j]);
          total += e;
          const Index at = t + j - before;
          if (at >= 0 && at < T) sum += e * images.storage[(n * C + c) * T + at];
        }
        expected.push_back(sum / total);
      }
  require_close(elements(model.predict(images.view)), expected, 1e-12);
  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  require_close(elements(frozen(images.view, workspace)), expected, 1e-12);
}

TEST_CASE("lightweight convolution: heads, normalised taps, padding", "[layers]") {
  require_as_defined<lightweight_conv<3, 2>, input<6, 7>>(3, 2, 1);
  require_as_defined<lightweight_conv<4, 5>, input<10, 6>>(4, 5, 1);
  require_as_defined<lightweight_conv<3, 1, causal>, input<9, 7>>(3, 1, 2);
  require_as_defined<lightweight_conv<7, 2, causal, drop_connect<0.5>>, input<8, 3>>(7, 2,
                                                                                     6);  // longer than T
}

TEST_CASE("lightweight convolution: DropConnect leaves taps out of a training pass, and only of that",
          "[layers]") {
  constexpr Index taps = 64;
  Model<lightweight_conv<taps, 1, causal, drop_connect<0.25>, init<initializers::zeros>>, input<2, taps>,
        double>
      model{seed{4}};
  // Of a one at the first position, the outputs are the taps, the last one first; of all channels alike.
  std::vector<double> x(2 * taps, 0.0);
  x[0] = x[taps] = 1;
  const FeatureMapView<const double, 1> image(x.data(), 1, 2, 1, taps);
  const auto y = elements(model.forward(image));
  Index dropped = 0;
  for (std::size_t t = 0; t < taps; ++t) {
    REQUIRE(y[t] == y[taps + t]);
    if (y[t] == 0)
      ++dropped;
    else
      REQUIRE(std::abs(y[t] - 1.0 / taps / 0.75) < 1e-12);
  }
  REQUIRE(dropped > 4);
  REQUIRE(dropped < 32);
  REQUIRE(elements(model.forward(image)) != y);  // drawn anew
  for (const double value : elements(model.predict(image))) REQUIRE(std::abs(value - 1.0 / taps) < 1e-12);
}

TEST_CASE("lightweight convolution: parameters", "[layers]") {
  STATIC_REQUIRE(parameter_count(lightweight_conv<7, 16>, input<1024, 50>) == 112);
  STATIC_REQUIRE(output_shape(lightweight_conv<4, 16>, input<32, 50>) == shape<32, 50>);
}

}  // namespace
