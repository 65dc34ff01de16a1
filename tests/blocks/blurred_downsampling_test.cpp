#include "lamina/blocks/blurred_downsampling.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "support/plain_maps.hpp"

using namespace lamina;
using support::Array;
using support::check_gradients;
using support::convolved;
using support::each;
using support::elements;
using support::map_of;
using support::RandomImages;
using support::randomize;
using support::rectified;

namespace {

TEST_CASE("blurred downsampling: shapes and gradients", "[blocks]") {
  STATIC_REQUIRE(output_shape(max_blur_pool<>, input<64, 112, 112>) == shape<64, 56, 56>);
  STATIC_REQUIRE(output_shape(conv_blur_pool<24, 3>, input<16, 15, 20>) == shape<24, 8, 10>);
  check_gradients<(conv<5, 3> | max_blur_pool<3>), input<2, 7, 6>>();
  check_gradients<conv_blur_pool<5, 3>, input<2, 6, 5>>();
  check_gradients<conv_blur_pool<5, 3, blur<3>, activation<batch_norm | sigmoid>, no_bias>, input<2, 6, 5>>();
  STATIC_REQUIRE(parameter_count(conv_blur_pool<5, 3, activation<batch_norm | relu>, no_bias>,
                                 input<2, 6, 5>) == 5 * 2 * 9 + 10);
}

/// Every second pixel of a map that binomial taps have blurred: borders reflect, (K − 1) / 2 before, the rest
/// of K − 1 after.
Array blurred(const Array& x, const std::vector<double>& taps) {
  const auto count = static_cast<Index>(taps.size());
  const auto inside = [](Index at, Index extent) {
    return at < 0 ? -at : at >= extent ? 2 * extent - 2 - at : at;
  };
  return map_of(x.n, x.c, (x.h + 1) / 2, (x.w + 1) / 2, [&](Index n, Index c, Index h, Index w) {
    double sum = 0;
    for (Index u = 0; u < count; ++u)
      for (Index v = 0; v < count; ++v)
        sum += taps[static_cast<std::size_t>(u)] * taps[static_cast<std::size_t>(v)] *
               x(n, c, inside(2 * h + u - (count - 1) / 2, x.h), inside(2 * w + v - (count - 1) / 2, x.w));
    return sum;
  });
}

TEST_CASE("blurred downsampling: maxima of every two by two pixels, then the blur", "[blocks]") {
  const RandomImages<double> images(shape<3, 7, 6>, 2);
  const Array x = map_of(images);
  const Array maxima = map_of(x.n, x.c, x.h - 1, x.w - 1, [&](Index n, Index c, Index h, Index w) {
    return std::max({x(n, c, h, w), x(n, c, h, w + 1), x(n, c, h + 1, w), x(n, c, h + 1, w + 1)});
  });
  Model<max_blur_pool<>, input<3, 7, 6>, double> four{seed{1}};
  require_close(elements(four.predict(images.view)), blurred(maxima, {0.125, 0.375, 0.375, 0.125}).values,
                1e-12);
  Model<max_blur_pool<3>, input<3, 7, 6>, double> three{seed{1}};
  require_close(elements(three.predict(images.view)), blurred(maxima, {0.25, 0.5, 0.25}).values, 1e-12);
}

TEST_CASE("blurred downsampling: the convolution and its rectifier at every pixel, then the blur",
          "[blocks]") {
  Model<conv_blur_pool<5, 3>, input<2, 7, 6>, double> model{seed{1}};
  randomize(model);
  const auto p = model.parameters();
  const RandomImages<double> images(shape<2, 7, 6>, 2);
  const Array y =
      each(convolved(map_of(images), p[0], p[1].values()), [](double value) { return rectified(value); });
  require_close(elements(model.predict(images.view)), blurred(y, {0.125, 0.375, 0.375, 0.125}).values, 1e-12);
}

}  // namespace
