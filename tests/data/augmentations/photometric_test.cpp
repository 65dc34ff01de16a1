#include "lamina/data/augmentations/photometric.hpp"

#include <cmath>
#include <numeric>

#include "data/augmentations/workpieces.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::draws;
using support::NumberedImage;

TEST_CASE("colour_jitter without amounts changes nothing") {
  NumberedImage image(shape<3, 2, 2>, 0.004), untouched(shape<3, 2, 2>, 0.004);
  auto choices = draws(0);
  colour_jitter{}(image.work, choices);
  REQUIRE(image.pixels() == untouched.pixels());
}

TEST_CASE("brightness scales, contrast scales about the mean, both clamp") {
  for (std::uint64_t stream = 0; stream < 20; ++stream) {
    NumberedImage bright(shape<1, 3, 3>, 0.04), contrasted(shape<1, 3, 3>, 0.04),
        untouched(shape<1, 3, 3>, 0.04);
    auto first = draws(stream), second = draws(stream), again = draws(stream);
    colour_jitter{.brightness = 0.5}(bright.work, first);
    colour_jitter{.contrast = 0.5}(contrasted.work, second);
    const double brightness = again.uniform(0.5, 1.5), contrast = again.uniform(0.5, 1.5), mean = 0.04 * 11;
    for (std::size_t i = 0; i < 9; ++i) {
      const double before = untouched.pixels()[i];
      require_close(bright.pixels()[i], std::min(1.0, before * brightness), 1e-12);
      require_close(contrasted.pixels()[i], std::clamp(mean + (before - mean) * contrast, 0.0, 1.0), 1e-12);
    }
  }
}

TEST_CASE("saturation moves colours to and from their grey, hue turns them about it") {
  const auto pixel = [](double r, double g, double b, const colour_jitter& step, std::uint64_t stream) {
    NumberedImage image(shape<3, 1, 1>);
    image.work.pixels[0] = r;
    image.work.pixels[1] = g;
    image.work.pixels[2] = b;
    auto choices = draws(stream);
    step(image.work, choices);
    return image.pixels();
  };
  double most = 0;
  for (std::uint64_t stream = 0; stream < 50; ++stream) {
    require_close(pixel(0.4, 0.4, 0.4, {.saturation = 1, .hue = 0.5}, stream), {0.4, 0.4, 0.4}, 1e-12);
    const auto greyer = pixel(0.5, 0.3, 0.6, {.saturation = 0.5}, stream);
    const double grey = 0.299 * 0.5 + 0.587 * 0.3 + 0.114 * 0.6;
    require_close(0.299 * greyer[0] + 0.587 * greyer[1] + 0.114 * greyer[2], grey, 1e-12);
    const auto turned = pixel(0.5, 0.3, 0.6, {.hue = 0.5}, stream);
    require_close(turned[0] + turned[1] + turned[2], 1.4, 1e-12);
    require_close(std::hypot(turned[0] - 1.4 / 3, turned[1] - 1.4 / 3, turned[2] - 1.4 / 3),
                  std::hypot(0.5 - 1.4 / 3, 0.3 - 1.4 / 3, 0.6 - 1.4 / 3), 1e-12);
    most = std::max(most, std::abs(turned[0] - 0.5));
  }
  CHECK(most > 0.15);
}

TEST_CASE("cutout blanks a square about any pixel, as far as it lies inside") {
  double sum_of_areas = 0;
  bool whole = false, clipped = false;
  for (std::uint64_t stream = 0; stream < 500; ++stream) {
    NumberedImage image(shape<2, 8, 9>);
    for (double& value : image.first) value = 1;
    auto choices = draws(stream);
    cutout{.size = 4, .value = -3}(image.work, choices);
    int area = 0;
    for (int y = 0; y < 8; ++y)
      for (int x = 0; x < 9; ++x) {
        REQUIRE(image(0, y, x) == image(1, y, x));
        REQUIRE((image(0, y, x) == 1 || image(0, y, x) == -3));
        area += image(0, y, x) == -3;
      }
    REQUIRE(area >= 4);
    whole |= area == 16;
    clipped |= area == 4;
    sum_of_areas += area;
  }
  CHECK(whole);
  CHECK(clipped);
  // Columns: 9 centres with 2, 3, 4, …, 4, 3 of four; rows alike with 8: mean width 32/9, mean height 28/8.
  CHECK(std::abs(sum_of_areas / 500 - 32.0 / 9 * 28 / 8) < 0.5);
  NumberedImage image(shape<1, 4, 4>), untouched(shape<1, 4, 4>);
  auto choices = draws(1);
  cutout{.size = 4, .probability = 0}(image.work, choices);
  CHECK(image.pixels() == untouched.pixels());
  cutout{.size = 0}(image.work, choices);
  CHECK(image.pixels() == untouched.pixels());
}

TEST_CASE("normalize takes mean and deviation per channel, training or not") {
  NumberedImage image(shape<2, 1, 2>), other(shape<2, 1, 2>);  // 0 1 | 100 101
  const normalize step{{1, 100}, {2, 0.5}};
  step.evaluate(image.work);
  require_close(image.pixels(), {-0.5, 0.0, 0.0, 2.0}, 1e-12);
  auto choices = draws(0);
  step(other.work, choices);
  REQUIRE(other.pixels() == image.pixels());
  REQUIRE(step.output_shape(shape<2, 1, 2>) == shape<2, 1, 2>);
  REQUIRE_THROWS_WITH(step.output_shape(shape<1, 1, 2>),
                      containing("2 means and 2 deviations for images of 1 channels"));
  REQUIRE_THROWS_AS((normalize{{1}, {}}.output_shape(shape<1, 1, 2>)), shape_error);
  REQUIRE_THROWS_AS((normalize{{1}, {0}}.output_shape(shape<1, 1, 2>)), shape_error);
}

TEST_CASE("normalization_of measures a set") {
  Dataset<> set;
  set.images = Tensor<std::uint8_t, dyn, dyn, dyn, dyn>(2, 2, 1, 2);
  const std::uint8_t bytes[] = {0,   51,  7, 7,
                                102, 153, 7, 7};  // channel 0: 0, .2, .4, .6; channel 1: one value
  std::copy(std::begin(bytes), std::end(bytes), set.images.data());
  const normalize step = normalization_of(set);
  require_close(step.mean, {0.3, 7 / 255.0}, 1e-12);
  require_close(step.deviation, {std::sqrt(0.05), 1.0}, 1e-12);
  Dataset<float> floats;
  floats.images = Tensor<float, dyn, dyn, dyn, dyn>(1, 1, 1, 2);
  floats.images.data()[1] = 4;
  require_close(normalization_of(floats).mean, {2.0}, 1e-12);
  REQUIRE_THROWS_AS(normalization_of(Dataset<>{}), error);
  Dataset<> constant;  // whose mean, as it is rounded, is not its value
  constant.images = Tensor<std::uint8_t, dyn, dyn, dyn, dyn>(3, 1, 28, 28);
  std::fill_n(constant.images.data(), constant.images.size(), std::uint8_t{37});
  REQUIRE(normalization_of(constant).deviation == std::vector<double>{1});
}
