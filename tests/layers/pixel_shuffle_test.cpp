#include "lamina/layers/pixel_shuffle.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("pixel shuffle: output shapes", "[layers]") {
  STATIC_REQUIRE(output_shape(pixel_shuffle<2>, input<12, 3, 5>) == shape<3, 6, 10>);
  STATIC_REQUIRE(output_shape(pixel_unshuffle<3>, input<2, 6, 9>) == shape<18, 2, 3>);
  STATIC_REQUIRE(output_shape(pixel_unshuffle<2>, input<2, dyn, 8>) == shape<8, dyn, 4>);
  STATIC_REQUIRE(output_shape(channel_shuffle<3>, input<9, 2, 2>) == shape<9, 2, 2>);
}

TEST_CASE("pixel shuffle: gradients", "[layers]") {
  check_gradients<(conv<12, 3> | pixel_shuffle<2> | conv<1, 1>), input<2, 2, 3>>();
  check_gradients<(conv<3, 3> | pixel_unshuffle<2> | conv<2, 1>), input<1, 4, 2>>();
  check_gradients<(pixel_shuffle<3> | channel_shuffle<2>), input<18, 1, 1>>();
  check_gradients<(conv<9, 1> | channel_shuffle<3> | conv<3, 1>), input<2, 2, 3>>();
}

TEST_CASE("pixel shuffle: the channels of a pixel become a square", "[layers]") {
  Model<pixel_shuffle<2>, input<4, 1, 2>> model{};
  const float x[] = {0, 1, 10, 11, 20, 21, 30, 31};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 4, 1, 2))) ==
          std::vector<double>{0, 10, 1, 11, 20, 30, 21, 31});
}

TEST_CASE("pixel shuffle and its inverse; channel shuffles that undo each other", "[layers]") {
  Model<(pixel_unshuffle<3> | pixel_shuffle<3> | channel_shuffle<2> | channel_shuffle<3>), input<6, 3, 9>>
      model{};
  RandomImages<float> images(shape<6, 3, 9>, 2);
  REQUIRE(elements(model.predict(images.view)) ==
          std::vector<double>(images.storage.begin(), images.storage.end()));
}

TEST_CASE("channel shuffle: a channel of each group in turn", "[layers]") {
  Model<channel_shuffle<2>, input<6>> model{};
  const float x[] = {0, 1, 2, 3, 4, 5};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 6, 1, 1))) ==
          std::vector<double>{0, 3, 1, 4, 2, 5});
}

}  // namespace
