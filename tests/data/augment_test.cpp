#include "lamina/data/augment.hpp"

#include <limits>
#include <vector>

#include "data/augmentations/workpieces.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::NumberedImage;

namespace {

/// A step as a user writes one.
struct add {
  double amount = 0;
  template <class T> void operator()(Workpiece<T>& image, Draws&) const {
    for (Index i = 0; i < image.shape.elements(); ++i) image.pixels[i] += static_cast<T>(amount);
  }
};

/// Adds what it draws.
struct add_anything {
  template <class T> void operator()(Workpiece<T>& image, Draws& draws) const {
    add{draws.uniform()}(image, draws);
  }
};

}  // namespace

TEST_CASE("a pipeline runs its steps in order") {
  const auto pipeline = augment(add{1}, normalize{{1}, {0.5}}, add{10}, add{100});
  NumberedImage image(shape<1, 1, 2>);  // 0 1
  pipeline.transform(image.work, Random(seed{0}));
  require_close(image.pixels(), {110.0, 112.0}, 1e-12);
}

TEST_CASE("in evaluation only what is not random is done") {
  const auto pipeline = augment(random_crop{.padding = 4, .height = 2, .width = 2}, add_anything{},
                                normalize{{0}, {2}}, mixup{});
  STATIC_REQUIRE(pipeline.mixes);
  STATIC_REQUIRE(!decltype(pipeline.for_evaluation())::mixes);
  NumberedImage image(shape<1, 4, 4>);
  pipeline.for_evaluation().transform(image.work, Random(seed{0}));
  REQUIRE(image.work.shape == shape<1, 2, 2>);
  require_close(image.pixels(), {5.5, 6.0, 10.5, 11.0}, 1e-12);
  REQUIRE(pipeline.for_evaluation().output_shape(shape<1, 4, 4>) == shape<1, 2, 2>);
}

TEST_CASE("each step draws from a stream of its own") {
  NumberedImage both(shape<1, 1, 1>), first(shape<1, 1, 1>), second(shape<1, 1, 1>);
  const Random sample(seed{7}, 3);
  augment(add_anything{}, add_anything{}).transform(both.work, sample);
  augment(add_anything{}).transform(first.work, sample);
  augment(add{0}, add_anything{}).transform(second.work, sample);
  require_close(both(0, 0, 0), first(0, 0, 0) + second(0, 0, 0), 1e-12);
  REQUIRE(first(0, 0, 0) != second(0, 0, 0));
}

TEST_CASE("shapes go through the steps, and the largest is known") {
  const auto pipeline = augment(random_crop{.padding = 4, .height = 12, .width = 12}, random_flip{},
                                random_crop{.height = 5, .width = 6});
  REQUIRE(pipeline.output_shape(shape<3, 10, 10>) == shape<3, 5, 6>);
  REQUIRE(pipeline.largest(shape<3, 10, 10>) == 3 * 12 * 12);
  REQUIRE_THROWS_AS(pipeline.output_shape(shape<3, 2, 2>), shape_error);
  REQUIRE_THROWS_AS(augment(normalize{{1, 2}, {1, 1}}).output_shape(shape<3, 2, 2>), shape_error);
}

TEST_CASE("a pipeline without steps is the identity") {
  constexpr auto nothing = augment();
  STATIC_REQUIRE(nothing.is_identity);
  STATIC_REQUIRE(!nothing.mixes);
  STATIC_REQUIRE(nothing.output_shape(shape<3, 2, 2>) == shape<3, 2, 2>);
  STATIC_REQUIRE(augmentation<decltype(nothing)>);
  STATIC_REQUIRE(!augmentation<int>);
}

TEST_CASE("steps whose options make no sense are refused when a pipeline is made") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const auto refused = [](const auto& step, const std::string& name) {
    CAPTURE(name);
    REQUIRE_THROWS_AS(augment(normalize{{0}, {1}}, step), error);
    REQUIRE_THROWS_WITH(augment(step), containing(name));
  };
  refused(random_flip{.horizontal = 2}, "random_flip: horizontal");
  refused(random_flip{.vertical = -0.1}, "random_flip: horizontal and vertical");
  refused(random_affine{.scale_low = 0}, "random_affine: scale_low");
  refused(random_affine{.scale_low = 2, .scale_high = 1}, "random_affine: scale_low");
  refused(random_affine{.shear = 90}, "random_affine: shear");
  refused(random_affine{.rotation = nan}, "random_affine: rotation");
  refused(colour_jitter{.contrast = -1}, "colour_jitter: amounts");
  refused(colour_jitter{.hue = 0.6}, "colour_jitter: hue");
  refused(cutout{.size = -1}, "cutout: size");
  refused(cutout{.probability = nan}, "cutout: probability");
  refused(mixup{.alpha = nan}, "mixup: alpha");
  refused(mixup{.alpha = inf}, "mixup: alpha");
  refused(mixup{.probability = 1.5}, "mixup: probability");
  refused(cutmix{.alpha = -1}, "cutmix: alpha");
  refused(cutmix{.probability = -1}, "cutmix: probability");
  REQUIRE_NOTHROW(augment(random_flip{}, random_affine{}, colour_jitter{}, cutout{}, mixup{}, cutmix{}));
}

TEST_CASE("mixing steps are told from image steps") {
  STATIC_REQUIRE(mixing_step<cutmix>);
  STATIC_REQUIRE(!mixing_step<cutout>);
  STATIC_REQUIRE(image_step<cutout>);
  STATIC_REQUIRE(image_step<add>);
  STATIC_REQUIRE(!image_step<mixup>);
  STATIC_REQUIRE(!image_step<int>);
}
