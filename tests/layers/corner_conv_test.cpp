#include "lamina/layers/corner_conv.hpp"

#include <cmath>

#include "lamina/tensor/feature_map_conversion.hpp"
#include "lamina/tensor/linear_algebra.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("corner convolution: gradients", "[layers]") {
  check_gradients<corner_conv<5, 3, Corner::top_left>, input<5, 4, 3>>();
  check_gradients<corner_conv<9, 2, Corner::bottom_right>, input<9, 3, 4>>();
}

TEST_CASE("the Jacobian of a corner convolution has determinant 1", "[layers]") {
  constexpr auto in = input<2, 3, 3>;
  constexpr Index size = 18;
  Model<corner_conv<2, 3, Corner::top_right>, in, double> model{seed{4}};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] *= 10;
  Tensor<double, size, size> jacobian;
  for (Index i = 0; i < size; ++i) {
    double x[size] = {};
    x[i] = 1;
    const auto y = elements(model.predict(FeatureMapView<const double, 1>(x, 1, 2, 3, 3)));
    for (Index o = 0; o < size; ++o) jacobian(o, i) = y[static_cast<std::size_t>(o)];
  }
  REQUIRE(std::abs(as_eigen(jacobian).determinant() - 1) < 1e-9);
}

TEST_CASE("what is not used of a corner convolution's weights gets no gradient", "[layers]") {
  Model<corner_conv<3, 2, Corner::top_left>, input<3, 4, 4>> model{seed{4}};
  RandomImages<float> images(shape<3, 4, 4>, 2);
  model.forward(images.view);
  kernels::fill(model.output_gradient(), 1.f);
  model.backward();
  const auto gradient = model.gradients()[0];
  for (Index o = 0; o < 3; ++o)
    for (Index i = 0; i < 3; ++i) REQUIRE((gradient[(o * 3 + i) * 4 + 3] != 0) == (i < o));
}

}  // namespace
