#include "lamina/kernels/zero_pad.hpp"

#include "lamina/core/storage.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("zero_pad: forward, backward, and backward that adds", "[kernels]") {
  constexpr Index B = channel_block<double>, channels = B + 1, height = 2, width = 3;
  Storage<double> x(2 * 2 * B * height * width), y(2 * 2 * B * 5 * 5), dx(x.size());
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i + 1), dx[i] = 0.5;
  for (Index i = 0; i < y.size(); ++i) y[i] = 9;
  const FeatureMapView<const double> in(x.data(), 2, channels, height, width);
  const FeatureMapView<double> out(y.data(), 2, channels, 5, 5);
  kernels::zero_pad_forward(in, out, 1, 2);
  for (Index n = 0; n < 2; ++n)
    for (Index c = 0; c < channels; ++c)
      for (Index h = 0; h < 5; ++h)
        for (Index w = 0; w < 5; ++w) {
          const bool inside = h >= 1 && h < 3 && w >= 2;
          REQUIRE(out(n, c, h, w) == (inside ? in(n, c, h - 1, w - 2) : 0));
        }
  const FeatureMapView<double> gradient(dx.data(), 2, channels, height, width);
  kernels::zero_pad_backward(FeatureMapView<const double>(out), gradient, 1, 2, true);
  REQUIRE(gradient(1, B, 1, 2) == in(1, B, 1, 2) + 0.5);
  kernels::zero_pad_backward(FeatureMapView<const double>(out), gradient, 1, 2);
  REQUIRE(gradient(1, B, 1, 2) == in(1, B, 1, 2));
}

}  // namespace
