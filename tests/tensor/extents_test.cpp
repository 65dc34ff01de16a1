#include "lamina/tensor/extents.hpp"

#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("extents know what their type says and keep the rest") {
  constexpr Extents<2, dyn, 4> extents({2, 3, 4});
  STATIC_REQUIRE(extents[0] == 2);
  STATIC_REQUIRE(extents[1] == 3);
  STATIC_REQUIRE(extents[2] == 4);
  STATIC_REQUIRE(extents.size() == 24);
  STATIC_REQUIRE(extents.dynamic_rank == 1);
  STATIC_REQUIRE(Extents<2, 3>::is_static);
  STATIC_REQUIRE(Extents<>{}.size() == 1);
  STATIC_REQUIRE(Extents<dyn, 5>{}.size() == 0);
  STATIC_REQUIRE(std::is_empty_v<Extents<3, 4>>);
  STATIC_REQUIRE(Extents<2, dyn, 4>::from_dynamic({3}) == extents);
  STATIC_REQUIRE(extents == Extents<dyn, dyn, dyn>({2, 3, 4}));
  STATIC_REQUIRE_FALSE(extents == Extents<2, 3>{});
}

TEST_CASE("extents refuse what contradicts the type") {
  REQUIRE_THROWS_WITH((Extents<2, dyn>({3, 4})), containing("(3, 4)") && containing("(2, ?)"));
  REQUIRE_THROWS_AS((Extents<2, dyn>({2, -4})), shape_error);
}

TEST_CASE("row-major strides are products of the extents behind") {
  constexpr auto strides = row_major_strides(Extents<2, 3, 4>{});
  STATIC_REQUIRE(strides[0] == 12);
  STATIC_REQUIRE(strides[1] == 4);
  STATIC_REQUIRE(strides[2] == 1);
  STATIC_REQUIRE(row_major_strides(Extents<>{}).empty());
}

TEST_CASE("shapes broadcast by NumPy's rules") {
  STATIC_REQUIRE(std::is_same_v<BroadcastExtents<Extents<3, 4>, Extents<4>>, Extents<3, 4>>);
  STATIC_REQUIRE(std::is_same_v<BroadcastExtents<Extents<3, 1>, Extents<1, 4>>, Extents<3, 4>>);
  STATIC_REQUIRE(std::is_same_v<BroadcastExtents<Extents<dyn, 4>, Extents<3, 1>>, Extents<3, 4>>);
  STATIC_REQUIRE(std::is_same_v<BroadcastExtents<Extents<dyn>, Extents<1>>, Extents<dyn>>);
  STATIC_REQUIRE(std::is_same_v<BroadcastExtents<Extents<dyn>, Extents<dyn>>, Extents<dyn>>);
  STATIC_REQUIRE(std::is_same_v<BroadcastExtents<Extents<>, Extents<2, dyn>>, Extents<2, dyn>>);
  STATIC_REQUIRE(broadcastable(Extents<2, 1, 5>{}, Extents<7, 1>{}));
  STATIC_REQUIRE_FALSE(broadcastable(Extents<3, 4>{}, Extents<3>{}));
  STATIC_REQUIRE(broadcast(Extents<2, 1>{}, Extents<3>{}) == Extents<2, 3>{});
  STATIC_REQUIRE(broadcast(Extents<0>{}, Extents<1>{}) == Extents<0>{});
}

TEST_CASE("dynamic shapes that do not broadcast throw with both shapes") {
  const Extents<dyn, dyn> a({3, 4});
  REQUIRE(broadcast(a, Extents<dyn>({4})) == a);
  REQUIRE(broadcast(Extents<dyn>({1}), a) == a);
  REQUIRE(broadcast(Extents<dyn, dyn>({3, 1}), Extents<dyn>({0})) == Extents<3, 0>{});
  REQUIRE_THROWS_WITH(broadcast(a, Extents<dyn>({3})), containing("(3, 4)") && containing("(3)"));
  REQUIRE_THROWS_AS(broadcast(a, Extents<dyn, 5>({3})), shape_error);
}

TEST_CASE("extents print with question marks for what is unknown") {
  REQUIRE(to_string(Extents<2, dyn>({2, 7})) == "(2, 7)");
  REQUIRE(to_string(Extents<2, dyn>::known) == "(2, ?)");
  REQUIRE(to_string(Extents<>{}) == "()");
}
