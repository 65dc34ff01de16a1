#include "lamina/tensor/slice.hpp"

#include <type_traits>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"
#include "tensor/counted.hpp"

using namespace lamina;
using support::counted;

namespace {

template <class Slice, class T, Index... E>
inline constexpr bool is_view = std::is_same_v<Slice, TensorView<T, E...>>;

}  // namespace

TEST_CASE("integers drop axes, all keeps them") {
  auto x = counted<dyn, 3, 4>(2);
  STATIC_REQUIRE(is_view<decltype(x(all, 1)), float, dyn, 4>);
  STATIC_REQUIRE(is_view<decltype(x(all, 1, all)), float, dyn, 4>);
  STATIC_REQUIRE(is_view<decltype(x(1)), float, 3, 4>);
  STATIC_REQUIRE(is_view<decltype(x(0, 1)), float, 4>);
  STATIC_REQUIRE(is_view<decltype(x(0, all, 1)), float, 3>);
  STATIC_REQUIRE(std::is_same_v<decltype(x(0, 1, 2)), float&>);
  REQUIRE(Tensor(x(all, 1)) == Tensor<float, 2, 4>{{4, 5, 6, 7}, {16, 17, 18, 19}});
  REQUIRE(Tensor(x(0, all, 1)) == Tensor<float, 3>{1, 5, 9});
  REQUIRE(Tensor(x(1, 2)) == Tensor<float, 4>{20, 21, 22, 23});
  REQUIRE(Tensor(x(all)) == x);
}

TEST_CASE("negative integers count from the end") {
  const auto x = counted<3, 4>();
  REQUIRE(Tensor(x(-1)) == Tensor<float, 4>{8, 9, 10, 11});
  REQUIRE(Tensor(x(all, -4)) == Tensor<float, 3>{0, 4, 8});
  REQUIRE_THROWS_WITH(x(all, 4), containing("slice: index 4 lies outside axis 1 of extent 4"));
  REQUIRE_THROWS_WITH(x(-4, all), containing("slice: index -4 lies outside axis 0 of extent 3"));
  REQUIRE_THROWS_AS((counted<dyn, 2>(0)(0)), shape_error);
}

TEST_CASE("ranges") {
  const auto x = counted<7>();
  STATIC_REQUIRE(is_view<decltype(x(range(2, 5))), const float, dyn>);
  REQUIRE(Tensor(x(range(2, 5))) == Tensor<float, 3>{2, 3, 4});
  REQUIRE(Tensor(x(range(1, -1))) == Tensor<float, 5>{1, 2, 3, 4, 5});
  REQUIRE(Tensor(x(range(-3, to_end))) == Tensor<float, 3>{4, 5, 6});
  REQUIRE(Tensor(x(range(0, 7, 3))) == Tensor<float, 3>{0, 3, 6});
  REQUIRE(Tensor(x(range(0, 6, 3))) == Tensor<float, 2>{0, 3});
  REQUIRE(Tensor(x(range(1, to_end, 10))) == Tensor<float, 1>{1});
  REQUIRE(x(range(3, 3)).empty());
  REQUIRE(x(range(7, to_end)).empty());
  REQUIRE(x(range(7, 7)).data() == x.data());
}

TEST_CASE("ranges with a negative step walk backwards") {
  const auto x = counted<7>();
  REQUIRE(Tensor(x(range(4, 1, -1))) == Tensor<float, 3>{4, 3, 2});
  REQUIRE(Tensor(x(range(-1, to_end, -1))) == Tensor<float, 7>{6, 5, 4, 3, 2, 1, 0});
  REQUIRE(Tensor(x(range(-1, to_end, -4))) == Tensor<float, 2>{6, 2});
  REQUIRE(Tensor(x(range(2, -8, -1))) == Tensor<float, 3>{2, 1, 0});  // -8: just before the first
  REQUIRE(Tensor(x(range(5, to_end, -2))(range(-1, to_end, -1))) == Tensor<float, 3>{1, 3, 5});
  REQUIRE(x(range(3, 3, -1)).empty());
  REQUIRE(counted<dyn>(0)(range(-1, to_end, -1)).empty());
}

