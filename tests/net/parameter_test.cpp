#include "lamina/net/parameter.hpp"

#include <set>

#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("every order is one to one, within the arena", "[net]") {
  const ParameterExtents shapes[] = {{7}, {5, 3}, {13, 2, 3}, {9, 4, 3, 2}, {8, 8, 1, 1}};
  for (const ParameterExtents& extents : shapes)
    for (const Order order : {orders::plain, orders::vector, orders::conv})
      for (const Index block : {1, 4, 8, 16}) {
        if (order.blocked_axis >= extents.rank || order.last_axis >= extents.rank) continue;
        std::set<Index> places;
        for (Index i = 0; i < extents.count(); ++i) places.insert(arena_position(extents, order, block, i));
        REQUIRE(static_cast<Index>(places.size()) == extents.count());
        REQUIRE(*places.begin() >= 0);
        REQUIRE(*places.rbegin() < arena_elements(extents, order, block));
      }
}

TEST_CASE("a convolution's order is [O / B][kh][kw][I][B]", "[net]") {
  const ParameterExtents extents{10, 3, 2, 2};
  const auto place = [&](Index o, Index i, Index h, Index w) {
    return arena_position(extents, orders::conv, 8, ((o * 3 + i) * 2 + h) * 2 + w);
  };
  STATIC_REQUIRE(arena_elements({10, 3, 2, 2}, orders::conv, 8) == 16 * 12);
  REQUIRE(place(0, 0, 0, 0) == 0);
  REQUIRE(place(1, 0, 0, 0) == 1);
  REQUIRE(place(0, 1, 0, 0) == 8);
  REQUIRE(place(0, 0, 0, 1) == 24);
  REQUIRE(place(0, 0, 1, 0) == 48);
  REQUIRE(place(9, 2, 1, 1) == 96 + 72 + 16 + 1);
}

}  // namespace
