#include "lamina/net/arena.hpp"

#include <algorithm>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("logical values go to the arena and come back, padding is left alone", "[net]") {
  const Parameter parameter{"weight", {5, 3, 2, 2}, {}, orders::conv};
  const Index size = arena_elements(parameter.extents, parameter.order, 8);
  std::vector<float> arena(static_cast<std::size_t>(size), -1.0f), values(60);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const NamedArray<float> array("weight", parameter, arena.data(), 8);
  array.assign(std::span<const float>(values));
  REQUIRE(array.values() == values);
  REQUIRE(std::count(arena.begin(), arena.end(), -1.0f) == size - 60);
  REQUIRE(array[0] == 0.0f);
  const std::vector<float> too_few(59);
  REQUIRE_THROWS_AS(array.assign(std::span<const float>(too_few)), shape_error);
}

TEST_CASE("records begin on lines of their own, references share them", "[net]") {
  ParameterRecord records[2];
  records[0].parameter = {"a", {3}, {}, orders::plain};
  records[1].parameter = {"b", {17}, {}, orders::vector};
  const int references[] = {1, 0, 1};
  const auto layout = lay_out<2, 3>(records, references, 8);
  REQUIRE(layout.records[0] == 0);
  REQUIRE(layout.records[1] == 16);
  REQUIRE(layout.elements == 16 + 32);
  REQUIRE(layout.references[0] == 16);
  REQUIRE(layout.references[1] == 0);
  REQUIRE(layout.references[2] == 16);
}

}  // namespace
