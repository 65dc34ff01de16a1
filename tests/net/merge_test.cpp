#include "lamina/net/merge.hpp"

#include "support/catch.hpp"

using namespace lamina;

namespace {

constexpr Shape output(Shape (*rule)(const Shape*, int), Shape a, Shape b) {
  const Shape in[] = {a, b};
  return rule(in, 2);
}

TEST_CASE("sums broadcast missing axes and single channels", "[net]") {
  STATIC_REQUIRE(output(Sum::output_of, shape<8, 4, 5>, shape<8, 4, 5>) == shape<8, 4, 5>);
  STATIC_REQUIRE(output(Sum::output_of, shape<8, 4, 5>, shape<8>) == shape<8, 4, 5>);
  STATIC_REQUIRE(output(Product::output_of, shape<8>, shape<8, 4, 5>) == shape<8, 4, 5>);
  STATIC_REQUIRE(output(Product::output_of, shape<8, 4, 5>, shape<1, 4, 5>) == shape<8, 4, 5>);
  STATIC_REQUIRE(output(Maximum::output_of, shape<8, 4, 5>, shape<8, 1, 5>) == shape<8, 4, 5>);
}

TEST_CASE("concat adds channels", "[net]") {
  STATIC_REQUIRE(output(Concat::output_of, shape<8, 4, 5>, shape<3, 4, 5>) == shape<11, 4, 5>);
  STATIC_REQUIRE(output(Concat::output_of, shape<8>, shape<3>) == shape<11>);
}

TEST_CASE("what does not fit throws, at run time as well", "[net]") {
  REQUIRE_THROWS_AS(output(Sum::output_of, shape<8, 4, 5>, shape<7, 4, 5>), shape_error);
  REQUIRE_THROWS_AS(output(Concat::output_of, shape<8, 4, 5>, shape<8, 4, 6>), shape_error);
}

}  // namespace
