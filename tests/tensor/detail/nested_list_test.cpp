#include "lamina/tensor/detail/nested_list.hpp"

#include "support/catch.hpp"

namespace lamina::test::nested_lists_tested {

using namespace lamina::detail;

TEST_CASE("nested lists know their extents and give their elements in order") {
  const auto check = [](NestedList<int, 3> list) {
    REQUIRE(list_extents<3>(list) == std::array<Index, 3>{2, 1, 3});
    std::array<int, 6> elements{};
    int* to = elements.data();
    copy_list<3>(list, to);
    REQUIRE(to == elements.data() + 6);
    REQUIRE(elements == std::array<int, 6>{1, 2, 3, 4, 5, 6});
  };
  check({{{1, 2, 3}}, {{4, 5, 6}}});
}

TEST_CASE("lists that differ in length at any depth are refused before they are copied") {
  const auto refuse = [](NestedList<int, 3> list) {
    std::array<int, 8> elements{};
    int* to = elements.data();
    REQUIRE_THROWS_AS(copy_list<3>(list, to), shape_error);
    REQUIRE(to <= elements.data() + 4);
  };
  refuse({{{1, 2}, {3, 4}}, {{5}, {6}}});
  refuse({{{1, 2}, {3}}, {{5, 6}, {7, 8}}});
  refuse({{{1, 2}}, {{5, 6}, {7, 8}}});
}

TEST_CASE("an empty list has extents of 0") {
  const NestedList<int, 2> list = {};
  REQUIRE(list_extents<2>(list) == std::array<Index, 2>{0, 0});
}

}  // namespace lamina::test::nested_lists_tested
