#include "lamina/blocks/inception_factorized.hpp"

#include "blocks/parameter_counts.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using test::unit;

namespace {

TEST_CASE("factorized Inception modules: shapes and parameters", "[blocks]") {
  constexpr InceptionAWidths a{1, 2, 3, 4, 5, 6, 7};
  STATIC_REQUIRE(output_shape(inception_a<a>, input<9, 5, 4>) == shape<1 + 3 + 6 + 7, 5, 4>);
  STATIC_REQUIRE(a.channels() == 17);
  STATIC_REQUIRE(parameter_count(inception_a<a, 5>, input<9, 5, 4>) ==
                 unit(9, 1, 1) + unit(9, 2, 1) + unit(2, 3, 25) + unit(9, 4, 1) + unit(4, 5, 9) +
                     unit(5, 6, 9) + unit(9, 7, 1));

  constexpr InceptionBWidths b{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  STATIC_REQUIRE(output_shape(inception_b<b>, input<9, 5, 4>) == shape<1 + 4 + 9 + 10, 5, 4>);
  STATIC_REQUIRE(b.channels() == 24);
  STATIC_REQUIRE(parameter_count(inception_b<b, 5>, input<9, 5, 4>) ==
                 unit(9, 1, 1) + unit(9, 2, 1) + unit(2, 3, 5) + unit(3, 4, 5) + unit(9, 5, 1) +
                     unit(5, 6, 5) + unit(6, 7, 5) + unit(7, 8, 5) + unit(8, 9, 5) + unit(9, 10, 1));

  constexpr InceptionCWidths c{1, 2, 3, 4, 5, 6};
  STATIC_REQUIRE(output_shape(inception_c<c, normalized_conv<7, 3>>, input<9, 5, 4>) ==
                 shape<1 + 6 + 10 + 6, 5, 4>);
  STATIC_REQUIRE(c.channels() == 23);
  STATIC_REQUIRE(parameter_count(inception_c<c, normalized_conv<7, 3>>, input<9, 5, 4>) ==
                 unit(9, 1, 1) + unit(9, 2, 1) + 2 * unit(2, 3, 3) + unit(9, 4, 1) + unit(4, 7, 9) +
                     2 * unit(7, 5, 3) + unit(9, 6, 1));
}

TEST_CASE("Inception reductions: shapes and parameters", "[blocks]") {
  constexpr InceptionReductionAWidths a{1, 2, 3, 4};
  STATIC_REQUIRE(output_shape(inception_reduction_a<a>, input<9, 7, 8>) == shape<1 + 4 + 9, 3, 3>);
  STATIC_REQUIRE(output_shape(inception_reduction_a<a>, input<9, 3, 5>) == shape<1 + 4 + 9, 1, 2>);
  STATIC_REQUIRE(parameter_count(inception_reduction_a<a>, input<9, 7, 8>) ==
                 unit(9, 1, 9) + unit(9, 2, 1) + unit(2, 3, 9) + unit(3, 4, 9));

  constexpr InceptionReductionBWidths b{1, 2, 3, 4, 5, 6};
  STATIC_REQUIRE(output_shape(inception_reduction_b<b>, input<9, 17, 17>) == shape<2 + 6 + 9, 8, 8>);
  STATIC_REQUIRE(parameter_count(inception_reduction_b<b>, input<9, 17, 17>) ==
                 unit(9, 1, 1) + unit(1, 2, 9) + unit(9, 3, 1) + unit(3, 4, 7) + unit(4, 5, 7) +
                     unit(5, 6, 9));
}

constexpr auto small_b = inception_b<InceptionBWidths{1, 2, 3, 2, 1, 2, 3, 2, 9, 2}>;
constexpr auto small_c =
    inception_c<InceptionCWidths{1, 2, 3, 1, 2, 3}, normalized_conv<2, 3>, exclude_padding>;

TEST_CASE("factorized Inception modules: gradients", "[blocks]") {
  check_gradients<inception_a<InceptionAWidths{1, 2, 3, 2, 3, 2, 1}, 5>, input<2, 3, 4>>({.step = 1e-7});
  check_gradients<small_b, input<2, 4, 3>>({.step = 1e-7});
  check_gradients<small_c, input<2, 3, 3>>({.step = 1e-7});
}

// The kernels of a net's convolutions, in order.
template <auto Net, auto In> std::vector<Kernel> kernels_of() {
  Model<Net, In, double> model{seed{1}};
  std::vector<Kernel> kernels;
  for (const auto& parameter : model.parameters())
    if (const auto extents = parameter.extents(); extents.rank == 4)
      kernels.push_back({extents[2], extents[3]});
  return kernels;
}

TEST_CASE("factorized Inception modules: rows and columns in the papers' order", "[blocks]") {
  constexpr Kernel one = kernel<1>, row = kernel<1, 7>, column = kernel<7, 1>;
  REQUIRE(kernels_of<small_b, input<2, 4, 3>>() ==
          std::vector{one, one, row, column, one, column, row, column, row, one});
  constexpr Kernel short_row = kernel<1, 3>, short_column = kernel<3, 1>;
  REQUIRE(kernels_of<small_c, input<2, 3, 3>>() ==
          std::vector{one, one, short_row, short_column, one, kernel<3>, short_row, short_column, one});
}

TEST_CASE("Inception reductions: gradients", "[blocks]") {
  check_gradients<inception_reduction_a<InceptionReductionAWidths{2, 1, 3, 2}>, input<3, 5, 4>>(
      {.step = 1e-7});
  check_gradients<inception_reduction_b<InceptionReductionBWidths{1, 2, 2, 1, 3, 2}, 3>, input<2, 4, 5>>(
      {.step = 1e-7});
}

// The last tower of a module on a map of ones: its one weight times the mean.
template <auto... PoolOption> std::vector<double> tower_of_means() {
  Model<inception_a<InceptionAWidths{1, 1, 1, 1, 1, 1, 1}, 3, PoolOption...>, input<1, 3, 3>, double> model{
      seed{1}};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] = 1;
  const std::vector<double> ones(9, 1);
  const auto y = elements(model.predict(FeatureMapView<const double, 1>(ones.data(), 1, 1, 3, 3)));
  return {y.end() - 9, y.end()};
}

TEST_CASE("means of a module count padding as zeros unless told otherwise", "[blocks]") {
  const double root = std::sqrt(1 + 1e-3), shift = 1;
  const auto at = [&](double mean) { return mean / root + shift; };
  const double corner = at(4.0 / 9), edge = at(6.0 / 9), inside = at(1);
  require_close(tower_of_means<>(),
                std::vector<double>{corner, edge, corner, edge, inside, edge, corner, edge, corner}, 1e-12);
  require_close(tower_of_means<exclude_padding>(), std::vector<double>(9, inside), 1e-12);
}

}  // namespace
