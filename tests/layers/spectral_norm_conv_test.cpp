#include "lamina/layers/spectral_norm_conv.hpp"

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

/// Runs training passes until u and v are the singular vectors: then σ does not change with them, and the
/// gradient with both held fixed is the whole gradient.
constexpr auto settle = [](auto& model) {
  RandomImages<double> images(std::remove_cvref_t<decltype(model)>::input_shape, 1);
  for (int pass = 0; pass < 400; ++pass) model.forward(images.view);
};

// Between the two losses of a difference u and v move by about the step, and σ by its square.
constexpr support::GradientCheck of_small_steps{.step = 1e-7};

TEST_CASE("spectrally normalised convolution: gradients", "[layers]") {
  check_gradients<spectral_norm_conv<9, 3>, input<3, 5, 4>>(of_small_steps, settle);
  check_gradients<spectral_norm_conv<4, kernel<1, 2>, groups<2>, no_bias>, input<6, 4, 5>>(of_small_steps,
                                                                                           settle);
  check_gradients<spectral_norm_conv<3, 5>, input<2, 9>>(of_small_steps, settle);
}

TEST_CASE("spectrally normalised convolution: the gradient holds u and v fixed", "[layers]") {
  constexpr kernels::ConvGeometry geometry{.in_channels = 2, .out_channels = 3, .kernel_width = 2};
  const KernelShape shape(geometry, channel_block<double>);
  const auto size = static_cast<std::size_t>(shape.size());
  std::vector<double> original(size, 0.0), toward(size, 0.0), gradient(size, 0.0), weight(size, 0.0);
  const std::vector<double> u{0.6, 0, -0.8}, v{0.5, 0.5, -0.5, 0.5};
  const double* const parameter[] = {original.data(), u.data(), v.data()};
  const Random random(seed{1}, 2);
  std::uint64_t draw = 0;
  shape.for_each([&](auto... at) {
    original[static_cast<std::size_t>(shape.place(at...))] = random.normal(draw++);
    toward[static_cast<std::size_t>(shape.place(at...))] = random.normal(draw++);
  });
  double* const gradients[] = {gradient.data()};
  SpectralKernel::adjoint<double>(shape, parameter, toward.data(), gradients);
  const auto loss = [&] {
    SpectralKernel::build<double>(shape, parameter, weight.data());
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += weight[i] * toward[i];
    return sum;
  };
  shape.for_each([&](auto... at) {
    double& x = original[static_cast<std::size_t>(shape.place(at...))];
    const double kept = x;
    x = kept + 1e-6;
    const double above = loss();
    x = kept - 1e-6;
    const double below = loss();
    x = kept;
    const double numeric = (above - below) / 2e-6;
    REQUIRE(std::abs(numeric - gradient[static_cast<std::size_t>(shape.place(at...))]) <
            1e-7 * std::max(1.0, std::abs(numeric)));
  });
}

constexpr auto layer = spectral_norm_conv<2, 1, no_bias>;

/// W = (3, 0; 4, 5), whose singular values are √45 and √5.
Model<layer, input<2, 1, 1>> known_model() {
  Model<layer, input<2, 1, 1>> model{seed{1}};
  const auto weight = model.parameter("weight_orig");
  const float w[] = {3, 0, 4, 5};
  for (Index i = 0; i < 4; ++i) weight[i] = w[i];
  return model;
}

TEST_CASE("one training pass is one step of power iteration; inference moves nothing", "[layers]") {
  auto model = known_model();
  const auto u = model.statistic("weight_u"), v = model.statistic("weight_v");
  REQUIRE(std::abs(u[0] * u[0] + u[1] * u[1] - 1) < 1e-6f);
  u[0] = 1, u[1] = 0;
  const float x[] = {1, 0};
  const FeatureMapView<const float, 1> image(x, 1, 2, 1, 1);
  model.predict(image);
  REQUIRE(u[0] == 1);
  // v = (3, 0) / 3, W v = (3, 4), u = (0.6, 0.8), σ = 5.
  const auto y = elements(model.forward(image));
  require_close(std::vector<double>{u[0], u[1], v[0], v[1]}, std::vector<double>{0.6, 0.8, 1, 0}, 1e-6);
  require_close(y, std::vector<double>{0.6, 0.8}, 1e-6);
  require_close(elements(model.predict(image)), y, 1e-6);
}

TEST_CASE("the largest singular value becomes 1, in the frozen net too", "[layers]") {
  auto model = known_model();
  const float x[] = {1, 0};
  const FeatureMapView<const float, 1> image(x, 1, 2, 1, 1);
  for (int pass = 0; pass < 50; ++pass) model.forward(image);
  const std::vector<double> expected{3 / std::sqrt(45.0), 4 / std::sqrt(45.0)};
  require_close(elements(model.predict(image)), expected, 1e-6);
  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  require_close(elements(frozen(image, workspace)), expected, 1e-6);
}

TEST_CASE("a spectrally normalised kernel of zeros stays one", "[layers]") {
  auto model = known_model();
  for (Index i = 0; i < 4; ++i) model.parameter("weight_orig")[i] = 0;
  const float x[] = {1, 2};
  const FeatureMapView<const float, 1> image(x, 1, 2, 1, 1);
  REQUIRE(elements(model.forward(image)) == std::vector<double>{0, 0});
}

TEST_CASE("spectrally normalised convolution: parameters", "[layers]") {
  STATIC_REQUIRE(parameter_count(spectral_norm_conv<8, 3>, input<3, 9, 9>) ==
                 parameter_count(conv<8, 3>, input<3, 9, 9>));
}

// Used twice before backward: each use has its own u and v.
TEST_CASE("a shared spectrally normalised convolution goes back through the kernels it went forward with",
          "[layers]") {
  constexpr auto twice = shared<"twice">(layer) | shared<"twice">(layer);
  Model<twice, input<2, 1, 1>, double> model{seed{1}};
  const auto weight = model.parameters()[0];
  const auto u = model.statistics()[0];
  const double w[] = {3, 0, 4, 5};
  for (Index i = 0; i < 4; ++i) weight[i] = w[i];
  u[0] = 1, u[1] = 0;
  const double x[] = {1, 0};
  model.forward(FeatureMapView<const double, 1>(x, 1, 2, 1, 1));
  // First u = (0.6, 0.8), σ = 5; then Wᵀ u = (5, 4), W v = (15, 40) / √41, σ = √1825 / √41.
  const double second = std::sqrt(1825.0 / 41);
  const auto dy = model.output_gradient();
  dy(0, 0) = 1, dy(0, 1) = 0;
  const auto dx = model.backward_to_input();
  // dy Wᵀ-wise: (3, 0) / second, then (3 · 3, 0) / 5.
  require_close(std::vector<double>{dx.data[0], dx.data[1]}, std::vector<double>{9 / second / 5, 0}, 1e-9);
}

}  // namespace
