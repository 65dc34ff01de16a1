#include "lamina/tensor/reduce.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class T> Tensor<T, dyn, dyn, dyn> noise(Index a, Index b, Index c) {
  return random_normal<T, dyn, dyn, dyn>(seed{7}, a, b, c);
}

/// The elements along the axes that `folds` names, for one place on the others.
template <class T>
std::vector<double> elements(const Tensor<T, dyn, dyn, dyn>& x, const std::array<bool, 3>& folds,
                             const std::array<Index, 3>& place) {
  std::vector<double> found;
  for (Index i = 0; i < x.extent(0); ++i)
    for (Index j = 0; j < x.extent(1); ++j)
      for (Index k = 0; k < x.extent(2); ++k)
        if ((folds[0] || i == place[0]) && (folds[1] || j == place[1]) && (folds[2] || k == place[2]))
          found.push_back(static_cast<double>(x(i, j, k)));
  return found;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  const double centre = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum / static_cast<double>(values.size());
}

/// All reductions over some axes of x against loops.
template <class T, int... A> void check_axes(const Tensor<T, dyn, dyn, dyn>& x, Axes<A...> which) {
  std::array<bool, 3> folds{};
  ((folds[static_cast<std::size_t>(A < 0 ? A + 3 : A)] = true), ...);
  const double tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-14;
  const auto sums = sum(x, which, keep_axes);
  const auto means = mean(x, which, keep_axes);
  const auto variances = variance(x, which, keep_axes);
  const auto smallest = min(x, which, keep_axes);
  const auto largest = max(x, which, keep_axes);
  const auto fused = sum(x * x + 1, which, keep_axes);
  REQUIRE(sum(x, which).span().size() == static_cast<std::size_t>(sums.size()));
  for (Index i = 0; i < sums.extent(0); ++i)
    for (Index j = 0; j < sums.extent(1); ++j)
      for (Index k = 0; k < sums.extent(2); ++k) {
        const auto values = elements(x, folds, {i, j, k});
        const auto count = static_cast<double>(values.size());
        double squares = 0;
        for (const double v : values) squares += v * v + 1;
        const double reach = std::sqrt(count);  // sums are compared relative to what they sum
        require_close(sums(i, j, k) / reach, mean_of(values) * count / reach, tolerance);
        require_close(means(i, j, k), mean_of(values), tolerance);
        require_close(variances(i, j, k), variance_of(values), tolerance);
        require_close(fused(i, j, k), squares, tolerance);
        REQUIRE(smallest(i, j, k) == static_cast<T>(*std::min_element(values.begin(), values.end())));
        REQUIRE(largest(i, j, k) == static_cast<T>(*std::max_element(values.begin(), values.end())));
      }
}

}  // namespace

TEMPLATE_TEST_CASE("reductions over every choice of axes equal loops", "", float, double) {
  constexpr std::array<Index, 3> shapes[] = {{1, 1, 1},  {3, 1, 7},  {2, 9, 17},
                                             {1, 40, 8}, {8, 3, 33}, {5, 70, 3}};
  for (const auto& s : shapes) {
    CAPTURE(s);
    const auto x = noise<TestType>(s[0], s[1], s[2]);
    check_axes(x, axes<0>);
    check_axes(x, axes<1>);
    check_axes(x, axes<-1>);
    check_axes(x, axes<0, 1>);
    check_axes(x, axes<0, 2>);
    check_axes(x, axes<1, 2>);
    check_axes(x, axes<0, 1, 2>);
  }
}

TEST_CASE("without axes a reduction is one number") {
  for (Index n : {1, 3, 7, 8, 9, 17, 511, 513, 2049}) {
    const auto x = random_normal<double, dyn>(seed{3}, n);
    double total = 0, largest = x(0), smallest = x(0);
    for (const double v : x) total += v, largest = std::max(largest, v), smallest = std::min(smallest, v);
    require_close(sum(x), total, 1e-13);
    require_close(mean(x), total / static_cast<double>(n), 1e-13);
    require_close(variance(x), variance_of({x.begin(), x.end()}), 1e-13);
    require_close(standard_deviation(x), std::sqrt(variance_of({x.begin(), x.end()})), 1e-13);
    REQUIRE(max(x) == largest);
    REQUIRE(min(x) == smallest);
    REQUIRE(x(argmax(x)) == largest);
    REQUIRE(x(argmin(x)) == smallest);
  }
}