TEST_CASE("ranges that leave an axis are refused, not clamped") {
  const auto x = counted<2, 5>();
  REQUIRE_THROWS_WITH(x(all, range(2, 6)), containing("slice: range(2, 6, 1) leaves axis 1 of extent 5"));
  REQUIRE_THROWS_WITH(x(range(-3, to_end)), containing("range(-3, to_end, 1) leaves axis 0 of extent 2"));
  REQUIRE_THROWS_WITH(x(all, range(5, 0, -1)), containing("range(5, 0, -1) leaves axis 1"));
  REQUIRE_THROWS_WITH(x(all, range(4, 2)),
                      containing("range(4, 2, 1)") && containing("the other way on axis 1"));
  REQUIRE_THROWS_WITH(x(all, range(1, 3, -1)), containing("the other way on axis 1 of extent 5"));
  REQUIRE_THROWS_WITH(range(0, 4, 0), containing("a step of 0 arrives nowhere"));
  // The types know the count, only run time knows the axis.
  const auto short_one = counted<dyn>(3);
  REQUIRE_THROWS_WITH((short_one(range<2, 5>())), containing("range(2, 5, 1) leaves axis 0 of extent 3"));
}

TEST_CASE("ranges whose count the type knows") {
  const auto x = counted<7>();
  const auto y = counted<dyn>(7);
  STATIC_REQUIRE(is_view<decltype(x(range<2, 5>())), const float, 3>);
  STATIC_REQUIRE(is_view<decltype(x(range<1, -1>())), const float, 5>);
  STATIC_REQUIRE(is_view<decltype(x(range<0, to_end, 2>())), const float, 4>);
  STATIC_REQUIRE(is_view<decltype(x(range<-1, to_end, -3>())), const float, 3>);
  STATIC_REQUIRE(is_view<decltype(y(range<2, 5>())), const float, 3>);
  STATIC_REQUIRE(is_view<decltype(y(range<-3, to_end>())), const float, 3>);
  STATIC_REQUIRE(is_view<decltype(y(range<-2, -6, -2>())), const float, 2>);
  STATIC_REQUIRE(is_view<decltype(y(range<3, to_end, -1>())), const float, 4>);
  STATIC_REQUIRE(is_view<decltype(y(range<1, -1>())), const float, dyn>);
  STATIC_REQUIRE(is_view<decltype(y(range<1, to_end>())), const float, dyn>);
  REQUIRE(Tensor(x(range<-1, to_end, -3>())) == Tensor<float, 3>{6, 3, 0});
  REQUIRE(Tensor(y(range<-2, -6, -2>())) == Tensor<float, 2>{5, 3});
  REQUIRE(Tensor(y(range<3, to_end, -1>())) == Tensor<float, 4>{3, 2, 1, 0});
  REQUIRE(Tensor(y(range<1, -1>())) == Tensor<float, 5>{1, 2, 3, 4, 5});
}

TEST_CASE("new axes and the ellipsis") {
  const auto x = counted<2, 3, dyn>(2);
  STATIC_REQUIRE(is_view<decltype(x(new_axis)), const float, 1, 2, 3, dyn>);
  STATIC_REQUIRE(is_view<decltype(x(ellipsis, 0)), const float, 2, 3>);
  STATIC_REQUIRE(is_view<decltype(x(0, ellipsis, 0)), const float, 3>);
  STATIC_REQUIRE(is_view<decltype(x(ellipsis, new_axis, range(0, 1))), const float, 2, 3, 1, dyn>);
  STATIC_REQUIRE(is_view<decltype(x(0, 0, ellipsis, 0)), const float>);
  STATIC_REQUIRE(is_view<decltype(x(0, 0, 0, new_axis)), const float, 1>);
  REQUIRE(Tensor(x(ellipsis, -1)) == Tensor<float, 2, 3>{{1, 3, 5}, {7, 9, 11}});
  REQUIRE(x(1, 2, ellipsis, 1)() == 11);
  const Tensor<float, 3> row = counted<3>();
  const Tensor<float, 2> column = counted<2>();
  REQUIRE(Tensor(column(all, new_axis) * 3 + row) == Tensor<float, 2, 3>{{0, 1, 2}, {3, 4, 5}});
  REQUIRE(x(0, 0, 0, new_axis).is_contiguous());
}

TEST_CASE("slices are written like tensors") {
  auto x = counted<3, 3>();
  const auto y = counted<3, 3>();
  x(all, 1) = y(all, 0) + 1;
  REQUIRE(x == Tensor<float, 3, 3>{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}});
  x(all, 1) += 10;
  x(0) = 0;
  x(range(1, to_end), range(0, 1)) *= x(range(1, to_end), range(0, 1));
  REQUIRE(x == Tensor<float, 3, 3>{{0, 0, 0}, {9, 14, 5}, {36, 17, 8}});
  x(all, range(0, 3, 2)) = 7;
  x(1) = x(2);
  REQUIRE(x == Tensor<float, 3, 3>{{7, 0, 7}, {7, 17, 7}, {7, 17, 7}});
  x(range(1, 1)) = 1;  // nothing
  REQUIRE(x(0, 0) == 7);
  TensorView<float, 3, 3> view = x;
  view(-1, range<0, 2>()) = Tensor<float, 2>{1, 2};
  REQUIRE(x(2, 1) == 2);
  REQUIRE_THROWS_WITH((x(all, range(0, 2)) = counted<3, dyn>(3)),
                      containing("(3, 3)") && containing("(3, 2)"));
}

