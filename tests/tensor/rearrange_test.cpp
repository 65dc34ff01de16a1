#include "lamina/tensor/rearrange.hpp"

#include <type_traits>
#include <utility>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/reduce.hpp"
#include "support/catch.hpp"
#include "tensor/counted.hpp"

using namespace lamina;
using support::counted;

namespace {

template <class View, class T, Index... E>
inline constexpr bool is_view_of = std::is_same_v<View, TensorView<T, E...>>;

}  // namespace

TEST_CASE("permute takes the axes in the order given") {
  auto x = counted<dyn, 3, 5>(2);
  auto y = permute<2, 0, 1>(x);
  STATIC_REQUIRE(is_view_of<decltype(y), float, 5, dyn, 3>);
  STATIC_REQUIRE(is_view_of<decltype(permute<-1, 0, -2>(std::as_const(x))), const float, 5, dyn, 3>);
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index k = 0; k < 5; ++k) REQUIRE(&y(k, i, j) == &x(i, j, k));
  REQUIRE(Tensor(permute<1, 2, 0>(y)) == x);
  const Tensor<float> number = counted<>();
  REQUIRE(permute<>(number)() == 0);
}

TEST_CASE("transpose exchanges the last two axes, and can be written") {
  auto x = counted<2, 3>();
  transpose(x) = Tensor<float, 3, 2>{{1, 4}, {2, 5}, {3, 6}};
  REQUIRE(x == Tensor<float, 2, 3>{{1, 2, 3}, {4, 5, 6}});
  REQUIRE(Tensor(transpose(transpose(x))) == x);
  const auto y = counted<4, 2, 3>();
  STATIC_REQUIRE(is_view_of<decltype(transpose(y)), const float, 4, 3, 2>);
  REQUIRE(transpose(y)(3, 2, 1) == y(3, 1, 2));
  auto matrix = counted<5, 5>();
  matrix = transpose(matrix) + matrix;
  REQUIRE(matrix(1, 3) == 8 + 16);
  REQUIRE(matrix(3, 1) == 8 + 16);
}

TEST_CASE("flip runs backwards") {
  const auto x = counted<2, 3>();
  REQUIRE(Tensor(flip<0>(x)) == Tensor<float, 2, 3>{{3, 4, 5}, {0, 1, 2}});
  REQUIRE(Tensor(flip<-1>(x)) == Tensor<float, 2, 3>{{2, 1, 0}, {5, 4, 3}});
  REQUIRE(Tensor(flip<0, 1>(x)) == Tensor<float, 2, 3>{{5, 4, 3}, {2, 1, 0}});
  REQUIRE(Tensor(flip(x)) == Tensor(flip<0, 1>(x)));
  REQUIRE(Tensor(flip<1>(flip<1>(x))) == x);
  REQUIRE(Tensor(transpose(flip<0>(x))) == Tensor<float, 3, 2>{{3, 0}, {4, 1}, {5, 2}});
  REQUIRE(sum(flip(x)) == 15);
  const auto empty = counted<dyn, 3>(0);
  REQUIRE(flip(empty).empty());
  REQUIRE(flip<1>(empty).data() == nullptr);
  REQUIRE(flip(counted<1>())(0) == 0);
}

TEST_CASE("a tensor may be assigned its own rearrangement") {
  for (Index n : {1, 2, 3, 8, 33}) {
    const auto before = counted<dyn, dyn>(n, n);
    auto x = before;
    x = flip<0>(x) + x;
    for (Index i = 0; i < n; ++i) REQUIRE(x(i, n - 1) == before(n - 1 - i, n - 1) + before(i, n - 1));
    x = before;
    x = transpose(flip<1>(x));
    for (Index i = 0; i < n; ++i) REQUIRE(x(i, 0) == before(0, n - 1 - i));
    x = before;
    flip<0>(x) += x;
    for (Index i = 0; i < n; ++i) REQUIRE(x(i, 0) == before(n - 1 - i, 0) + before(i, 0));
    x = before;
    x -= broadcast_to<dyn, dyn>(x(0), n, n);
    for (Index i = 0; i < n; ++i) REQUIRE(x(i, 0) == static_cast<float>(i * n));
    x = before;
    flip<1>(x) = flip<1>(x) + 1;
    REQUIRE(x == Tensor(before + 1));
  }
}

TEST_CASE("squeeze leaves out axes of extent 1") {
  auto x = counted<1, 3, 1, dyn>(2);
  STATIC_REQUIRE(is_view_of<decltype(squeeze(x)), float, 3, dyn>);
  STATIC_REQUIRE(is_view_of<decltype(squeeze<0>(x)), float, 3, 1, dyn>);
  STATIC_REQUIRE(is_view_of<decltype(squeeze<2, -4>(std::as_const(x))), const float, 3, dyn>);
  REQUIRE(squeeze(x)(2, 1) == 5);
  auto y = counted<dyn, 3>(1);
  STATIC_REQUIRE(is_view_of<decltype(squeeze(y)), float, dyn, 3>);
  STATIC_REQUIRE(is_view_of<decltype(squeeze<0>(y)), float, 3>);
  squeeze<0>(y) = Tensor<float, 3>{4, 5, 6};
  REQUIRE(y(0, 2) == 6);
  REQUIRE_THROWS_WITH(squeeze<3>(x), containing("squeeze: axis 3 has extent 2"));
  STATIC_REQUIRE(is_view_of<decltype(squeeze(std::declval<Tensor<float, 1, 1>&>())), float>);
}