TEST_CASE("the axes that remain keep their static extents") {
  const Tensor<float, 2, dyn, 4> x(3);
  STATIC_REQUIRE(std::is_same_v<decltype(sum(x, axes<1>)), Tensor<float, 2, 4>>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum(x, axes<0, -1>)), Tensor<float, dyn>>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum(x, axes<0, -1>, keep_axes)), Tensor<float, 1, dyn, 1>>);
  STATIC_REQUIRE(std::is_same_v<decltype(sum(x, axes<0, 1, 2>)), Tensor<float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(argmax(x, axes<1>)), Tensor<Index, 2, 4>>);
  STATIC_REQUIRE(std::is_same_v<decltype(mean(x)), float>);
  const Tensor centred = x - mean(x, axes<1>, keep_axes);
  STATIC_REQUIRE(std::is_same_v<decltype(centred), const Tensor<float, 2, dyn, 4>>);
}

TEST_CASE("integers and masks are summed as Index, their mean is a double") {
  const Tensor<std::uint8_t, 5> bytes{250, 250, 250, 1, 2};
  REQUIRE(sum(bytes) == 753);
  STATIC_REQUIRE(std::is_same_v<decltype(sum(bytes)), Index>);
  REQUIRE(mean(bytes) == 753 / 5.0);
  require_close(variance(bytes), variance_of({250, 250, 250, 1, 2}), 1e-14);
  REQUIRE(max(bytes) == 250);
  const Tensor<float, 2, 3> x{{1, -1, 2}, {-2, -3, 5}};
  REQUIRE(sum(x > 0) == 3);
  REQUIRE(sum(x > 0, axes<1>) == Tensor<Index, 2>{2, 1});
  REQUIRE(mean(x > 0) == 0.5);
}

TEST_CASE("sums that Index does not hold") {
  const Tensor<std::uint64_t, 2> x{~std::uint64_t{0} - 5, 5};
  REQUIRE(sum(x) == ~std::uint64_t{0});
  REQUIRE(sum(x, axes<0>)() == ~std::uint64_t{0});
  REQUIRE(prod(x(range<0, 1>())) == ~std::uint64_t{0} - 5);
  REQUIRE(max(x) == ~std::uint64_t{0} - 5);
  REQUIRE(mean(x) == 0x1p63);
}

TEST_CASE("a float sum of millions is accurate") {
  constexpr Index count = 1 << 22;
  const auto x = full<float, dyn>(0.1f, count);
  const double exact = static_cast<double>(0.1f) * count;
  require_close(sum(x), exact, 3e-7);
  const auto columns = sum(x.reshape<dyn, 64>(), axes<0>);
  for (const float column : columns) require_close(column, exact / 64, 3e-7);
}

TEST_CASE("argmax gives the first of the largest along an axis") {
  const Tensor<float, 2, 4> x{{1, 5, 5, 0}, {7, -1, 2, 7}};
  REQUIRE(argmax(x) == 4);
  REQUIRE(argmin(x) == 5);
  REQUIRE(argmax(x, axes<-1>) == Tensor<Index, 2>{1, 0});
  REQUIRE(argmax(x, axes<0>) == Tensor<Index, 4>{1, 0, 0, 1});
  REQUIRE(argmin(x, axes<1>, keep_axes) == Tensor<Index, 2, 1>{{3}, {1}});
  REQUIRE(argmax(-x, axes<1>) == Tensor<Index, 2>{3, 1});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(argmax(Tensor<float, 3>{nan, 1, 2}) == 2);
}

TEMPLATE_TEST_CASE("max and min pass over NaN wherever it stands, along every axis", "[tensor]", float,
                   double) {
  using T = TestType;
  constexpr T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
  for (const auto& [a, b, c] :
       {std::tuple<Index, Index, Index>{3, 5, 2}, {9, 70, 19}, {2, 3, 600}, {40, 1, 8}}) {
    auto x = noise<T>(a, b, c), without_nan = x;
    for (Index i = 0; i < x.size(); ++i)
      if (i % 3 != 1 || i % 7 == 0) x.data()[i] = nan;
    const auto check = [&](const auto&... which) {
      const Tensor largest = max(x, which..., keep_axes), smallest = min(x, which..., keep_axes);
      without_nan = where(isnan(x), -infinity, x);
      const Tensor low = max(without_nan, which..., keep_axes);
      without_nan = where(isnan(x), infinity, x);
      const Tensor high = min(without_nan, which..., keep_axes);
      REQUIRE(largest == low);
      REQUIRE(smallest == high);
    };
    check(axes<0>);
    check(axes<1>);
    check(axes<2>);
    check(axes<0, 2>);
    check(axes<0, 1, 2>);
    REQUIRE(max(x) == max(x, axes<0, 1, 2>)());
  }
  const auto nothing = full<T, 40, 9>(nan);
  REQUIRE(max(nothing) == -infinity);
  REQUIRE(max(nothing, axes<0>) == full<T, 9>(-infinity));
  REQUIRE(min(nothing, axes<1>) == full<T, 40>(infinity));
  REQUIRE(argmax(nothing) == 0);
  REQUIRE(argmin(nothing, axes<0>) == zeros<Index, 9>());
  REQUIRE(argmin(Tensor<T, 5>{nan, nan, 3, nan, 2}) == 4);
}