TEST_CASE("slices of what is const are views of const elements") {
  const auto x = counted<3, 3>();
  STATIC_REQUIRE(is_view<decltype(x(0)), const float, 3>);
  const TensorView<float, 3, 3> view;
  STATIC_REQUIRE(is_view<decltype(view(0)), float, 3>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<decltype(x(0)), float>);
}

TEST_CASE("a slice of a temporary is a tensor") {
  const auto make = [] { return counted<3, 4>(); };
  STATIC_REQUIRE(std::is_same_v<decltype(make()(all, 1)), Tensor<float, 3>>);
  const auto column = make()(all, 1);
  REQUIRE(column == Tensor<float, 3>{1, 5, 9});
}

TEST_CASE("nothing is sliced out of a tensor without elements") {
  auto x = counted<dyn, 3>(0);
  REQUIRE(x(all, 1).extents() == Extents<0>{});
  REQUIRE(x(all, range(1, 3)).extents() == Extents<0, 2>{});
  REQUIRE(x(range(0, 0), 2).data() == nullptr);
  x(all, 1) = 3;
}

TEST_CASE("a slice may be written from one that overlaps it") {
  for (Index n : {2, 4, 9, 40}) {
    const auto before = counted<dyn, 3>(n);
    auto x = before;
    x(range(1, n)) = x(range(0, n - 1));
    for (Index i = 0; i < n; ++i) REQUIRE(x(i, 2) == before(i == 0 ? 0 : i - 1, 2));
    x = before;
    x(range(0, n - 1)) = x(range(1, n)) * 2;
    for (Index i = 0; i + 1 < n; ++i) REQUIRE(x(i, 1) == before(i + 1, 1) * 2);
    x = before;
    x(all, range(1, 3)) += x(all, range(0, 2));
    for (Index i = 0; i < n; ++i) {
      REQUIRE(x(i, 1) == before(i, 1) + before(i, 0));
      REQUIRE(x(i, 2) == before(i, 2) + before(i, 1));
    }
    x = before;
    x(range(-1, to_end, -1)) = x;  // backwards onto itself
    for (Index i = 0; i < n; ++i) REQUIRE(x(i, 0) == before(n - 1 - i, 0));
    x = before;
    x = x(range(-1, to_end, -1)) + x;
    for (Index i = 0; i < n; ++i) REQUIRE(x(i, 0) == before(n - 1 - i, 0) + before(i, 0));
    x = before;
    x = x(range(0, n, 2));  // another shape
    REQUIRE(x.extents() == Extents<dyn, 3>({(n + 1) / 2, 3}));
    REQUIRE(x(x.extent(0) - 1, 0) == before((n - 1) / 2 * 2, 0));
  }
  auto matrix = counted<3, 3>();
  matrix(all, 0) = matrix(0);  // a column from a row: they share one element
  REQUIRE(matrix == Tensor<float, 3, 3>{{0, 1, 2}, {1, 4, 5}, {2, 7, 8}});
}

TEST_CASE("a large slice may be written from one that overlaps it, on several threads") {
  const Index n = 200'001;
  auto x = counted<dyn>(n);
  x(range(1, n)) = x(range(0, n - 1)) + x(range(1, n));
  for (Index i = 1; i < n; ++i)
    if (x(i) != static_cast<float>(2 * i - 1)) FAIL("element " << i);
  x = arange<float>(static_cast<float>(n));
  x(range(-1, to_end, -1)) = x;
  for (Index i = 0; i < n; ++i)
    if (x(i) != static_cast<float>(n - 1 - i)) FAIL("element " << i);
  REQUIRE(x(0) == static_cast<float>(n - 1));
}

TEST_CASE("slices of a view with strides of its own") {
  auto x = counted<4, 6>();
  const TensorView<float, 6, 4> columns(x.data(), {}, {1, 6});
  REQUIRE(Tensor(columns(range(5, 1, -2), -1)) == Tensor<float, 2>{23, 21});
  REQUIRE(Tensor(columns(range(1, 3), range(0, 4, 3))) == Tensor<float, 2, 2>{{1, 19}, {2, 20}});
  // Integers of other types.
  REQUIRE(Tensor(columns(std::size_t{2}, range(0u, std::size_t{2}))) == Tensor<float, 2>{2, 8});
}
