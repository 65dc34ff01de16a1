#include "lamina/tensor/cumulative.hpp"

#include <cstdint>

#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// cumsum and cumprod along an axis against loops.
template <int Axis, class T> void check(const Tensor<T, dyn, dyn, dyn>& x) {
  const auto sums = cumsum<Axis>(x), products = cumprod<Axis>(x), fused = cumsum<Axis - 3>(2 * x);
  REQUIRE(sums.extents() == x.extents());
  for (Index i = 0; i < x.extent(0); ++i)
    for (Index j = 0; j < x.extent(1); ++j)
      for (Index k = 0; k < x.extent(2); ++k) {
        const std::array<Index, 3> last{i, j, k};
        double sum = 0, product = 1;
        for (Index at = 0; at <= last[Axis]; ++at) {
          std::array<Index, 3> place = last;
          place[Axis] = at;
          const auto value = static_cast<double>(x(place[0], place[1], place[2]));
          sum += value;
          product *= value;
        }
        const double tolerance = sizeof(T) == 4 ? 3e-7 : 1e-13;
        require_close(sums(i, j, k), sum, tolerance);
        require_close(products(i, j, k), product, tolerance);
        require_close(fused(i, j, k), 2 * sum, tolerance);
      }
}

}  // namespace

TEMPLATE_TEST_CASE("running sums and products equal loops", "[cumulative]", float, double) {
  for (const std::array<Index, 3>& e : {std::array<Index, 3>{1, 1, 1}, {2, 3, 7}, {5, 1, 16}, {3, 4, 300}}) {
    CAPTURE(e);
    const auto x = random_normal<TestType, dyn, dyn, dyn>(seed{11}, e[0], e[1], e[2]);
    check<0>(x);
    check<1>(x);
    check<2>(x);
  }
}

TEST_CASE("integers and masks are cumulated as Index", "[cumulative]") {
  const Tensor<std::uint8_t, 4> bytes{200, 100, 3, 2};
  STATIC_REQUIRE(std::is_same_v<decltype(cumsum<0>(bytes)), Tensor<Index, 4>>);
  REQUIRE(cumsum<0>(bytes) == Tensor<Index, 4>{200, 300, 303, 305});
  REQUIRE(cumprod<-1>(bytes) == Tensor<Index, 4>{200, 20000, 60000, 120000});
  REQUIRE(cumsum<0>(bytes > 2) == Tensor<Index, 4>{1, 2, 3, 3});
}

TEST_CASE("there may be nothing to cumulate", "[cumulative]") {
  REQUIRE(cumsum<0>(Tensor<float, dyn, 3>(0)).empty());
  REQUIRE(cumprod<1>(Tensor<float, 2, dyn>(0)).extents() == Extents<2, 0>());
}

TEST_CASE("the last of a million running float sums is as accurate as the first", "[cumulative]") {
  constexpr Index count = 1'000'000;
  const auto sums = cumsum<0>(full<float, dyn>(0.1f, count));
  require_close(sums(count - 1), static_cast<double>(0.1f) * count, 1e-7);
}

TEST_CASE("running sums have the same bits on any number of threads", "[cumulative]") {
  const auto x = random_normal<float, dyn, dyn>(seed{2}, 700, 300);
  const int before = threads();
  set_threads(1);
  const auto rows = cumsum<1>(x), columns = cumsum<0>(x);
  set_threads(3);
  REQUIRE(cumsum<1>(x) == rows);
  REQUIRE(cumsum<0>(x) == columns);
  set_threads(before);
}
