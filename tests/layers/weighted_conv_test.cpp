#include "lamina/layers/weighted_conv.hpp"

#include "lamina/kernels/expressions/convolution.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("weighted convolution: gradients", "[layers]") {
  check_gradients<weighted_conv<9, density<0.7>>, input<5, 5, 4>>();
  check_gradients<weighted_conv<4, density<0.2, 1.5>, stride<2>, groups<2>, no_bias>, input<8, 6, 5>>();
  check_gradients<weighted_conv<3, density<0.25, 0.15, 0.55>>, input<2, 9>>();
  check_gradients<weighted_conv<9, learnt_density<0.7>>, input<5, 5, 4>>();
  check_gradients<weighted_conv<5, learnt_density<0.27, 0.17, 0.54>>, input<2, 8, 7>>();
  check_gradients<weighted_conv<5, learnt_density<0.3, 1.5>>, input<3, 9>>();
}

/// Both models' weights and answers for the same images; `scale` is what the first multiplies its taps by.
template <auto Weighted, auto Plain, auto In> void require_equal_when_folded(const double (&scale)[3][3]) {
  Model<Weighted, In> weighted{seed{5}};
  Model<Plain, In> plain{seed{6}};
  const auto parameters = weighted.parameters();
  auto from = parameters.begin();
  for (const auto& to : plain.parameters()) {
    for (Index i = 0; i < to.size(); ++i) {
      const bool is_weight = to.extents().rank == 4;
      to[i] = is_weight ? static_cast<float>(scale[i % 9 / 3][i % 3]) * (*from)[i] : (*from)[i];
    }
    ++from;
  }
  RandomImages<float> images(In.shape, 2);
  REQUIRE(elements(weighted.predict(images.view)) == elements(plain.predict(images.view)));
  const auto frozen = freeze(weighted);
  const auto frozen_plain = freeze(plain);
  // The same kernel: weights packed for one algorithm, of one size.
  const ParameterRecord &own = frozen.structure().parameters[0],
                        &other = frozen_plain.structure().parameters[0];
  REQUIRE(own.parameter.extents.axes == other.parameter.extents.axes);
  using Layer = std::remove_const_t<decltype(Weighted)>;
  if constexpr (requires { Layer::fused_algorithm(In.shape); })
    REQUIRE(Layer::fused_algorithm(In.shape) ==
            std::remove_const_t<decltype(Plain)>::fused_algorithm(In.shape));
  auto workspace = frozen.workspace();
  auto workspace_plain = frozen_plain.workspace();
  REQUIRE(elements(frozen(images.view, workspace)) == elements(frozen_plain(images.view, workspace_plain)));
}

TEST_CASE("a weighted convolution is a plain one with its taps weighed, bit for bit, and so when frozen",
          "[layers]") {
  constexpr auto in = input<16, 10, 12>;
  require_equal_when_folded<(weighted_conv<24, density<0.5>> | relu), (conv<24, 3> | relu), in>(
      {{0.25, 0.5, 0.25}, {0.5, 1, 0.5}, {0.25, 0.5, 0.25}});
  require_equal_when_folded<weighted_conv<32, density<0.5>>, conv<32, 3>, input<32, 12, 12>>(
      {{0.25, 0.5, 0.25}, {0.5, 1, 0.5}, {0.25, 0.5, 0.25}});  // by Winograd's algorithm
  require_equal_when_folded<weighted_conv<8, density<1.0>>, conv<8, 3>, input<3, 5, 6>>(
      {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}});
}

TEST_CASE("weighted convolution: parameters", "[layers]") {
  STATIC_REQUIRE(parameter_count(weighted_conv<8, density<0.2, 0.8>>, input<3, 9, 9>) ==
                 parameter_count(conv<8, 5>, input<3, 9, 9>));
  STATIC_REQUIRE(parameter_count(weighted_conv<8, learnt_density<0.2, 0.8>>, input<3, 9, 9>) ==
                 parameter_count(conv<8, 5>, input<3, 9, 9>) + 2);
  STATIC_REQUIRE(output_shape(weighted_conv<8, density<0.2, 0.8>>, input<3, 9, 7>) == shape<8, 9, 7>);
  STATIC_REQUIRE(output_shape(weighted_conv<8, density<>>, input<3, 9, 7>) == shape<8, 9, 7>);
}

