#include "lamina/io/picture/filter_grid.hpp"

#include <vector>

#include "io/picture/support.hpp"
#include "support/catch.hpp"

using namespace lamina;
using io::Canvas;
using io::Colour;
using support::count;

TEST_CASE("a filter's greatest weight is full red or blue, zero is white") {
  const Colour red = io::detail::diverging(1), blue = io::detail::diverging(-1),
               zero = io::detail::diverging(0);
  REQUIRE(red.red > red.blue);
  REQUIRE(blue.blue > blue.red);
  // Two filters 1x2: each is scaled by itself.
  const std::vector<float> weights{0.001F, 0.0F, -50.0F, 25.0F};
  const Canvas grid = io::filter_grid<float>(weights, 2, {1, 1, 2}, {.least_side = 40});
  REQUIRE(count(grid, red) == 20 * 20);
  REQUIRE(count(grid, zero) == 20 * 20);
  REQUIRE(count(grid, blue) == 20 * 20);
  REQUIRE(count(grid, io::detail::diverging(0.5)) == 20 * 20);
  REQUIRE(grid.at(24 + 5, 24 + 5) == red);
  REQUIRE(grid.at(24 + 40 + 10 + 5, 24 + 5) == blue);
}

TEST_CASE("filters over three channels are in colour, with zero in the middle") {
  const std::vector<double> weights{2.0, 0.0, -2.0};
  const Canvas grid = io::filter_grid<double>(weights, 1, {3, 1, 1}, {.least_side = 10});
  REQUIRE(count(grid, {255, 127, 0}) == 100);
}

TEST_CASE("filters over any other number of channels are shown channel by channel") {
  const std::vector<float> weights{1, 0, -1, 0.5F};
  const Canvas grid = io::filter_grid<float>(weights, 2, {2, 1, 1}, {.columns = 2, .least_side = 10});
  REQUIRE(grid.at(24 + 5, 24 + 5) == io::detail::diverging(1));
  REQUIRE(grid.at(24 + 20 + 5, 24 + 5) == io::detail::diverging(0));
  REQUIRE(grid.at(24 + 5, 24 + 20 + 5) == io::detail::diverging(-1));
  REQUIRE(grid.at(24 + 20 + 5, 24 + 20 + 5) == io::detail::diverging(0.5));
}

TEST_CASE("filters of zeros, infinities and no numbers can be looked at") {
  const std::vector<float> zeros(4), odd{std::nanf(""), std::numeric_limits<float>::infinity(), 1, -1};
  REQUIRE(count(io::filter_grid<float>(zeros, 1, {1, 2, 2}, {.least_side = 10}), io::detail::diverging(0)) ==
          100);
  const Canvas grid = io::filter_grid<float>(odd, 1, {1, 2, 2}, {.least_side = 10});
  REQUIRE(count(grid, io::detail::diverging(0)) == 25);
  REQUIRE(count(grid, io::detail::diverging(1)) == 50);
  REQUIRE(count(grid, io::detail::diverging(-1)) == 25);
}

TEST_CASE("weights that are not that many filters are refused") {
  const std::vector<float> weights(24);
  REQUIRE_THROWS_WITH(io::filter_grid<float>(weights, 5, {1, 5, 5}),
                      containing("5 filters of 1x5x5 do not have 24 weights"));
  REQUIRE_THROWS_AS(io::filter_grid<float>({}, 0, {1, 5, 5}), shape_error);
}
