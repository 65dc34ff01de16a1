#include "lamina/blocks/atrous_spatial_pyramid_pooling.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("atrous spatial pyramid pooling: parameters", "[blocks]") {
  constexpr auto deeplab = atrous_spatial_pyramid_pooling<256, 6, 12, 18>;
  // Five towers' weights and the projection of five towers, two numbers of batch norm for each channel.
  STATIC_REQUIRE(parameter_count(deeplab, input<2048, 33, 33>) ==
                 2048 * 256 * (1 + 3 * 9 + 1) + 5 * 256 * 256 + 6 * 2 * 256);
  STATIC_REQUIRE(output_shape(deeplab, input<2048, 33, 31>) == shape<256, 33, 31>);
}

TEST_CASE("atrous spatial pyramid pooling: gradients", "[blocks]") {
  check_gradients<atrous_spatial_pyramid_pooling<3, 1, 2>, input<2, 4, 3>>({.batch = 3});
}

TEST_CASE("atrous spatial pyramid pooling: the mean's tower is as if spread over the map and joined",
          "[blocks]") {
  constexpr auto in = input<3, 4, 5>;
  constexpr Index channels = 2;
  constexpr auto joined = concat(conv<channels, 1, no_bias> | batch_norm | relu,
                                 conv<channels, 3, dilation<2>, no_bias> | batch_norm | relu,
                                 add(global_avg_pool | dense<channels, no_bias> | batch_norm | relu,
                                     conv<channels, 1, no_bias>)) |
                          conv<channels, 1, no_bias> | batch_norm | relu;
  Model<atrous_spatial_pyramid_pooling<channels, 2>, in, double> model{seed{3}};
  Model<joined, in, double> whole{seed{4}};
  for (const char* name : {"0.0.0.weight", "0.1.0.weight"})
    whole.parameter(name).assign(std::span<const double>(model.parameter(sentence("0.0.", name)).values()));
  whole.parameter("0.2.0.1.weight").assign(std::span<const double>(model.parameter("0.1.1.weight").values()));
  const auto spread =
      whole.parameter("0.2.1.weight");  // makes a map of the vector: adds zeros at every pixel
  for (Index i = 0; i < spread.size(); ++i) spread[i] = 0;
  const auto of_towers = model.parameter("0.0.1.weight"), of_mean = model.parameter("0.1.4.weight");
  const auto projection = whole.parameter("1.weight");
  for (Index o = 0; o < channels; ++o)
    for (Index i = 0; i < 3 * channels; ++i)
      projection[o * 3 * channels + i] =
          i < 2 * channels ? of_towers[o * 2 * channels + i] : of_mean[o * channels + i - 2 * channels];
  RandomImages<double> images(shape<3, 4, 5>, 2);
  require_close(elements(model.predict(images.view)), elements(whole.predict(images.view)), 1e-12);
}

}  // namespace