TEST_CASE("reductions of strided views") {
  auto x = noise<float>(4, 9, 17);
  const TensorView<float, dyn, dyn, dyn> permuted(x.data(), Extents<dyn, dyn, dyn>({17, 4, 9}), {1, 153, 17});
  const Tensor<float, dyn, dyn, dyn> copy = permuted;
  require_close(sum(permuted), sum(copy), 1e-5);
  for (const auto& [a, b] : {std::pair(sum(permuted, axes<0>), sum(copy, axes<0>)),
                             std::pair(sum(permuted, axes<1>), sum(copy, axes<1>)),
                             std::pair(max(permuted, axes<2>), max(copy, axes<2>))})
    require_close(a.span(), b.span(), 1e-5);
  REQUIRE(argmax(permuted, axes<0>) == argmax(copy, axes<0>));
}

TEST_CASE("what reductions of no elements give") {
  const Tensor<float, dyn, 3> empty(0);
  REQUIRE(sum(empty) == 0);
  REQUIRE(sum(empty, axes<0>) == Tensor<float, 3>{0, 0, 0});
  REQUIRE(sum(empty, axes<1>).size() == 0);
  REQUIRE(std::isnan(mean(empty)));
  REQUIRE_THROWS_AS(max(empty), shape_error);
  REQUIRE_THROWS_AS(min(empty, axes<0>), shape_error);
  REQUIRE_THROWS_AS(argmax(empty), shape_error);
}

TEST_CASE("reductions have the same bits on any number of threads") {
  const auto x = noise<float>(37, 61, 129);
  const int before = threads();
  const auto all = [&] {
    return std::tuple(sum(x * x), sum(x, axes<0>), sum(x, axes<1>), sum(x, axes<2>), sum(x, axes<0, 2>),
                      argmax(x, axes<1>));
  };
  set_threads(1);
  const auto serial = all();
  set_threads(2);
  const auto parallel = all();
  set_threads(before);
  REQUIRE(serial == parallel);
}

TEMPLATE_TEST_CASE("products equal loops", "", float, double) {
  for (const Index columns : {1, 7, 16, 33})
    for (const Index rows : {1, 3, 20}) {
      CAPTURE(rows, columns);
      auto x = random_normal<TestType, dyn, dyn>(seed{4}, rows, columns);
      x = 1 + x * TestType(0.1);
      const double tolerance = sizeof(TestType) == 4 ? 3e-6 : 1e-14;
      const auto of_rows = prod(x, axes<1>), of_columns = prod(x, axes<0>);
      double total = 1;
      for (Index i = 0; i < rows; ++i) {
        double product = 1;
        for (Index j = 0; j < columns; ++j) product *= static_cast<double>(x(i, j));
        require_close(of_rows(i), product, tolerance);
        total *= product;
      }
      for (Index j = 0; j < columns; ++j) {
        double product = 1;
        for (Index i = 0; i < rows; ++i) product *= static_cast<double>(x(i, j));
        require_close(of_columns(j), product, tolerance);
      }
      require_close(prod(x), total, tolerance);
    }
}

TEST_CASE("products of integers are Index, of nothing 1") {
  STATIC_REQUIRE(std::is_same_v<decltype(prod(Tensor<std::uint8_t, 2>{})), Index>);
  REQUIRE(prod(Tensor<std::uint8_t, 3>{100, 100, 3}) == 30000);
  REQUIRE(prod(Tensor<int, 2, 2>{{1, 2}, {3, 4}}, axes<0>) == Tensor<Index, 2>{3, 8});
  REQUIRE(prod(Tensor<float, dyn>()) == 1);
  REQUIRE(prod(Tensor<float, dyn, 2>(0), axes<0>, keep_axes) == Tensor<float, 1, 2>{{1, 1}});
}
