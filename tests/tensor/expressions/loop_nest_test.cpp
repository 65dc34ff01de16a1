#include "lamina/tensor/expressions/loop_nest.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace lamina;
using detail::LoopNest;

namespace {

using Two = std::array<Index, 2>;
using Three = std::array<Index, 3>;

const float memory[64] = {};

/// A nest over a destination and one operand of the same extents.
LoopNest<2> nest_of(const Three& extents, const Three& to, const Three& from) {
  LoopNest<2> nest{3, {}, {}};
  std::copy(extents.begin(), extents.end(), nest.extents.begin());
  detail::describe_operand(memory, extents, to, 3, nest.operands[0]);
  detail::describe_operand(memory, extents, from, 3, nest.operands[1]);
  return nest;
}

}  // namespace

TEST_CASE("an operand is described in bytes, lined up at the last axis") {
  detail::Operand operand;
  detail::describe_operand(memory, Two{3, 1}, Two{5, 1}, 4, operand);
  REQUIRE(operand.element_bytes == 4);
  REQUIRE(operand.byte_strides[0] == 0);  // absent
  REQUIRE(operand.byte_strides[2] == 20);
  REQUIRE(operand.byte_strides[3] == 0);  // of extent 1
}

TEST_CASE("axes that are one run for every operand are merged") {
  auto nest = nest_of({2, 3, 4}, {12, 4, 1}, {12, 4, 1});
  merge_axes(nest);
  REQUIRE(nest.rank == 1);
  REQUIRE(nest.run() == 24);
  REQUIRE(nest.is_contiguous(0));

  nest = nest_of({2, 3, 4}, {12, 4, 1}, {0, 4, 1});  // repeated along the first axis
  merge_axes(nest);
  REQUIRE(nest.rank == 2);
  REQUIRE(nest.extents[0] == 2);
  REQUIRE(nest.run() == 12);

  nest = nest_of({2, 3, 4}, {12, 4, 1}, {1, 2, 6});
  merge_axes(nest);
  REQUIRE(nest.rank == 3);
  REQUIRE_FALSE(nest.is_contiguous(0));
  REQUIRE(nest.is_contiguous(2));

  nest = nest_of({1, 7, 1}, {99, 1, 99}, {5, 1, 5});
  merge_axes(nest);
  REQUIRE(nest.rank == 1);
  REQUIRE(nest.run() == 7);
  REQUIRE(nest.size() == 7);

  nest = nest_of({1, 1, 1}, {1, 1, 1}, {1, 1, 1});
  merge_axes(nest);
  REQUIRE(nest.rank == 0);
  REQUIRE(nest.run() == 1);
  REQUIRE(nest.size() == 1);
}

TEST_CASE("axes of different kinds stay apart") {
  auto nest = nest_of({2, 3, 4}, {12, 4, 1}, {12, 4, 1});
  bool kinds[max_rank] = {true, false, false};
  merge_axes(nest, kinds);
  REQUIRE(nest.rank == 2);
  REQUIRE(nest.extents[0] == 2);
  REQUIRE(nest.extents[1] == 12);
  REQUIRE((kinds[0] && !kinds[1]));
}

TEST_CASE("overlap other than element for element is noticed") {
  const auto reads_what_it_writes = [](const Three& from_strides, Index offset) {
    auto nest = nest_of({1, 3, 4}, {12, 4, 1}, from_strides);
    nest.operands[1].data += offset * 4;
    return detail::reads_what_it_writes(nest);
  };
  REQUIRE_FALSE(reads_what_it_writes({12, 4, 1}, 0));
  REQUIRE_FALSE(reads_what_it_writes({12, 4, 1}, 12));   // right behind
  REQUIRE_FALSE(reads_what_it_writes({12, 4, 1}, -12));  // right before
  REQUIRE(reads_what_it_writes({12, 4, 1}, 11));
  REQUIRE(reads_what_it_writes({12, 4, 1}, -1));
  REQUIRE(reads_what_it_writes({12, 1, 3}, 0));          // transposed
  REQUIRE(reads_what_it_writes({12, 0, 1}, 4));          // a row of it, repeated
  REQUIRE(reads_what_it_writes({12, 4, -1}, 3));         // flipped
  REQUIRE_FALSE(reads_what_it_writes({12, 4, -1}, 15));  // flipped, elsewhere
}

TEST_CASE("runs cover a part of the nest in order, no longer than asked") {
  auto nest = nest_of({2, 3, 4}, {16, 5, 1}, {0, 1, 3});  // rows apart; strided
  merge_axes(nest);
  for (const Index limit : {1, 3, 100}) {
    for (const Index first : {0, 1, 5, 13}) {
      std::vector<std::array<Index, 2>> seen;
      for_each_run(nest, first, 23, limit, [&](const auto& at, Index count) {
        REQUIRE(count <= limit);
        for (Index i = 0; i < count; ++i)
          seen.push_back(
              {(at[0] - nest.operands[0].data) / 4 + i, (at[1] - nest.operands[1].data) / 4 + 3 * i});
      });
      REQUIRE(seen.size() == static_cast<std::size_t>(23 - first));
      for (std::size_t i = 0; i < seen.size(); ++i) {
        const Index n = first + static_cast<Index>(i), a = n / 12, b = n / 4 % 3, c = n % 4;
        REQUIRE(seen[i][0] == a * 16 + b * 5 + c);
        REQUIRE(seen[i][1] == b + c * 3);
      }
    }
  }
}

TEST_CASE("a walk comes to the same rows by steps, by skips, several at once and by number") {
  const auto nest = nest_of({2, 3, 4}, {16, 5, 1}, {0, 7, 3});
  for (const int axes : {0, 1, 2}) {
    using Walk = detail::Walk<2>;
    const Index rows = axes == 0 ? 1 : axes == 1 ? 2 : 6;
    std::vector<Walk::Pointers> expected;
    for (Index row = 0; row < rows; ++row) {
      Walk walk(nest, axes);
      walk.seek(row);
      expected.push_back(walk.row());
      if (axes == 2) {
        REQUIRE((walk.row()[0] - nest.operands[0].data) / 4 == row / 3 * 16 + row % 3 * 5);
        REQUIRE((walk.row()[1] - nest.operands[1].data) / 4 == row % 3 * 7);
        REQUIRE(walk.rows_in_line() == 3 - row % 3);
      }
    }
    const auto expect = [&](Index row, const Walk::Pointers& pointers) {
      if (row < rows) REQUIRE(pointers == expected[static_cast<std::size_t>(row)]);
    };
    Walk stepped(nest, axes), skipped(nest, axes), taken(nest, axes);
    for (Walk* walk : {&stepped, &skipped, &taken}) walk->seek(0);
    for (Index row = 0; row < rows; ++row, stepped.next()) expect(row, stepped.row());
    for (Index row = 0, count; row < rows; row += count, skipped.skip(count)) {
      expect(row, skipped.row());
      count = std::min<Index>(2, skipped.rows_in_line());
    }
    for (Index row = 0; row + 2 <= rows; row += 2) {  // with rows of three: within a line, and across its end
      const auto two = taken.take<2>();
      expect(row, two[0]);
      expect(row + 1, two[1]);
      expect(row + 2, taken.row());
      if (row + 2 < rows) taken.seek(row + 2);  // where it is
    }
  }
}
