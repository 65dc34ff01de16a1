// How loops over a model's flat arena are cut: into pieces of a fixed number of elements, which threads
// share, and within a piece into the parts that are to be treated alike.
#pragma once

#include <algorithm>
#include <span>

#include "lamina/core/shape.hpp"
#include "lamina/net/parameter_space.hpp"

namespace lamina::detail {

/// Elements in a piece: three or four arrays of it fit the second-level cache, and a piece takes some ten
/// microseconds, well above the cost of handing it to a thread.
inline constexpr Index arena_grain = 16384;

/// Whether an optimizer does the same to both.
constexpr bool treated_alike(const ParameterSegment& a, const ParameterSegment& b) {
  return a.decays == b.decays && a.frozen == b.frozen && a.rate_scale == b.rate_scale;
}

/// Calls f(part) for the parts of segments that lie in [begin, end), in ascending order, where adjoining
/// segments that are treated alike make one part. A part is a segment with narrower ends.
template <class F>
void for_each_part(std::span<const ParameterSegment> segments, Index begin, Index end, F&& f) {
  auto next = std::upper_bound(segments.begin(), segments.end(), begin,
                               [](Index at, const ParameterSegment& segment) { return at < segment.end; });
  while (next != segments.end() && next->begin < end) {
    ParameterSegment part = *next;
    for (++next; next != segments.end() && next->begin == part.end && treated_alike(*next, part); ++next)
      part.end = next->end;
    part.begin = std::max(part.begin, begin);
    part.end = std::min(part.end, end);
    if (part.begin < part.end) f(part);
  }
}

}  // namespace lamina::detail
