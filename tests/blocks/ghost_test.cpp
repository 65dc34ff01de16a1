#include "lamina/blocks/ghost.hpp"

#include "support/plain_maps.hpp"

using namespace lamina;
using support::Array;
using support::check_gradients;
using support::convolved;
using support::each;
using support::elements;
using support::joined;
using support::logistic;
using support::map_of;
using support::normalized;
using support::RandomImages;
using support::randomize;
using support::rectified;

namespace {

TEST_CASE("ghost modules: shapes and parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(ghost<16>, input<8, 5, 6>) == shape<16, 5, 6>);
  STATIC_REQUIRE(output_shape(ghost<17>, input<8, 5, 6>) == shape<17, 5, 6>);
  // The paper's example, 256 to 256 with 3×3 kernels: 0.502 of the dense weights.
  constexpr Index norms = 4 * 128;
  constexpr Index weights = parameter_count(ghost<256, 3>, input<256, 14, 14>) - norms;
  STATIC_REQUIRE(weights == 128 * 256 * 9 + 128 * 9);
  STATIC_REQUIRE(weights * 1000 / (256 * 256 * 9) == 501);

  // With a ratio of 4, a quarter comes from the convolution; of 18 channels 5, and 2 of 20 are left out.
  constexpr auto quarter = ghost<256, 3, ghost_ratio<4>>;
  STATIC_REQUIRE(output_shape(quarter, input<256, 14, 14>) == shape<256, 14, 14>);
  STATIC_REQUIRE(parameter_count(quarter, input<256, 14, 14>) == 64 * 256 * 9 + 192 * 9 + 2 * 256);
  STATIC_REQUIRE(output_shape(ghost<18, 1, ghost_ratio<4>>, input<8, 5, 6>) == shape<18, 5, 6>);
}

TEST_CASE("ghost modules: gradients", "[blocks]") {
  check_gradients<ghost<6, 1, activation<sigmoid>>, input<3, 4, 3>>();
  check_gradients<ghost<5, 3, activation<id>, stride<2>>, input<3, 4, 3>>();
  check_gradients<ghost<7, 1, activation<id>, ghost_ratio<4>, cheap_kernel<5>>, input<3, 4, 3>>();
}

/// The maps of a module by loops: those of the convolution first, then the cheap ones of each, as many as
/// are asked for.
template <auto Module, Index Channels, class F> void require_maps(F activation) {
  Model<Module, input<3, 4, 5>, double> model{seed{1}};
  randomize(model);
  const auto p = model.parameters();  // a kernel, a scale and a shift, twice
  const RandomImages<double> images(shape<3, 4, 5>, 2);
  const Array primary = each(normalized(convolved(map_of(images), p[0]), p[1], p[2]), activation);
  const Array cheap = each(normalized(convolved(primary, p[3]), p[4], p[5]), activation);
  const Array both = joined(primary, cheap);
  const Array expected = map_of(both.n, Channels, both.h, both.w, [&](auto... at) { return both(at...); });
  require_close(elements(model.predict(images.view)), expected.values, 1e-12);
}

TEST_CASE("ghost modules: the convolution's maps first, then the cheap ones, the last left out", "[blocks]") {
  require_maps<ghost<6>, 6>([](double x) { return rectified(x); });
  require_maps<ghost<5, 3, cheap_kernel<5>, activation<sigmoid>>, 5>(logistic);  // three and two of three
  require_maps<ghost<7, 1, activation<sigmoid>, ghost_ratio<4>>, 7>(logistic);   // two, and five of six
}

}  // namespace
