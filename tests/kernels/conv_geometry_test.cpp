#include "lamina/kernels/conv_geometry.hpp"

#include <set>

#include "support/catch.hpp"

namespace lamina::kernels {
namespace {

constexpr ConvGeometry g{.in_channels = 6,
                         .out_channels = 12,
                         .groups = 3,
                         .kernel_height = 3,
                         .kernel_width = 2,
                         .stride_height = 2,
                         .dilation_width = 3,
                         .pad_top = 1,
                         .pad_right = 4};

// The extents PyTorch gives.
static_assert(g.out_height(7) == 3 && g.out_height(8) == 4 && g.out_height(1) == 0 && g.out_height(2) == 1);
static_assert(g.out_width(5) == 6 && g.out_width(0) == 1);
static_assert(g.taps() == 6 && g.in_channels_per_group() == 2 && g.out_channels_per_group() == 4);
static_assert(g.macs(3, 6) == 3 * 6 * 12 * 2 * 6);
static_assert(!g.depthwise() && g.padded() && !ConvGeometry{}.padded());
static_assert(ConvGeometry{.in_channels = 4, .out_channels = 4, .groups = 4}.depthwise());
static_assert(!ConvGeometry{}.depthwise());

template <ConvGeometry G> struct Structural {};
using Named [[maybe_unused]] = Structural<g>;

}  // namespace

TEST_CASE("Weights have places of their own, padding lanes apart", "[kernels]") {
  constexpr Index block = 8;
  REQUIRE(g.weight_size(block) == 16 * 6 * 2);
  std::set<Index> places;
  for (Index o = 0; o < 12; ++o)
    for (Index i = 0; i < 2; ++i)
      for (Index u = 0; u < 3; ++u)
        for (Index v = 0; v < 2; ++v) places.insert(g.weight_offset(block, o, i, u, v));
  REQUIRE(places.size() == 12 * 2 * 6);
  REQUIRE(*places.begin() == 0);
  REQUIRE(*places.rbegin() == g.weight_size(block) - 1 - (block - 12 % block));
  // One output channel after another, then the input channel, the column, the row.
  REQUIRE(g.weight_offset(block, 1, 0, 0, 0) == 1);
  REQUIRE(g.weight_offset(block, 0, 1, 0, 0) == 8);
  REQUIRE(g.weight_offset(block, 0, 0, 0, 1) == 16);
  REQUIRE(g.weight_offset(block, 0, 0, 1, 0) == 32);
  REQUIRE(g.weight_offset(block, 8, 0, 0, 0) == 96);
}

TEST_CASE("check says what is wrong with a convolution", "[kernels]") {
  const auto broken = [](auto change) {
    ConvGeometry geometry = g;
    change(geometry);
    return geometry;
  };
  check(g, 7, 5);
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.groups = 4; }), 7, 5), containing("groups must divide"));
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.groups = 0; }), 7, 5), containing("groups must divide"));
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.kernel_width = 0; }), 7, 5),
                      containing("at least one row"));
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.stride_width = 0; }), 7, 5), containing("start at 1"));
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.dilation_height = 0; }), 7, 5), containing("start at 1"));
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.pad_left = -1; }), 7, 5), containing("negative"));
  REQUIRE_THROWS_WITH(check(g, 1, 5), containing("larger than the padded map"));
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.border = Border::reflect; }), 7, 4),
                      containing("reflect"));
  REQUIRE_THROWS_WITH(check(broken([](auto& c) { c.border = Border::circular; }), 7, 3),
                      containing("circular"));
  check(broken([](auto& c) { c.border = Border::reflect; }), 7, 5);
  check(broken([](auto& c) { c.border = Border::circular; }), 7, 4);
}

}  // namespace lamina::kernels
