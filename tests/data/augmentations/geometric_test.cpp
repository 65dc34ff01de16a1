#include "lamina/data/augmentations/geometric.hpp"

#include <cmath>
#include <numbers>
#include <set>

#include "data/augmentations/workpieces.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::draws;
using support::NumberedImage;

TEST_CASE("random_flip mirrors as often as it says, all channels alike") {
  int sideways = 0, upside_down = 0;
  for (std::uint64_t stream = 0; stream < 1000; ++stream) {
    NumberedImage image(shape<2, 3, 5>);
    auto choices = draws(stream);
    random_flip{.horizontal = 0.5, .vertical = 0.25}(image.work, choices);
    const bool x = image(0, 1, 0) > image(0, 1, 4);
    const bool y = image(0, 0, 2) > image(0, 2, 2);
    sideways += x;
    upside_down += y;
    for (int c = 0; c < 2; ++c)
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 5; ++j)
          REQUIRE(image(c, i, j) == 100 * c + 10 * (y ? 2 - i : i) + (x ? 4 - j : j));
  }
  CHECK(std::abs(sideways - 500) < 60);
  CHECK(std::abs(upside_down - 250) < 60);
}

TEST_CASE("random_crop shows every window of the padded image, and only those") {
  const Border border = GENERATE(Border::zero, Border::reflect);
  const random_crop step{.padding = 2, .height = 4, .width = 0, .border = border};
  REQUIRE(step.output_shape(shape<2, 5, 6>) == shape<2, 4, 6>);
  std::set<std::pair<int, int>> windows;
  for (std::uint64_t stream = 0; stream < 600; ++stream) {
    NumberedImage image(shape<2, 5, 6>);
    auto choices = draws(stream);
    step(image.work, choices);
    REQUIRE(image.work.shape == shape<2, 4, 6>);
    int found = 0;
    for (int top = -2; top <= 3; ++top)
      for (int left = -2; left <= 2; ++left) {
        bool same = true;
        for (int c = 0; c < 2 && same; ++c)
          for (int y = 0; y < 4 && same; ++y)
            for (int x = 0; x < 6 && same; ++x) {
              int row = top + y, column = left + x;
              double expected = 0;
              if (border == Border::reflect) {
                row = row < 0 ? -row : row > 4 ? 8 - row : row;
                column = column < 0 ? -column : column > 5 ? 10 - column : column;
              }
              if (row >= 0 && row < 5 && column >= 0 && column < 6) expected = 100 * c + 10 * row + column;
              same = image(c, y, x) == expected;
            }
        if (!same) continue;
        ++found;
        windows.insert({top, left});
      }
    REQUIRE(found >= 1);
  }
  REQUIRE(windows.size() == 6 * 5);
}

TEST_CASE("random_crop takes the middle in evaluation") {
  NumberedImage image(shape<1, 6, 7>);
  random_crop{.padding = 3, .height = 2, .width = 3}.evaluate(image.work);
  REQUIRE(image.work.shape == shape<1, 2, 3>);
  REQUIRE(image.pixels() == std::vector<double>{22, 23, 24, 32, 33, 34});
  NumberedImage whole(shape<1, 6, 7>);
  const auto* before = whole.work.pixels;
  random_crop{.padding = 4}.evaluate(whole.work);
  REQUIRE(whole.work.pixels == before);
}

TEST_CASE("random_crop refuses a window that is larger than the padded image") {
  REQUIRE(random_crop{.padding = 1, .height = 8}.output_shape(shape<1, 6, 6>) == shape<1, 8, 6>);
  REQUIRE_THROWS_AS((random_crop{.padding = 1, .height = 9}.output_shape(shape<1, 6, 6>)), shape_error);
  REQUIRE_THROWS_AS((random_crop{.width = 7}.output_shape(shape<1, 6, 6>)), shape_error);
  REQUIRE_THROWS_AS((random_crop{.padding = -1}.output_shape(shape<1, 6, 6>)), shape_error);
}

TEST_CASE("random_affine without ranges is the identity") {
  const Border border = GENERATE(Border::zero, Border::reflect, Border::replicate);
  NumberedImage image(shape<3, 5, 4>), untouched(shape<3, 5, 4>);
  auto choices = draws(0);
  random_affine{.border = border}(image.work, choices);
  require_close(image.pixels(), untouched.pixels(), 1e-12);
}

TEST_CASE("random_affine maps a plane as its matrix does") {
  // Where all four neighbours lie inside, bilinear interpolation of 10 y + x gives 10 v + u of the point
  // looked up.
  const random_affine step{
      .rotation = 30, .translation = 0.1, .scale_low = 0.8, .scale_high = 1.25, .shear = 20};
  double greatest_turn = 0;
  for (std::uint64_t stream = 0; stream < 50; ++stream) {
    NumberedImage image(shape<2, 21, 31>);
    auto choices = draws(stream), again = draws(stream);
    step(image.work, choices);
    constexpr double degree = std::numbers::pi / 180;
    const double turn = degree * again.uniform(-30, 30), slant = std::tan(degree * again.uniform(-20, 20));
    const double scale = again.uniform(0.8, 1.25), shift_x = 31 * again.uniform(-0.1, 0.1),
                 shift_y = 21 * again.uniform(-0.1, 0.1);
    greatest_turn = std::max(greatest_turn, std::abs(turn));
    int inside = 0;
    for (int v = 0; v < 20; ++v)
      for (int u = 0; u < 30; ++u) {
        // Forwards: the input point (u, v) + half a pixel goes to (x, y); the output near it holds its value.
        const double a = u + 0.5 - 15, b = v + 0.5 - 10;
        const double sheared = a + slant * b;
        const double x = 15 + shift_x + scale * (std::cos(turn) * sheared - std::sin(turn) * b);
        const double y = 10 + shift_y + scale * (std::sin(turn) * sheared + std::cos(turn) * b);
        const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
        if (left < 0 || top < 0 || left + 1 > 30 || top + 1 > 20) continue;
        const double right = x - left, down = y - top;
        const auto pixel = [&](int c, int dy, int dx) { return image(c, top + dy, left + dx); };
        if (u < 4 || v < 4 || u > 26 || v > 16) continue;  // whose output neighbours look beyond the border
        ++inside;
        const double value = (1 - down) * ((1 - right) * pixel(1, 0, 0) + right * pixel(1, 0, 1)) +
                             down * ((1 - right) * pixel(1, 1, 0) + right * pixel(1, 1, 1));
        REQUIRE(std::abs(value - (100 + 10 * (v + 0.5) + u + 0.5)) < 1e-9);
      }
    REQUIRE(inside > 100);
  }
  CHECK(greatest_turn > 0.8 * 30 * std::numbers::pi / 180);
}

TEST_CASE("random_affine fills what it uncovers as the border says") {
  NumberedImage zero(shape<1, 8, 8>), replicated(shape<1, 8, 8>);
  for (auto* image : {&zero, &replicated}) {
    for (Index i = 0; i < 64; ++i) image->work.pixels[i] = 1;
    auto choices = draws(3);
    random_affine{.scale_low = 0.5,
                  .scale_high = 0.5,
                  .border = image == &zero ? Border::zero : Border::replicate}(image->work, choices);
  }
  CHECK(zero(0, 0, 0) == 0);
  CHECK(zero(0, 4, 4) == 1);
  CHECK(replicated.pixels() == std::vector<double>(64, 1.0));
}