TEST_CASE("unsqueeze inserts an axis of extent 1") {
  auto x = counted<3, dyn>(2);
  STATIC_REQUIRE(is_view_of<decltype(unsqueeze<0>(x)), float, 1, 3, dyn>);
  STATIC_REQUIRE(is_view_of<decltype(unsqueeze<1>(x)), float, 3, 1, dyn>);
  STATIC_REQUIRE(is_view_of<decltype(unsqueeze<-1>(x)), float, 3, dyn, 1>);
  STATIC_REQUIRE(is_view_of<decltype(unsqueeze<-3>(x)), float, 1, 3, dyn>);
  REQUIRE(unsqueeze<1>(x)(2, 0, 1) == 5);
  REQUIRE(unsqueeze<1>(x).is_contiguous());
  REQUIRE(unsqueeze<0>(Tensor<float>())(0) == 0);
  REQUIRE(Tensor(x - mean(unsqueeze<0>(x), axes<0>)) == zeros<float, 3, 2>());
}

TEST_CASE("ravel sees contiguous elements as one axis") {
  auto x = counted<2, 3>();
  STATIC_REQUIRE(is_view_of<decltype(ravel(x)), float, 6>);
  ravel(x)(4) = 9;
  REQUIRE(x(1, 1) == 9);
  const auto y = counted<dyn, 3>(2);
  STATIC_REQUIRE(is_view_of<decltype(ravel(y)), const float, dyn>);
  REQUIRE(ravel(y).extent(0) == 6);
  REQUIRE(ravel(y[1])(0) == 3);
  REQUIRE_THROWS_WITH(ravel(transpose(x)), containing("ravel: only contiguous elements"));
  REQUIRE_THROWS_AS(ravel(x(all, 0)), shape_error);
  REQUIRE(ravel(counted<dyn, 3>(0)).empty());
  REQUIRE(ravel(Tensor<float>()).size() == 1);
}

TEST_CASE("broadcast_to repeats axes without a copy") {
  auto row = counted<3>();
  const auto rows = broadcast_to<dyn, 3>(row, 2);
  STATIC_REQUIRE(is_view_of<decltype(broadcast_to<dyn, 3>(row, 2)), const float, dyn, 3>);
  REQUIRE(Tensor(rows) == Tensor<float, 2, 3>{{0, 1, 2}, {0, 1, 2}});
  row(1) = 7;
  REQUIRE(rows(1, 1) == 7);
  REQUIRE(rows.stride(0) == 0);
  const auto column = counted<dyn, 1>(2);
  REQUIRE(Tensor(broadcast_to<2, 2, 3>(column)) ==
          Tensor<float, 2, 2, 3>{{{0, 0, 0}, {1, 1, 1}}, {{0, 0, 0}, {1, 1, 1}}});
  REQUIRE(broadcast_to<2, 3>(Tensor<float>())(1, 2) == 0);
  REQUIRE(sum(broadcast_to<5, 3>(row)) == 45);
  REQUIRE(broadcast_to<0, 3>(row).empty());
  REQUIRE_THROWS_WITH((broadcast_to<dyn, dyn>(row, 2, 4)), containing("(3)") && containing("(2, 4)"));
  REQUIRE_THROWS_AS((broadcast_to<dyn, 3>(row, -1)), shape_error);
  REQUIRE_THROWS_AS((broadcast_to<3>(counted<dyn>(2))), shape_error);
}

TEST_CASE("of temporaries and of expressions the result is a tensor") {
  const auto make = [] { return counted<2, 3>(); };
  const auto x = make();
  STATIC_REQUIRE(std::is_same_v<decltype(transpose(make())), Tensor<float, 3, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(flip<0>(x + 1)), Tensor<float, 2, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(squeeze(make())), Tensor<float, 2, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(broadcast_to<dyn, 2, 3>(make(), 4)), Tensor<float, dyn, 2, 3>>);
  const auto y = transpose(make());
  REQUIRE(y == Tensor<float, 3, 2>{{0, 3}, {1, 4}, {2, 5}});
  const auto expression = x + 1;
  const auto z = flip<1>(expression);
  REQUIRE(z == Tensor<float, 2, 3>{{3, 2, 1}, {6, 5, 4}});
  // A temporary view sees elements that have a name.
  STATIC_REQUIRE(is_view_of<decltype(transpose(x(all, range<0, 2>()))), const float, 2, 2>);
}

TEST_CASE("views of views keep what is constant") {
  const auto x = counted<2, 3>();
  const TensorView<float, 2, 3> writable_elements;
  const TensorView<const float, 2, 3> constant_elements = x;
  STATIC_REQUIRE(is_view_of<decltype(flip<0>(writable_elements)), float, 2, 3>);
  STATIC_REQUIRE(is_view_of<decltype(flip<0>(constant_elements)), const float, 2, 3>);
}
