#include "lamina/kernels/detail/conv_axis.hpp"

#include <vector>

#include "support/catch.hpp"

namespace lamina::kernels::detail {
namespace {

std::vector<AxisRun> runs_of(const Axis& axis) {
  std::vector<AxisRun> runs(static_cast<std::size_t>(axis.out_extent));
  runs.resize(static_cast<std::size_t>(find_runs(axis, runs.data())));
  return runs;
}

}  // namespace

TEST_CASE("A padded axis has three runs", "[kernels]") {
  const auto runs = runs_of({6, 6, 3, 1, 1, 1});
  REQUIRE(runs.size() == 3);
  REQUIRE((runs[0].first == 0 && runs[0].count == 1 && runs[0].tap_first == 1 && runs[0].tap_count == 2));
  REQUIRE((runs[1].first == 1 && runs[1].count == 4 && runs[1].tap_first == 0 && runs[1].tap_count == 3));
  REQUIRE((runs[2].first == 5 && runs[2].count == 1 && runs[2].tap_first == 0 && runs[2].tap_count == 2));
}

TEST_CASE("Runs have each product of an axis once, and nothing else", "[kernels]") {
  for (const bool transposed : {false, true})
    for (const Index extent : {1, 2, 5, 9})
      for (const Index kernel : {1, 2, 3, 5})
        for (const Index stride : {1, 2, 3, 4})
          for (const Index dilation : {1, 2, 4})
            for (const Index pad : {0, 1, 4}) {
              const Index room = extent + 2 * pad - dilation * (kernel - 1) - 1;
              if (room < 0) continue;
              const Index small = room / stride + 1;
              const Axis axis = transposed ? Axis{small, extent, kernel, stride, dilation, pad, true}
                                           : Axis{extent, small, kernel, stride, dilation, pad};
              CAPTURE(transposed, extent, kernel, stride, dilation, pad);
              // reads[o][k]: what output o reads for tap k; -1 nothing.
              const auto count = static_cast<std::size_t>(axis.out_extent * kernel);
              std::vector<Index> expected(count, -1), actual(count, -1);
              for (Index x = 0; x < extent; ++x)
                for (Index k = 0; k < kernel; ++k)
                  for (Index y = 0; y < small; ++y)
                    if (y * stride - pad + k * dilation == x)
                      expected[static_cast<std::size_t>((transposed ? x : y) * kernel + k)] =
                          transposed ? y : x;
              std::vector<int> seen(static_cast<std::size_t>(axis.out_extent));
              for (const AxisRun& run : runs_of(axis))
                for (Index j = 0; j < run.count; ++j) {
                  const Index o = run.first + j * run.step;
                  ++seen[static_cast<std::size_t>(o)];
                  for (Index t = 0; t < run.tap_count; ++t)
                    actual[static_cast<std::size_t>(o * kernel + run.tap_first + t * run.tap_step)] =
                        run.in_first + j * run.in_step + t * run.in_tap_step;
                }
              REQUIRE(seen == std::vector<int>(seen.size(), 1));
              REQUIRE(actual == expected);
            }
}

TEST_CASE("clip keeps the members of a run that are in range", "[kernels]") {
  const AxisRun run{1, 3, 4, 0, 1, 2, 10, 2, 1};  // outputs 1 4 7 10, inputs from 10 12 14 16
  for (Index begin = 0; begin < 12; ++begin)
    for (Index end = begin; end < 13; ++end) {
      const AxisRun some = clip(run, begin, end);
      Index expected = 0;
      for (Index j = 0; j < run.count; ++j) {
        const Index o = run.first + j * run.step;
        if (o < begin || o >= end) continue;
        if (expected++ == 0) REQUIRE((some.first == o && some.in_first == run.in_first + j * run.in_step));
      }
      REQUIRE(some.count == expected);
    }
}

}  // namespace lamina::kernels::detail
