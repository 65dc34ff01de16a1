#include "lamina/layers/factorized_conv.hpp"

#include <cmath>

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("factorised convolution: gradients", "[layers]") {
  check_gradients<factorized_conv<5, 3, 4>, input<3, 5, 4>>();
  check_gradients<factorized_conv<4, kernel<1, 5>, 2, stride<2>, no_bias>, input<9, 3, 6>>();
  check_gradients<factorized_conv<3, 5, 3>, input<2, 9>>();
}

TEST_CASE("factorised convolution: parameters and their scale", "[layers]") {
  STATIC_REQUIRE(parameter_count(factorized_conv<64, 3, 16, no_bias>, input<32, 8, 8>) == 16 * (64 + 32 + 9));
  // He's variance of the kernel: of unit maps the sums have variance 2, before the rectifier halves it. A
  // product of three normal numbers has heavy tails, so this takes many: eight kernels of rank 64.
  constexpr int kernels = 8;
  double sum = 0;
  std::size_t count = 0;
  for (std::uint64_t s = 1; s <= kernels; ++s) {
    Model<factorized_conv<64, 5, 64, no_bias, valid>, input<32, 8, 8>> model{seed{s}};
    const support::RandomImages<float> images(shape<32, 8, 8>, 2, s);
    for (const double y : elements(model.predict(images.view))) sum += y * y, ++count;
  }
  REQUIRE(std::abs(sum / static_cast<double>(count) - 2) < 0.2);
}

TEST_CASE("the kernel is the sum of products of vectors", "[layers]") {
  Model<factorized_conv<1, kernel<1, 3>, 2, no_bias, valid>, input<1, 1, 3>> model{seed{1}};
  const double factors[3][6] = {{2, 3}, {5, 1}, {1, 2, 3, 4, 5, 6}};
  int which = 0;
  for (const auto& parameter : model.parameters()) {
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] = static_cast<float>(factors[which][i]);
    ++which;
  }
  const float x[] = {1, 10, 100};
  // 2 · 5 · (1, 2, 3) + 3 · 1 · (4, 5, 6) = (22, 35, 48)
  require_close(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 1, 1, 3))), {22 + 350 + 4800},
                1e-3);
}

}  // namespace
