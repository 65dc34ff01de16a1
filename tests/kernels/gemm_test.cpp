#include "lamina/kernels/gemm.hpp"

#include <cstring>
#include <vector>

#include "lamina/core/random.hpp"
#include "support/catch.hpp"

namespace lamina::test {
namespace {

using kernels::MatrixView;

template <class T> inline constexpr double product_tolerance = std::is_same_v<T, float> ? 2e-5 : 1e-13;

/// A matrix of small random numbers that lies in memory with some gaps, row by row or column by column.
template <class T> struct RandomMatrix {
  RandomMatrix(Index rows, Index columns, bool by_columns, std::uint64_t stream, Index gap = 3)
      : storage((by_columns ? columns * (rows + gap) : rows * (columns + gap)) + 1),
        view(storage.data(), lamina::Extents<dyn, dyn>({rows, columns}),
             by_columns ? std::array<Index, 2>{1, rows + gap} : std::array<Index, 2>{columns + gap, 1}) {
    const Random random(seed{1}, stream);
    for (Index i = 0; i < storage.size(); ++i)
      storage[i] = std::is_integral_v<T>
                       ? static_cast<T>(i % 7 - 3)
                       : static_cast<T>(random.uniform(static_cast<std::uint64_t>(i)) - 0.5);
  }
  Storage<T> storage;
  MatrixView<T> view;
};

/// The elements of a matrix as doubles, row by row. (The sums below read them from here: through a view they
/// would take minutes in a sanitized build.)
template <class T> std::vector<double> elements(const MatrixView<const T>& matrix) {
  std::vector<double> all;
  for (Index i = 0; i < matrix.extent(0); ++i)
    for (Index j = 0; j < matrix.extent(1); ++j) all.push_back(static_cast<double>(matrix(i, j)));
  return all;
}

/// Requires c to be start + a b.
template <class T>
void require_product(const MatrixView<const T>& a, const MatrixView<const T>& b, const MatrixView<T>& c,
                     double start) {
  const std::vector<double> left = elements<T>(a), right = elements<T>(b), actual = elements<T>(c);
  const Index rows = a.extent(0), depth = a.extent(1), columns = b.extent(1);
  std::vector<double> expected(actual.size(), start);
  for (Index i = 0; i < rows; ++i) {
    double* const sums = expected.data() + i * columns;
    for (Index p = 0; p < depth; ++p) {
      const double factor = left[static_cast<std::size_t>(i * depth + p)];
      const double* const row = right.data() + p * columns;
      for (Index j = 0; j < columns; ++j) sums[j] += factor * row[j];
    }
  }
  require_close(actual, expected, product_tolerance<T> * static_cast<double>(a.extent(1) + 1));
}

/// All four orders of operands, written and accumulated, with what surrounds C left alone.
template <class T> void check_gemm(Index m, Index n, Index k) {
  for (const int order : {0, 1, 2, 3}) {
    CAPTURE(m, n, k, order);
    const RandomMatrix<T> a(m, k, (order & 1) != 0, 1), b(k, n, (order & 2) != 0, 2);
    RandomMatrix<T> c(m, n, false, 3);
    c.storage.span()[c.storage.span().size() - 1] = T{7};
    for (const bool accumulate : {false, true}) {
      for (T& value : c.storage.span()) value = T{2};
      kernels::gemm<T>(a.view, b.view, c.view, accumulate);
      require_product<T>(a.view, b.view, c.view, accumulate ? 2 : 0);
      bool gaps_are_left = true;
      for (Index i = 0; i < m; ++i)
        for (Index gap = 0; gap < 3; ++gap)
          gaps_are_left = gaps_are_left && c.storage[i * (n + 3) + n + gap] == T{2};
      REQUIRE(gaps_are_left);
    }
  }
}

constexpr Index some_extents[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 23, 24, 25, 33};

TEMPLATE_TEST_CASE("gemm: small products of any extents", "[kernels]", float, double) {
  for (const Index m : some_extents)
    for (const Index n : some_extents)
      for (const Index k : {0, 1, 2, 9, 25}) check_gemm<TestType>(m, n, k);
}

TEMPLATE_TEST_CASE("gemm: at the edges of blocks, panels and packing", "[kernels]", float, double) {
  constexpr Index extents[][3] = {{63, 65, 64},   {64, 97, 129},  {65, 383, 257}, {129, 385, 31},
                                  {7, 1000, 300}, {9, 1000, 300}, {300, 3, 513},  {2, 3100, 40},
                                  {40, 33, 1000}, {17, 3073, 19}};
  for (const auto& [m, n, k] : extents) check_gemm<TestType>(m, n, k);
}

TEMPLATE_TEST_CASE("gemm: a matrix and a vector", "[kernels]", float, double) {
  const auto check_both = [](Index long_one, Index depth) {
    check_gemm<TestType>(long_one, 1, depth);
    check_gemm<TestType>(1, long_one, depth);
  };
  for (const Index long_one : {1, 5, 31, 64, 127, 1025})
    for (const Index depth : {1, 4, 17, 130}) check_both(long_one, depth);
  check_both(127, 700);
  check_both(3000, 17);
}

TEST_CASE("gemm: integers", "[kernels]") {
  check_gemm<int>(9, 7, 5);
  check_gemm<Index>(3, 1, 4);
  check_gemm<std::int8_t>(3, 5, 1);
}

TEST_CASE("gemm: neither rows nor columns in runs", "[kernels]") {
  const RandomMatrix<float> a(80, 140, false, 1), b(140, 60, false, 2);
  const MatrixView<const float> every_other_a(a.view.data(), lamina::Extents<dyn, dyn>({40, 70}),
                                              {2 * a.view.stride(0), 2});
  const MatrixView<const float> reversed_b(b.view.data() + 69 * b.view.stride(0),
                                           lamina::Extents<dyn, dyn>({70, 20}), {-b.view.stride(0), 3});
  for (const Index columns : {20, 1}) {
    RandomMatrix<float> c(40, columns, false, 3);
    const MatrixView<const float> b_part(reversed_b.data(), lamina::Extents<dyn, dyn>({70, columns}),
                                         reversed_b.strides());
    kernels::gemm<float>(every_other_a, b_part, c.view);
    require_product<float>(every_other_a, b_part, c.view, 0);
  }
}

TEST_CASE("gemm_batch: products that share, repeat and interleave operands", "[kernels]") {
  constexpr Index batch = 6, inner = 5;
  for (const Index m : {1, 4, 30})
    for (const bool shares_b : {false, true}) {
      const Index n = 21, k = 33;
      const RandomMatrix<float> a(batch * inner * m, k, false, 1, 0), b(batch * k, n, false, 2, 0);
      RandomMatrix<float> c(batch * inner * m, n, false, 3, 0);
      kernels::GemmBatch places;
      places.add_axis(batch, inner * m * k, shares_b ? 0 : k * n, inner * m * n);
      places.add_axis(inner, m * k, 0, m * n);
      const auto part = [](const auto& matrix, Index first, Index rows) {
        return MatrixView<const float>(matrix.view.data() + first * matrix.view.stride(0),
                                       lamina::Extents<dyn, dyn>({rows, matrix.view.extent(1)}),
                                       matrix.view.strides());
      };
      kernels::gemm_batch<float>(places, part(a, 0, m), part(b, 0, k),
                                 MatrixView<float>(c.view.data(), m, n));
      for (Index i = 0; i < batch * inner; ++i)
        require_product<float>(part(a, i * m, m), part(b, shares_b ? 0 : i / inner * k, k),
                               MatrixView<float>(c.view.data() + i * m * n, m, n), 0);
    }
}

TEMPLATE_TEST_CASE("gemm: the same bits on any number of threads", "[kernels]", float, double) {
  using T = TestType;
  const int before = threads();
  constexpr Index extents[][3] = {{200, 800, 600}, {3000, 1, 300}, {1, 3000, 300}, {70, 30, 40}};
  for (const auto& [m, n, k] : extents)
    for (const int order : {0, 3}) {
      const RandomMatrix<T> a(m, k, (order & 1) != 0, 1), b(k, n, (order & 2) != 0, 2);
      RandomMatrix<T> one(m, n, false, 3, 0), more(m, n, false, 3, 0);
      set_threads(1);
      kernels::gemm<T>(a.view, b.view, one.view);
      for (const int count : {2, 3}) {
        set_threads(count);
        kernels::gemm<T>(a.view, b.view, more.view);
        REQUIRE(std::memcmp(one.view.data(), more.view.data(), static_cast<std::size_t>(m * n) * sizeof(T)) ==
                0);
      }
    }
  // Many products, taken by threads as they come.
  const RandomMatrix<T> a(64 * 20, 30, false, 1, 0), b(30, 17, true, 2, 0);
  RandomMatrix<T> one(64 * 20, 17, false, 3, 0), more(64 * 20, 17, false, 3, 0);
  kernels::GemmBatch places;
  places.add_axis(8, 20 * 30, 0, 20 * 17);
  places.add_axis(8, 8 * 20 * 30, 0, 8 * 20 * 17);
  const MatrixView<const T> first(a.view.data(), 20, 30);
  set_threads(1);
  kernels::gemm_batch<T>(places, first, b.view, MatrixView<T>(one.view.data(), 20, 17));
  set_threads(3);
  kernels::gemm_batch<T>(places, first, b.view, MatrixView<T>(more.view.data(), 20, 17));
  REQUIRE(std::equal(one.storage.begin(), one.storage.end() - 1, more.storage.begin()));
  set_threads(before);
}

TEST_CASE("gemm refuses what does not fit", "[kernels]") {
  const RandomMatrix<float> a(2, 3, false, 1), b(4, 5, false, 2);
  RandomMatrix<float> c(2, 5, false, 3), turned(2, 5, true, 3);
  REQUIRE_THROWS_AS(kernels::gemm<float>(a.view, b.view, c.view), shape_error);
  REQUIRE_THROWS_WITH(kernels::gemm<float>(a.view, b.view, c.view), containing("(2, 3) times (4, 5)"));
  const RandomMatrix<float> fits(3, 5, false, 2);
  REQUIRE_THROWS_WITH(kernels::gemm<float>(a.view, fits.view, turned.view), containing("neighbours"));
}

}  // namespace
}  // namespace lamina::test
