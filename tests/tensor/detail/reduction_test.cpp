#include "lamina/tensor/detail/reduction.hpp"

#include <vector>

#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/reduce.hpp"
#include "lamina/tensor/slice.hpp"
#include "lamina/tensor/tensor.hpp"
#include "lamina/tensor/tensor_view.hpp"
#include "support/catch.hpp"

namespace lamina::test::reductions_tested {

using namespace lamina::detail;

namespace {

constexpr std::array<bool, max_rank> folds(bool a, bool b, bool c) { return {a, b, c}; }

}  // namespace

TEST_CASE("the axes tell which loops a reduction can need") {
  STATIC_REQUIRE(fold_order<3>(folds(true, true, true)) == FoldOrder::all);
  STATIC_REQUIRE(fold_order<3>(folds(true, false, true)) == FoldOrder::runs);
  STATIC_REQUIRE(fold_order<3>(folds(true, true, false)) == FoldOrder::rows);
  STATIC_REQUIRE(fold_order<0>(folds(false, false, false)) == FoldOrder::all);
}

TEST_CASE("a reduction runs by rows where the last axis stays and is long enough") {
  std::vector<float> memory(2 * 5 * 32);
  const TensorView<float, 2, 5, 32> x(memory.data(), {});
  const auto columns = reduction_nest<FoldOrder::rows>(x, folds(false, true, false));
  REQUIRE(columns.by_rows);
  REQUIRE(columns.outer == 2);
  REQUIRE(columns.folded == 5);
  REQUIRE(columns.inner == 32);
  const auto rows = reduction_nest<FoldOrder::runs>(x, folds(true, false, true));
  REQUIRE_FALSE(rows.by_rows);
  REQUIRE(rows.outer == 5);
  REQUIRE(rows.folded == 64);
  REQUIRE(rows.loops.extents[0] == 5);  // what stays comes first
  const auto all = reduction_nest<FoldOrder::all>(x, folds(true, true, true));
  REQUIRE(all.loops.rank == 1);
  REQUIRE(all.folded == 320);
  const TensorView<float, 2, 40, 3> narrow(memory.data(), {});
  REQUIRE_FALSE(reduction_nest<FoldOrder::rows>(narrow, folds(false, true, false)).by_rows);
}

TEST_CASE("parts that are folded at the end join to the whole, in either order") {
  // Long enough to be cut: columns by rows, and rows of one run.
  const Index rows = 9001, columns = 40;
  std::vector<double> memory(static_cast<std::size_t>(rows * columns));
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<double>(i % 17);
  const TensorView<double, dyn, dyn> x(memory.data(), rows, columns);
  std::vector<double> by_column(static_cast<std::size_t>(columns)), by_row(static_cast<std::size_t>(rows));
  double total = 0;
  reduce<Sum, FoldOrder::rows>(x, {true, false}, by_column.data());
  reduce<Sum, FoldOrder::runs>(x, {false, true}, by_row.data());
  reduce<Sum, FoldOrder::all>(x, {true, true}, &total);
  double expected_total = 0;
  std::vector<double> expected_by_column(by_column.size()), expected_by_row(by_row.size());
  for (std::size_t i = 0; i < memory.size(); ++i) {
    expected_by_column[i % by_column.size()] += memory[i];
    expected_by_row[i / by_column.size()] += memory[i];
    expected_total += memory[i];
  }
  REQUIRE(by_column == expected_by_column);
  REQUIRE(by_row == expected_by_row);
  REQUIRE(total == expected_total);
}

TEST_CASE("the first place that nothing comes before is located") {
  const float memory[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 9};
  const TensorView<const float, 3, 4> x(memory, {});
  std::array<Index, 4> places{};
  locate(x, {true, false}, places.data(), [](float a, float b) { return a > b; });
  REQUIRE(places == std::array<Index, 4>{1, 1, 2, 2});
  locate(x, {false, true}, places.data(), [](float a, float b) { return a < b; });
  REQUIRE(places == std::array<Index, 4>{1, 2, 1, 2});
}

TEMPLATE_TEST_CASE("narrow rows are folded whatever their width and number", "[tensor]", float, double) {
  using T = TestType;
  for (const Index width : {4, 5, 7, 8, 9, 12, 16, 17, 23, 31, 32, 33})
    for (const Index rows : {1, 2, 31, 32, 33, 70}) {
      CAPTURE(width, rows);
      Tensor<T, dyn, dyn, dyn> x(3, rows, width);
      for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(i * 7 % 23 - 9);
      const auto sums = sum(x, axes<1>);
      const auto largest = max(x, axes<1>);
      const auto of_slice = sum(x(all, all, range(1, to_end)), axes<1>);
      const auto of_function = sum(x * T{2} - x(range(0, 1), range(0, 1), all), axes<1>);
      for (Index a = 0; a < 3; ++a)
        for (Index c = 0; c < width; ++c) {
          T expected = 0, most = x(a, 0, c);
          for (Index r = 0; r < rows; ++r) {
            expected += x(a, r, c);
            most = std::max(most, x(a, r, c));
          }
          REQUIRE(sums(a, c) == expected);
          REQUIRE(largest(a, c) == most);
          if (c > 0) REQUIRE(of_slice(a, c - 1) == expected);
          REQUIRE(of_function(a, c) == 2 * expected - static_cast<T>(rows) * x(0, 0, c));
        }
    }
}

}  // namespace lamina::test::reductions_tested
