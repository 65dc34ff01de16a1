#include "lamina/layers/orthogonal_conv.hpp"

#include <numbers>

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("orthogonal convolution: gradients", "[layers]") {
  check_gradients<orthogonal_conv<9, 3>, input<3, 5, 4>>();                       // wide: (9, 27)
  check_gradients<orthogonal_conv<13, 1, stride<2>, no_bias>, input<6, 4, 5>>();  // tall: (13, 6)
  check_gradients<orthogonal_conv<6, 1>, input<6, 2, 3>>();                       // square
  check_gradients<orthogonal_conv<3, 5>, input<2, 9>>();
  check_gradients<orthogonal_conv<1, 1>, input<1, 3>>();
}

/// The largest element of |Wᵀ W − I| or |W Wᵀ − I|, of the lesser side, for the kernel that a layer makes.
template <Index Out, Index In, Index Rows, Index Columns> double error_of(double deviation) {
  constexpr kernels::ConvGeometry geometry{
      .in_channels = In, .out_channels = Out, .kernel_height = Rows, .kernel_width = Columns};
  const KernelShape shape(geometry, channel_block<float>);
  std::vector<float> free(static_cast<std::size_t>(shape.size())), made(free.size());
  const Random random(seed{3}, 1);
  std::uint64_t draw = 0;
  shape.for_each([&](auto... at) {
    free[static_cast<std::size_t>(shape.place(at...))] =
        static_cast<float>(deviation * random.normal(draw++));
  });
  const float* const parameter[] = {free.data()};
  OrthogonalKernel::build<float>(shape, parameter, made.data());
  constexpr Index fan = In * Rows * Columns;
  const auto w = [&](Index o, Index j) {
    return static_cast<double>(made[static_cast<std::size_t>(
        shape.place(o, j / (Rows * Columns), j / Columns % Rows, j % Columns))]);
  };
  double largest = 0;
  constexpr Index side = std::min(Out, fan), length = std::max(Out, fan);
  for (Index a = 0; a < side; ++a)
    for (Index b = 0; b < side; ++b) {
      double sum = a == b ? -1 : 0;
      for (Index i = 0; i < length; ++i) sum += Out >= fan ? w(i, a) * w(i, b) : w(a, i) * w(b, i);
      largest = std::max(largest, std::abs(sum));
    }
  return largest;
}

TEST_CASE("the kernel of an orthogonal convolution is orthogonal wherever its parameters are", "[layers]") {
  for (const double deviation : {0.0, 0.1, 1.0, 30.0}) {
    REQUIRE(error_of<7, 3, 3, 2>(deviation) < 1e-6);
    REQUIRE(error_of<20, 11, 1, 1>(deviation) < 1e-6);
    REQUIRE(error_of<9, 1, 3, 3>(deviation) < 1e-6);
  }
}

TEST_CASE("an orthogonal 2 × 2 matrix turns by twice the arc tangent of half its parameter", "[layers]") {
  constexpr auto layer = orthogonal_conv<2, 1, no_bias>;
  Model<layer, input<2, 1, 1>> model{seed{1}};
  constexpr double angle = std::numbers::pi / 3;
  model.parameter("weight")[2] = static_cast<float>(2 * std::tan(angle / 2));
  const float x[] = {1, 0, 0, 1};
  require_close(elements(model.predict(FeatureMapView<const float, 1>(x, 2, 2, 1, 1))),
                std::vector<double>{std::cos(angle), std::sin(angle), -std::sin(angle), std::cos(angle)},
                1e-6);
}

TEST_CASE("an orthogonal 1 × 1 convolution with more outputs than inputs keeps distances", "[layers]") {
  constexpr auto layer = orthogonal_conv<16, 1, no_bias>;
  Model<layer, input<5, 1, 1>> model{seed{1}};
  RandomImages<float> images(shape<5, 1, 1>, 1);
  double before = 0, after = 0;
  for (Index i = 0; i < 5; ++i) before += std::pow(static_cast<double>(images.storage[i]), 2);
  for (const double y : elements(model.predict(images.view))) after += y * y;
  REQUIRE(std::abs(after / before - 1) < 1e-6);

  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  require_close(elements(frozen(images.view, workspace)), elements(model.predict(images.view)), 1e-6);
}

TEST_CASE("orthogonal convolution: parameters", "[layers]") {
  STATIC_REQUIRE(parameter_count(orthogonal_conv<8, 3>, input<3, 9, 9>) ==
                 parameter_count(conv<8, 3>, input<3, 9, 9>));
  const auto deviation = OrthogonalKernel::parameters(Parameter{"weight", {8, 4, 2, 2}})[0].initializer.value;
  REQUIRE(std::abs(deviation - 0.5) < 1e-15);
}

}  // namespace
