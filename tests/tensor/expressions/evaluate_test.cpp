#include "lamina/tensor/expressions/evaluate.hpp"

#include <vector>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

Tensor<float, dyn, dyn> numbered(Index rows, Index columns) {
  return generate<float, dyn, dyn>([&](Index i, Index j) { return i * columns + j; }, rows, columns);
}

template <class T, Index... E> auto transposed(Tensor<T, E...>& t) {
  return TensorView<T, dyn, dyn>(t.data(), Extents<dyn, dyn>({t.extent(1), t.extent(0)}), {1, t.extent(1)});
}

/// Rows from the last to the first.
template <class T, Index... E> auto flipped(Tensor<T, E...>& t) {
  const Index rows = t.extent(0), columns = t.extent(1);
  return TensorView<T, dyn, dyn>(t.data() + (rows - 1) * columns, Extents<dyn, dyn>({rows, columns}),
                                 {-columns, 1});
}

}  // namespace

TEST_CASE("strided operands and destinations") {
  for (Index rows : {1, 3, 8, 17, 70})
    for (Index columns : {1, 2, 7, 9, 65}) {
      auto a = numbered(rows, columns);
      auto b = numbered(columns, rows);
      const Tensor<float, dyn, dyn> sum = a + transposed(b);
      Tensor<float, dyn, dyn> c(columns, rows);
      transposed(c) = a * 2 + transposed(b);
      for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < columns; ++j) {
          REQUIRE(sum(i, j) == a(i, j) + b(j, i));
          REQUIRE(c(j, i) == 2 * a(i, j) + b(j, i));
        }
    }
}

TEST_CASE("a destination that is also read otherwise than element for element goes through a temporary") {
  for (Index n : {2, 3, 8, 17}) {
    auto x = numbered(n, n);
    const auto before = x;
    x = flipped(x) + x;
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) REQUIRE(x(i, j) == before(n - 1 - i, j) + before(i, j));

    x = before;
    x = transposed(x) - x;
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) REQUIRE(x(i, j) == before(j, i) - before(i, j));

    x = before;
    flipped(x) = x;
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) REQUIRE(x(n - 1 - i, j) == before(i, j));

    x = before;
    x += x[0];  // a row of it, broadcast
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) REQUIRE(x(i, j) == before(i, j) + before(0, j));

    std::vector<float> line(static_cast<std::size_t>(n) + 1, 1);
    TensorView<float, dyn> head(line.data(), n), tail(line.data() + 1, n);
    tail = head + tail;  // neighbours: no value may be used that was just written
    for (Index i = 0; i <= n; ++i) REQUIRE(line[static_cast<std::size_t>(i)] == (i == 0 ? 1 : 2));
  }
}

TEST_CASE("in place, element for element") {
  auto x = numbered(5, 7);
  const float* memory = x.data();
  x = x * x + x;
  x = relu(x - 6);
  REQUIRE(x.data() == memory);
  REQUIRE(x(0, 1) == 0);
  REQUIRE(x(4, 6) == 34 * 34 + 34 - 6);
}

TEST_CASE("nothing happens to tensors without elements") {
  Tensor<float, dyn, 3> empty(0);
  empty = empty * 2 + 1;
  REQUIRE(empty.size() == 0);
  const Tensor<float, dyn, 3> sum = empty + Tensor<float, 3>{1, 2, 3};
  REQUIRE(sum.extents() == Extents<0, 3>{});
  TensorView<float, dyn> nothing;
  nothing = 1;
}

TEST_CASE("elements are converted to the destination's type") {
  const Tensor<float, 9> x{-1.5f, -1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f};
  const Tensor<double, 9> wide = x * 2;
  const Tensor<bool, 9> positive = x > 0;
  const Tensor<std::uint8_t, 9> as_bytes = cast<std::uint8_t>(x + 2);
  const Tensor<float, 9> narrow = wide + 0.5;
  const Tensor<float, 9> ones = positive;
  for (Index i = 0; i < 9; ++i) {
    REQUIRE(wide(i) == 2.0 * x(i));
    REQUIRE(positive(i) == (x(i) > 0));
    REQUIRE(as_bytes(i) == static_cast<std::uint8_t>(x(i) + 2));
    REQUIRE(narrow(i) == static_cast<float>(2.0 * x(i) + 0.5));
    REQUIRE(ones(i) == (x(i) > 0 ? 1.f : 0.f));
  }
}

TEST_CASE("large evaluations are cut over threads and give the same bits") {
  const Index rows = 311, columns = 1021;  // over the threshold, and no multiple of a piece
  const auto a = random_normal<float, dyn, dyn>(seed{1}, rows, columns);
  const auto row = random_normal<float, dyn>(seed{2}, columns);
  const int before = threads();
  set_threads(1);
  const Tensor serial = exp(a * row) + 1;
  set_threads(2);
  const Tensor parallel = exp(a * row) + 1;
  Tensor<float, dyn, dyn> other(columns, rows);
  transposed(other) = exp(a * row) + 1;
  set_threads(before);
  REQUIRE(serial == parallel);
  for (Index i = 0; i < rows; i += 13)
    for (Index j = 0; j < columns; ++j) REQUIRE(other(j, i) == serial(i, j));
}

TEST_CASE("a small sample of a large evaluation is right") {
  Tensor<double, dyn> x = arange(200'000.0);
  x = x * 0.5 + 1;
  for (Index i = 0; i < x.size(); ++i)
    if (x(i) != static_cast<double>(i) * 0.5 + 1) FAIL("element " << i);
  SUCCEED();
}

TEST_CASE("shapes that an expression may be assigned to") {
  STATIC_REQUIRE(assignable(Extents<3, 4>{}, Extents<4>{}));
  STATIC_REQUIRE(assignable(Extents<3, 4>{}, Extents<1, dyn>{}));
  STATIC_REQUIRE(assignable(Extents<dyn, 4>{}, Extents<3, 4>{}));
  STATIC_REQUIRE_FALSE(assignable(Extents<4>{}, Extents<3, 4>{}));
  STATIC_REQUIRE_FALSE(assignable(Extents<1, 4>{}, Extents<3, 4>{}));
}
