#include "lamina/blocks/inception.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "support/plain_maps.hpp"

using namespace lamina;
using support::Array;
using support::check_gradients;
using support::convolved;
using support::each;
using support::elements;
using support::joined;
using support::map_of;
using support::RandomImages;
using support::randomize;
using support::rectified;

namespace {

constexpr InceptionWidths three_a{64, 96, 128, 16, 32, 32};
constexpr InceptionWidths three_b{128, 128, 192, 32, 96, 64};
constexpr InceptionWidths small{3, 2, 5, 1, 9, 2};

TEST_CASE("inception: channels and parameters of GoogLeNet's modules", "[blocks]") {
  STATIC_REQUIRE(three_a.channels() == 256 && three_b.channels() == 480);
  STATIC_REQUIRE(output_shape(inception<three_a> | inception<three_b>, input<192, 28, 28>) ==
                 shape<480, 28, 28>);
  // Weights of 1×1, 1×1 and 3×3, 1×1 and 5×5, and the projection, with their biases.
  STATIC_REQUIRE(parameter_count(inception<three_a>, input<192, 28, 28>) ==
                 (192 + 1) * 64 + (192 + 1) * 96 + (96 * 9 + 1) * 128 + (192 + 1) * 16 + (16 * 25 + 1) * 32 +
                     (192 + 1) * 32);
}

TEST_CASE("inception: with batch norms and 3×3 in place of 5×5, as torchvision counts", "[blocks]") {
  constexpr auto count = []<InceptionWidths W, Index C>() {
    return parameter_count(inception < W, batch_norm_with<epsilon<1e-3>> | relu, no_bias >, input<C, 14, 14>);
  };
  STATIC_REQUIRE(count.operator()<InceptionWidths{64, 96, 128, 16, 32, 32, 3}, 192>() == 155'872);
  STATIC_REQUIRE(count.operator()<InceptionWidths{128, 128, 192, 32, 96, 64, 3}, 256>() == 340'224);
  STATIC_REQUIRE(count.operator()<InceptionWidths{192, 96, 208, 16, 48, 64, 3}, 480>() == 364'512);
  STATIC_REQUIRE(count.operator()<InceptionWidths{384, 192, 384, 48, 128, 128, 3}, 832>() == 1'347'040);
}

TEST_CASE("inception: gradients", "[blocks]") {
  check_gradients<inception<small, tanh_activation>, input<3, 5, 4>>();
  check_gradients<inception<small, batch_norm | sigmoid>, input<2, 3, 3>>();
}

TEST_CASE("inception: 1×1, 3×3, 5×5 and the pooled tower, in this order", "[blocks]") {
  Model<inception<small>, input<3, 5, 4>, double> model{seed{1}};
  randomize(model);
  const auto p = model.parameters();
  REQUIRE(p[4].extents() == ParameterExtents{5, 2, 3, 3});
  REQUIRE(p[8].extents() == ParameterExtents{9, 1, 5, 5});
  const RandomImages<double> images(shape<3, 5, 4>, 2);
  const Array x = map_of(images);
  const auto layer = [&](const Array& from, std::size_t weight) {
    return each(convolved(from, p[weight], p[weight + 1].values()), [](double y) { return rectified(y); });
  };
  const Array pooled = map_of(x.n, x.c, x.h, x.w, [&](Index n, Index c, Index h, Index w) {
    double most = x(n, c, h, w);
    for (Index r = std::max<Index>(h - 1, 0); r <= std::min(h + 1, x.h - 1); ++r)
      for (Index s = std::max<Index>(w - 1, 0); s <= std::min(w + 1, x.w - 1); ++s)
        most = std::max(most, x(n, c, r, s));
    return most;
  });
  const Array towers[] = {layer(x, 0), layer(layer(x, 2), 4), layer(layer(x, 6), 8), layer(pooled, 10)};
  require_close(elements(model.predict(images.view)),
                joined(joined(towers[0], towers[1]), joined(towers[2], towers[3])).values, 1e-12);
}

}  // namespace
