#include "lamina/layers/upsample.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("upsample: output shapes", "[layers]") {
  STATIC_REQUIRE(output_shape(upsample_nearest<3>, input<5, 4, 3>) == shape<5, 12, 9>);
  STATIC_REQUIRE(output_shape(upsample_bilinear<2>, input<5, dyn, 3>) == shape<5, dyn, 6>);
  STATIC_REQUIRE(output_shape(upsample_nearest<2>, input<5, 7>) == shape<5, 14>);
}

TEST_CASE("upsample: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | upsample_nearest<2>), input<2, 3, 4>>();
  check_gradients<(conv<8, 3> | upsample_bilinear<2> | conv<1, 1>), input<2, 3, 4>>();
  check_gradients<(conv<3, 3> | upsample_bilinear_aligned<3>), input<1, 3, 2>>();
  check_gradients<(upsample_bilinear<2> | upsample_bilinear_aligned<2> | upsample_nearest<2>),
                  input<7, 1, 1>>();
  check_gradients<(conv<13, 3> | upsample_nearest<3> | upsample_bilinear<2>), input<2, 4>>();
}

TEST_CASE("upsample: nearest repeats, bilinear goes between", "[layers]") {
  const float x[] = {0, 4};
  const FeatureMapView<const float, 1> image(x, 1, 1, 1, 2);
  Model<upsample_nearest<2>, input<1, 1, 2>> nearest{};
  REQUIRE(elements(nearest.predict(image)) == std::vector<double>{0, 0, 4, 4, 0, 0, 4, 4});
  Model<upsample_bilinear<2>, input<1, 1, 2>> bilinear{};
  require_close(elements(bilinear.predict(image)), {0, 1, 3, 4, 0, 1, 3, 4}, 1e-6);
  Model<upsample_bilinear_aligned<2>, input<1, 1, 2>> aligned{};
  require_close(elements(aligned.predict(image)), {0, 4 / 3.0, 8 / 3.0, 4, 0, 4 / 3.0, 8 / 3.0, 4}, 1e-6);
}

}  // namespace
