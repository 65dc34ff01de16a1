#include "lamina/io/picture/contact_sheet.hpp"

#include <vector>

#include "io/picture/support.hpp"
#include "support/catch.hpp"

using namespace lamina;
using io::Canvas;
using io::Colour;
using io::Verdict;
using support::count;

namespace {

constexpr Colour first{10, 20, 30}, second{200, 100, 50};

}  // namespace

TEST_CASE("a judged image has a verdict and, where it is wrong, the truth") {
  const auto right = io::judged(Canvas(2, 2), "7", "7");
  REQUIRE(right.caption == "7");
  REQUIRE(right.verdict == Verdict::right);
  REQUIRE(right.remark.empty());
  const auto wrong = io::judged(Canvas(2, 2), "cat", "dog");
  REQUIRE(wrong.caption == "cat");
  REQUIRE(wrong.verdict == Verdict::wrong);
  REQUIRE(wrong.remark == "is dog");
}

TEST_CASE("every image is there, enlarged, and the wrong ones are framed red") {
  const std::vector<io::SheetImage> images{io::judged(Canvas(28, 28, first), "1", "1"),
                                           io::judged(Canvas(28, 28, second), "2", "3"),
                                           io::judged(Canvas(28, 28, first), "4", "4")};
  const Canvas sheet = io::contact_sheet(images, {.columns = 2});
  REQUIRE(count(sheet, first) == 2 * 84 * 84);
  REQUIRE(count(sheet, second) == 84 * 84);
  REQUIRE(count(sheet, io::colours::wrong) >= 90 * 90 - 84 * 84);
  REQUIRE(count(sheet, io::colours::right) > 5);
  REQUIRE(sheet.width() == 24 + 84 + 18 + 84 + 24);
  // The second is at the right of the first, the third below.
  REQUIRE(sheet.at(24 + 42, 24 + 42) == first);
  REQUIRE(sheet.at(24 + 84 + 18 + 42, 24 + 42) == second);
  REQUIRE(sheet.at(24 + 84 + 18 - 3, 24 + 42) == io::colours::wrong);
  REQUIRE(sheet.at(24 + 42, sheet.height() - 100) == first);
}

TEST_CASE("without wrong images nothing is red, without captions there is no room for them") {
  const std::vector<io::SheetImage> plain(3, {Canvas(10, 10, first)});
  const Canvas sheet = io::contact_sheet(plain, {.columns = 3, .least_side = 40, .gap = 6});
  REQUIRE(count(sheet, io::colours::wrong) == 0);
  REQUIRE(sheet.width() == 24 + 3 * 46 - 6 + 24);
  REQUIRE(sheet.height() == 24 + 40 + 24);
}

TEST_CASE("images of different sizes share a sheet, large ones as they are") {
  const std::vector<io::SheetImage> images{{Canvas(200, 120, first), "wide"},
                                           {Canvas(50, 120, second), "high"}};
  const Canvas sheet = io::contact_sheet(images, {.title = "Two sizes"});
  REQUIRE(count(sheet, first) == 200 * 120);
  REQUIRE(count(sheet, second) == 50 * 120);
}

TEST_CASE("a caption stays within its image's column") {
  std::vector<io::SheetImage> images(2, {Canvas(28, 28, first), "a class of a very, very long name indeed"});
  images[1].caption = "";
  const Canvas sheet = io::contact_sheet(images, {.columns = 2});
  const Index right_column = 24 + 84 + 18 - 5;
  REQUIRE(count(sheet, io::colours::paper, right_column, 24 + 84 + 2, sheet.width(), sheet.height()) ==
          (sheet.width() - right_column) * (sheet.height() - (24 + 84 + 2)));
}

TEST_CASE("a sheet without images is refused") {
  REQUIRE_THROWS_AS(io::contact_sheet({}), shape_error);
  const std::vector<io::SheetImage> one(1, {Canvas(10, 10)});
  REQUIRE_THROWS_AS(io::contact_sheet(one, {.columns = 0}), shape_error);
}
