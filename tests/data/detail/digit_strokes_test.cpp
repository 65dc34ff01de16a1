#include "lamina/data/detail/digit_strokes.hpp"

#include <cmath>
#include <cstddef>

#include "support/catch.hpp"

namespace lamina::test::strokes_tested {

using namespace lamina::data::detail;

TEST_CASE("every form of every digit is strokes of two points or more within the box") {
  for (Index digit = 0; digit < 10; ++digit) {
    REQUIRE(forms_of(digit).size() >= 2);
    for (const Glyph form : forms_of(digit)) {
      CAPTURE(digit);
      std::size_t stroke = 0;
      double top = 1, bottom = -1;
      for (const Point point : form) {
        if (point == lift) {
          REQUIRE(stroke >= 2);
          stroke = 0;
          continue;
        }
        REQUIRE(++stroke <= 16);
        REQUIRE(std::abs(point.x) <= 0.35);
        REQUIRE(std::abs(point.y) <= 0.5);
        top = std::min(top, point.y);
        bottom = std::max(bottom, point.y);
      }
      REQUIRE(stroke >= 2);
      REQUIRE(bottom - top > 0.9);  // as high as the others
    }
  }
  REQUIRE(forms_of(1).size() == 3);
}

}  // namespace lamina::test::strokes_tested
