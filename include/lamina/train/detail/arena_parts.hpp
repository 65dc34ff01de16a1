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

/// Calls f(first, last, segment) for the parts [first, last) of segments that lie in [begin, end), in
/// ascending order, where adjoining segments that are alike make one part; `segment` is the first of them.
template <class F, class Alike = decltype(treated_alike)>
void for_each_part(std::span<const ParameterSegment> segments, Index begin, Index end, F&& f,
                   const Alike& alike = treated_alike) {
  auto next = std::upper_bound(segments.begin(), segments.end(), begin,
                               [](Index at, const ParameterSegment& segment) { return at < segment.end; });
  while (next != segments.end() && next->begin < end) {
    const ParameterSegment& segment = *next;
    Index last = segment.end;
    for (++next; next != segments.end() && next->begin == last && alike(*next, segment); ++next)
      last = next->end;
    const Index from = std::max(segment.begin, begin), to = std::min(last, end);
    if (from < to) f(from, to, segment);
  }
}

}  // namespace lamina::detail
