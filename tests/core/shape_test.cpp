#include "lamina/core/shape.hpp"

#include <sstream>

#include "support/catch.hpp"

using lamina::dyn;
using lamina::shape;
using lamina::Shape;

static_assert(shape<10> == Shape{10, 0, 0});
static_assert(shape<16, 100> == Shape{16, 0, 100});
static_assert(shape<3, 32, 48> == Shape{3, 32, 48});
static_assert(shape<3, 32, 48> != shape<3, 48, 32>);

TEST_CASE("a shape knows its rank, its pixels and its elements", "[core]") {
  STATIC_REQUIRE(shape<10>.rank() == 1);
  STATIC_REQUIRE(shape<16, 100>.rank() == 2);
  STATIC_REQUIRE(shape<3, 32, 48>.rank() == 3);

  STATIC_REQUIRE(shape<10>.elements() == 10);
  STATIC_REQUIRE(shape<16, 100>.elements() == 1600);
  STATIC_REQUIRE(shape<3, 32, 48>.elements() == 4608);
  STATIC_REQUIRE(shape<3, 32, 48>.pixels() == 1536);
  STATIC_REQUIRE(shape<16, 100>.rows() == 1);
  STATIC_REQUIRE(shape<10>.columns() == 1);
}

TEST_CASE("an extent may be known at run time only", "[core]") {
  STATIC_REQUIRE(shape<3, 32, 32>.is_static());
  STATIC_REQUIRE(!shape<3, dyn, dyn>.is_static());
  STATIC_REQUIRE(shape<3, dyn, dyn>.rank() == 3);
  STATIC_REQUIRE(shape<3, dyn>.rank() == 2);
}

TEST_CASE("a shape prints as error texts show it", "[core]") {
  REQUIRE(to_string(shape<10>) == "10");
  REQUIRE(to_string(shape<16, 100>) == "16x100");
  REQUIRE(to_string(shape<3, dyn, 32>) == "3x?x32");
  std::ostringstream text;
  text << shape<3, 32, 32>;
  REQUIRE(text.str() == "3x32x32");
}
