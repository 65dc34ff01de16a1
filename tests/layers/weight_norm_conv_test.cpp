#include "lamina/layers/weight_norm_conv.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("weight-normalised convolution: gradients", "[layers]") {
  check_gradients<weight_norm_conv<9, 3>, input<5, 5, 4>>();
  check_gradients<weight_norm_conv<4, 3, groups<2>, no_bias>, input<6, 4, 5>>();
  check_gradients<weight_norm_conv<3, 5>, input<2, 9>>();
}

TEST_CASE("the kernels of a weight-normalised convolution are as long as g says", "[layers]") {
  Model<weight_norm_conv<1, 1, no_bias>, input<2, 1, 2>> model{seed{1}};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i)
      parameter[i] = parameter.size() == 1 ? 10.f : (i == 0 ? 3.f : 4.f);
  const float x[] = {1, 0, 0, 1};
  require_close(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 2))),
                std::vector<double>{6, 8}, 1e-5);
}

TEST_CASE("the kernels of a weight-normalised convolution begin as long as He's", "[layers]") {
  // √2 is the length to be expected of fan-in numbers of variance 2 / fan in; so of unit maps the sums have
  // variance 2.
  Model<weight_norm_conv<64, 3, valid>, input<32, 8, 8>> model{seed{1}};
  for (const float g : model.parameter("weight_g").values()) require_close(g, std::sqrt(2.0), 1e-6);
  const auto extents_of_lengths = [](const auto& of) { return of.parameters()[0].extents(); };
  REQUIRE((extents_of_lengths(model) == ParameterExtents{64, 1, 1, 1}));  // as in PyTorch's files
  REQUIRE((extents_of_lengths(Model<weight_norm_conv<5, 3>, input<2, 8>>{}) == ParameterExtents{5, 1, 1}));
  RandomImages<float> images(shape<32, 8, 8>, 4);
  double sum = 0;
  const auto y = elements(model.predict(images.view));
  for (const double value : y) sum += value * value;
  REQUIRE(std::abs(sum / static_cast<double>(y.size()) - 2) < 0.1);
}

}  // namespace
