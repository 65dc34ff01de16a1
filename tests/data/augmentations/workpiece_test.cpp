#include "lamina/data/augmentations/workpiece.hpp"

#include <vector>

#include "data/augmentations/workpieces.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("beyond the border lies zero, the edge, the mirrored image, or the image again") {
  const auto row = [](Border border, Index extent) {
    std::vector<Index> pixels;
    for (Index i = -4; i < extent + 4; ++i) pixels.push_back(lamina::detail::at_border(i, extent, border));
    return pixels;
  };
  using Row = std::vector<Index>;
  REQUIRE(row(Border::zero, 3) == Row{-1, -1, -1, -1, 0, 1, 2, -1, -1, -1, -1});
  REQUIRE(row(Border::replicate, 3) == Row{0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2});
  REQUIRE(row(Border::reflect, 3) == Row{0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2});
  REQUIRE(row(Border::reflect, 1) == Row(9, 0));
  REQUIRE(row(Border::circular, 3) == Row{2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0});
}

TEST_CASE("a workpiece has planes, and swaps its two memories") {
  support::NumberedImage image(shape<2, 3, 4>);
  REQUIRE(image(1, 2, 3) == 123);
  image.work.swap();
  REQUIRE(image.work.pixels == image.second.data());
  REQUIRE(image.work.spare == image.first.data());
}