/// Requires a layer's answers, as it begins, to be those of a plain one with K[o, i, a, b] φ[a] φ[b]; of
/// sequences K[o, i, b] φ[b].
template <auto Weighted, auto Plain, auto In> void require_profile(const std::vector<double>& phi) {
  Model<Weighted, In, double> weighted{seed{5}};
  Model<Plain, In, double> plain{seed{6}};
  const auto from = weighted.parameter("weight"), to = plain.parameter("weight");
  REQUIRE(from.extents() == to.extents());
  const auto taps = static_cast<Index>(phi.size());
  for (Index i = 0; i < to.size(); ++i) {
    const auto row = static_cast<std::size_t>(i / taps % taps), column = static_cast<std::size_t>(i % taps);
    to[i] = from[i] * phi[column] * (to.extents().rank == 4 ? phi[row] : 1);
  }
  const RandomImages<double> images(In.shape, 2);
  require_close(elements(weighted.predict(images.view)), elements(plain.predict(images.view)), 1e-12);
}

TEST_CASE("a density is named from its outermost number inwards, and a learnt one begins as it", "[layers]") {
  constexpr auto map = input<3, 8, 9>;
  constexpr auto line = input<3, 11>;
  const std::vector<double> five{0.3, 1.5, 1, 1.5, 0.3}, seven{0.06, 1.2, 1.6, 1, 1.6, 1.2, 0.06};
  require_profile<weighted_conv<4, density<0.3, 1.5>>, conv<4, 5>, map>(five);
  require_profile<weighted_conv<4, learnt_density<0.3, 1.5>>, conv<4, 5>, map>(five);
  require_profile<weighted_conv<2, density<0.06, 1.2, 1.6>>, conv<2, 7>, map>(seven);
  require_profile<weighted_conv<2, learnt_density<0.06, 1.2, 1.6>>, conv<2, 7>, map>(seven);
  require_profile<weighted_conv<4, density<0.3, 1.5>>, conv<4, 5>, line>(five);
  require_profile<weighted_conv<4, learnt_density<0.06, 1.2, 1.6>>, conv<4, 7>, line>(seven);
}

TEST_CASE("a density as a tensor weighs the taps of volumes", "[layers]") {
  const auto line = density_kernel<double, density<0.3, 1.5>, 1>();
  const auto cube = density_kernel<double, density<0.3, 1.5>, 3>();
  REQUIRE((line(0) == 0.3 && line(1) == 1.5 && line(2) == 1 && line(3) == 1.5 && line(4) == 0.3));
  for (Index a = 0; a < 5; ++a)
    for (Index b = 0; b < 5; ++b)
      for (Index c = 0; c < 5; ++c) require_close(cube(a, b, c), line(a) * line(b) * line(c), 1e-15);
  const Tensor<double, 1, 1, 5, 6, 5> x = random_normal<double, 1, 1, 5, 6, 5>(seed{1});
  const Tensor<double, 2, 1, 5, 5, 5> w = random_normal<double, 2, 1, 5, 5, 5>(seed{2});
  const Tensor weighed = conv3d<valid>(x, w * cube);
  double sum = 0;
  for (Index a = 0; a < 5; ++a)
    for (Index b = 0; b < 5; ++b)
      for (Index c = 0; c < 5; ++c) sum += x(0, 0, a, b + 1, c) * w(1, 0, a, b, c) * cube(a, b, c);
  require_close(weighed(0, 1, 0, 1, 0), sum, 1e-12);
}

TEST_CASE("a step of descent moves a tap of the kernel by Φ² of what it would move a plain one", "[layers]") {
  constexpr auto in = input<3, 6, 7>;
  constexpr double phi[] = {0.3, 1.5, 1, 1.5, 0.3}, rate = 0.1;
  const auto of_tap = [&](Index i) { return phi[i / 5 % 5] * phi[i % 5]; };
  Model<weighted_conv<4, density<0.3, 1.5>, no_bias>, in, double> weighted{seed{5}};
  Model<conv<4, 5, no_bias>, in, double> plain{seed{6}};
  const auto raw = weighted.parameter("weight"), kernel = plain.parameter("weight");
  for (Index i = 0; i < raw.size(); ++i) kernel[i] = of_tap(i) * raw[i];
  const std::vector<double> before = kernel.values();
  const RandomImages<double> images(in.shape, 2), gradients(shape<4, 6, 7>, 2, 8);
  const auto step = [&](auto& model) {
    model.forward(images.view);
    const auto dy = model.output_gradient();
    for_each_element(dy, [&](auto... at) { dy(at...) = gradients.view(at...); });
    model.backward();
    const auto weight = model.parameter("weight"), gradient = model.gradient("weight");
    for (Index i = 0; i < weight.size(); ++i) weight[i] -= rate * gradient[i];
  };
  step(weighted);
  step(plain);
  std::vector<double> moved, expected;
  for (Index i = 0; i < raw.size(); ++i) {
    const double start = before[static_cast<std::size_t>(i)];
    moved.push_back(of_tap(i) * raw[i] - start);
    expected.push_back(of_tap(i) * of_tap(i) * (kernel[i] - start));
  }
  require_close(moved, expected, 1e-12);
}

}  // namespace
