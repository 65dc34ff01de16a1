#include "lamina/train/detail/arena_parts.hpp"

#include <vector>

#include "support/catch.hpp"

namespace lamina::test {
namespace {

using Parts = std::vector<std::pair<Index, Index>>;

Parts parts_in(const std::vector<ParameterSegment>& segments, Index begin, Index end) {
  Parts parts;
  detail::for_each_part(segments, begin, end, [&](Index first, Index last, const ParameterSegment& segment) {
    REQUIRE(segment.begin <= first);
    REQUIRE(&segment >= segments.data());
    parts.emplace_back(first, last);
  });
  return parts;
}

}  // namespace

TEST_CASE("segments that adjoin and are treated alike make one part, cut at the ends") {
  const std::vector<ParameterSegment> segments = {{.begin = 0, .end = 10},
                                                  {.begin = 10, .end = 20, .group = 1},
                                                  {.begin = 20, .end = 30, .decays = false},
                                                  {.begin = 32, .end = 40, .decays = false},
                                                  {.begin = 40, .end = 50, .decays = false, .frozen = true},
                                                  {.begin = 50, .end = 60, .frozen = true, .rate_scale = 2}};
  REQUIRE(parts_in(segments, 0, 60) == Parts{{0, 20}, {20, 30}, {32, 40}, {40, 50}, {50, 60}});
  REQUIRE(parts_in(segments, 5, 15) == Parts{{5, 15}});
  REQUIRE(parts_in(segments, 10, 25) == Parts{{10, 20}, {20, 25}});
  REQUIRE(parts_in(segments, 25, 31) == Parts{{25, 30}});
  REQUIRE(parts_in(segments, 30, 32).empty());
  REQUIRE(parts_in(segments, 45, 45).empty());
  REQUIRE(parts_in(segments, 60, 99).empty());
  REQUIRE(parts_in({}, 0, 10).empty());
}

TEST_CASE("what makes segments alike can be said otherwise") {
  const std::vector<ParameterSegment> segments = {
      {.begin = 0, .end = 4}, {.begin = 4, .end = 8}, {.begin = 8, .end = 12, .decays = false}};
  Parts parts;
  detail::for_each_part(
      segments, 0, 12,
      [&](Index first, Index last, const ParameterSegment&) { parts.emplace_back(first, last); },
      [](const ParameterSegment& a, const ParameterSegment& b) { return a.begin > 0 && b.begin > 0; });
  REQUIRE(parts == Parts{{0, 4}, {4, 12}});
}

TEST_CASE("empty segments are passed over") {
  const std::vector<ParameterSegment> segments = {
      {.begin = 0, .end = 0}, {.begin = 0, .end = 4}, {.begin = 4, .end = 4}};
  REQUIRE(parts_in(segments, 0, 8) == Parts{{0, 4}});
}

}  // namespace lamina::test
