#include "lamina/tensor/softmax.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/creation.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

/// All three along an axis against loops, and through operands that are no contiguous tensors.
template <int Axis, class T> void check_axis(const Tensor<T, dyn, dyn, dyn>& x) {
  CAPTURE(Axis, x.extents().values());
  const double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-13;
  const auto y = softmax(x, axes<Axis>), logarithms = log_softmax(x, axes<Axis>);
  const auto totals = logsumexp(x, axes<Axis>, keep_axes);
  REQUIRE(y.extents() == x.extents());
  REQUIRE(logsumexp(x, axes<Axis - 3>).size() == totals.size());
  for (Index i = 0; i < x.extent(0); ++i)
    for (Index j = 0; j < x.extent(1); ++j)
      for (Index k = 0; k < x.extent(2); ++k) {
        std::array<Index, 3> place{i, j, k};
        const auto element = [&](Index at) {
          place[Axis] = at;
          return static_cast<double>(x(place[0], place[1], place[2]));
        };
        double most = element(0), sum = 0;
        for (Index at = 0; at < x.extent(Axis); ++at) most = std::max(most, element(at));
        for (Index at = 0; at < x.extent(Axis); ++at) sum += std::exp(element(at) - most);
        const double shifted = static_cast<double>(x(i, j, k)) - most;
        require_close(y(i, j, k), std::exp(shifted) / sum, tolerance);
        require_close(logarithms(i, j, k), shifted - std::log(sum), tolerance);
        place = {i, j, k};
        place[Axis] = 0;
        require_close(totals(place[0], place[1], place[2]), most + std::log(sum), tolerance);
      }
}

}  // namespace

TEMPLATE_TEST_CASE("softmax, log_softmax and logsumexp equal loops", "[softmax]", float, double) {
  for (const std::array<Index, 3>& e :
       {std::array<Index, 3>{1, 1, 1}, {2, 3, 7}, {5, 1, 16}, {3, 4, 10}, {2, 20, 33}, {1, 2, 1100}})
    for (const TestType largest : {TestType(1), TestType(1000)}) {
      auto x = random_normal<TestType, dyn, dyn, dyn>(seed{3}, e[0], e[1], e[2]);
      x *= largest;
      check_axis<0>(x);
      check_axis<1>(x);
      check_axis<2>(x);
    }
}

TEST_CASE("softmax takes the last axis unless told otherwise, of any expression", "[softmax]") {
  const auto x = random_normal<float, dyn, 5>(seed{1}, 70);
  REQUIRE(softmax(x) == softmax(x, axes<1>));
  REQUIRE(log_softmax(x) == log_softmax(x, axes<-1>));
  REQUIRE(logsumexp(x) == logsumexp(x, axes<1>));
  REQUIRE(softmax(x * 2 - 1) == softmax(Tensor(x * 2 - 1)));
  STATIC_REQUIRE(std::is_same_v<decltype(softmax(x)), Tensor<float, dyn, 5>>);
  STATIC_REQUIRE(std::is_same_v<decltype(logsumexp(x)), Tensor<float, dyn>>);
  STATIC_REQUIRE(std::is_same_v<decltype(logsumexp(x, axes<0>, keep_axes)), Tensor<float, 1, 5>>);

  // A transposed view: rows are not contiguous, and longer than what is packed at a time.
  const TensorView<const float, 5, dyn> transposed(x.data(), Extents<5, dyn>({5, 70}), {1, 5});
  REQUIRE(softmax(transposed) == softmax(Tensor(transposed)));
  REQUIRE(logsumexp(transposed) == logsumexp(Tensor(transposed)));
  REQUIRE(softmax(transposed + x[0](0)) == softmax(Tensor(transposed + x[0](0))));

  const Tensor<float, 3> row{1, 2, 3};
  const Tensor<float, 2, 1> column{{0}, {1}};
  require_close(softmax(row + column).span(), Tensor<float, 2, 3>(softmax(Tensor(row + column))).span(), 0);
}

TEST_CASE("softmax of integers is double", "[softmax]") {
  const Tensor<std::uint64_t, 3> x{1, 2, 4};
  const Tensor<double, 3> real{1, 2, 4};
  REQUIRE(softmax(x) == softmax(real));
  REQUIRE(log_softmax(x.reshape<3, 1>(), axes<0>) == log_softmax(real.reshape<3, 1>(), axes<0>));
  REQUIRE(logsumexp(x) == logsumexp(real));
}

TEST_CASE("infinities and NaN in a softmax", "[softmax]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(softmax(Tensor<float, 3>{-inf, 0, 0}) == Tensor<float, 3>{0, 0.5f, 0.5f});
  REQUIRE(log_softmax(Tensor<float, 2>{-inf, 7}) == Tensor<float, 2>{-inf, 0});
  REQUIRE(logsumexp(Tensor<float, 2>{-inf, -inf})() == -inf);
  REQUIRE(logsumexp(Tensor<float, 2>{3, inf})() == inf);
  REQUIRE(logsumexp(Tensor<float, 2, 1>{{-inf}, {-inf}}, axes<0>)(0) == -inf);
  REQUIRE(logsumexp(Tensor<float, 2, 1>{{3}, {inf}}, axes<0>)(0) == inf);
  for (const Tensor<float, 3>& x :
       {Tensor<float, 3>{nan, 0, 0}, Tensor<float, 3>{0, 0, nan}, Tensor<float, 3>{-inf, -inf, -inf}}) {
    const Tensor y = softmax(x), column = softmax(x.reshape<3, 1>(), axes<0>).reshape<3>();
    for (Index i = 0; i < 3; ++i) REQUIRE(std::isnan(y(i)));
    for (Index i = 0; i < 3; ++i) REQUIRE(std::isnan(log_softmax(x)(i)));
    REQUIRE(std::isnan(sum(column)));
  }
  REQUIRE(std::isnan(logsumexp(Tensor<float, 3>{0, 0, nan})()));
}

TEST_CASE("there may be no rows, or rows of nothing", "[softmax]") {
  REQUIRE(softmax(Tensor<float, dyn, 3>(0)).empty());
  REQUIRE(log_softmax(Tensor<float, 2, dyn>(0)).extents() == Extents<2, 0>());
  REQUIRE(softmax(Tensor<float, 2, dyn>(0), axes<0>).empty());
  REQUIRE(logsumexp(Tensor<float, dyn, 3>(0)).empty());
  REQUIRE(logsumexp(Tensor<float, 2, dyn>(0)) == Tensor<float, 2>{-inf, -inf});
  REQUIRE(logsumexp(Tensor<float, dyn, 2>(0), axes<0>) == Tensor<float, 2>{-inf, -inf});
}

TEST_CASE("a softmax has the same bits on any number of threads", "[softmax]") {
  const auto x = random_normal<float, dyn, dyn>(seed{9}, 700, 190);
  const int before = threads();
  set_threads(1);
  const auto rows = softmax(x), columns = softmax(x, axes<0>);
  set_threads(3);
  REQUIRE(softmax(x) == rows);
  REQUIRE(softmax(x, axes<0>) == columns);
  set_threads(before);
}
