#include "lamina/tensor/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEMPLATE_TEST_CASE("a tensor begins as zeros, aligned", "", float, double, std::uint8_t, std::int64_t, bool) {
  for (Index n : {0, 1, 3, 17}) {
    const Tensor<TestType, dyn, 3> tensor(n);
    REQUIRE(tensor.size() == 3 * n);
    REQUIRE(tensor.extent(0) == n);
    REQUIRE(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64 == 0);
    REQUIRE(std::all_of(tensor.begin(), tensor.end(), [](TestType x) { return x == TestType{}; }));
  }
  REQUIRE(Tensor<TestType>().size() == 1);
  REQUIRE(Tensor<TestType, dyn>().empty());
  REQUIRE_THROWS_AS((Tensor<TestType, dyn, 3>(-1)), shape_error);
}

TEST_CASE("dynamic extents are given in order") {
  const Tensor<float, dyn, 3, dyn> tensor(2, 4);
  REQUIRE(tensor.extents() == Extents<2, 3, 4>{});
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Tensor<float, dyn, 3, dyn>, int>);
  STATIC_REQUIRE(sizeof(Tensor<float, 3, 4>) == sizeof(Storage<float>));
}

TEST_CASE("braces hold elements") {
  const Tensor<float, 2, 3> known{{1, 2, 3}, {4, 5, 6}};
  REQUIRE(known(1, 0) == 4);
  const Tensor<float, dyn, dyn> unknown{{1, 2, 3}, {4, 5, 6}};
  REQUIRE(unknown == known);
  const Tensor<int, dyn, 2, 1> deep{{{1}, {2}}, {{3}, {4}}, {{5}, {6}}};
  REQUIRE(deep.extents() == Extents<3, 2, 1>{});
  REQUIRE(deep(2, 1, 0) == 6);
  REQUIRE(Tensor<float, dyn>{5}.size() == 1);
  REQUIRE(Tensor<float, dyn>(5).size() == 5);
  REQUIRE(Tensor<float, dyn, dyn>{2, 3}.size() == 6);  // no braces within: extents
  REQUIRE_THROWS_AS((Tensor<float, dyn, dyn>{{1, 2}, {3}}), shape_error);
  REQUIRE_THROWS_AS((Tensor<float, 2, 2>{{1, 2}, {3, 4}, {5, 6}}), shape_error);
}

TEST_CASE("types are deduced from elements and expressions") {
  const Tensor row{1.f, 2.f};
  STATIC_REQUIRE(std::is_same_v<decltype(row), const Tensor<float, 2>>);
  const Tensor matrix{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  STATIC_REQUIRE(std::is_same_v<decltype(matrix), const Tensor<double, 2, 3>>);
  const Tensor cube{{{1, 2}}, {{3, 4}}, {{5, 6}}};
  STATIC_REQUIRE(std::is_same_v<decltype(cube), const Tensor<int, 3, 1, 2>>);
  REQUIRE(cube(2, 0, 1) == 6);
  const Tensor copy = matrix;
  STATIC_REQUIRE(std::is_same_v<decltype(copy), const Tensor<double, 2, 3>>);
  const Tensor taken = matrix.view();
  STATIC_REQUIRE(std::is_same_v<decltype(taken), const Tensor<double, 2, 3>>);
  const Tensor sum = matrix + matrix;
  STATIC_REQUIRE(std::is_same_v<decltype(sum), const Tensor<double, 2, 3>>);
}

TEST_CASE("elements lie in row-major order") {
  Tensor<int, 2, dyn, 3> tensor(4);
  std::iota(tensor.begin(), tensor.end(), 0);
  REQUIRE(tensor(0, 0, 0) == 0);
  REQUIRE(tensor(1, 2, 1) == 12 + 6 + 1);
  REQUIRE(tensor[1](2, 1) == 19);
  tensor[0][3][2] = -1;
  REQUIRE(tensor.data()[11] == -1);
  REQUIRE(tensor.span().size() == 24);
  REQUIRE(tensor.reshape<dyn>()(23) == 23);
  REQUIRE(tensor.reshape<4, dyn>()(3, 5) == 23);
  const auto& constant = tensor;
  STATIC_REQUIRE(std::is_same_v<decltype(constant(0, 0, 0)), const int&>);
  STATIC_REQUIRE(std::is_same_v<decltype(constant[0][0][0]), const int&>);
}

TEST_CASE("a tensor is a range of its elements, for loops, algorithms, containers and spans") {
  STATIC_REQUIRE(std::contiguous_iterator<decltype(std::declval<Tensor<float, 2>&>().begin())>);
  STATIC_REQUIRE(std::is_convertible_v<Tensor<float, 2, dyn>&, std::span<float>>);
  STATIC_REQUIRE(std::is_convertible_v<const Tensor<float, 2, dyn>&, std::span<const float>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<const Tensor<float, 2, dyn>&, std::span<float>>);
  Tensor<int, 2, dyn> tensor{{3, 1, 2}, {6, 5, 4}};
  for (int& element : tensor) element *= 10;
  const auto& constant = tensor;
  int sum = 0;
  for (const int element : constant) sum += element;
  REQUIRE(sum == 210);
  REQUIRE(std::vector<int>(constant.begin(), constant.end()) == std::vector{30, 10, 20, 60, 50, 40});
  for (int& element : tensor[1].span()) ++element;
  REQUIRE(constant.span()[3] == 61);
  std::sort(tensor.begin(), tensor.end());
  REQUIRE(tensor == Tensor<int, 2, 3>{{10, 20, 30}, {41, 51, 61}});
}

TEST_CASE("a tensor without axes is one number") {
  Tensor<float> number;
  number() = 3;
  REQUIRE(number() == 3);
  const Tensor<float> twice = number * 2;
  REQUIRE(twice() == 6);
}

TEST_CASE("a tensor without axes is made of a number and becomes one") {
  Tensor<float> s(3.f);
  const float number = s;
  REQUIRE(number == 3);
  s = 4.5f;
  REQUIRE(s == 4.5f);
  REQUIRE(evaluate(s * 2) == Tensor<float>(9));
  REQUIRE(std::abs(Tensor<double>(-2)) == 2);
  STATIC_REQUIRE(!std::is_convertible_v<Tensor<float, 1>, float>);
  STATIC_REQUIRE(std::is_same_v<decltype(Tensor{1.0}), Tensor<double, 1>>);
}

TEST_CASE("copies are deep and moves take the memory") {
  Tensor<float, dyn> a{1, 2, 3};
  Tensor<float, dyn> b = a;
  b(0) = 9;
  REQUIRE(a(0) == 1);
  const float* memory = a.data();
  Tensor<float, dyn> c = std::move(a);
  REQUIRE(c.data() == memory);
  a = b;
  REQUIRE(a == b);
  memory = a.data();
  a = c;  // of the same extents: no new memory
  REQUIRE(a.data() == memory);
  REQUIRE(a(0) == 1);
  a = Tensor<float, dyn>{4, 5};
  REQUIRE(a.size() == 2);
  a.swap(c);
  REQUIRE(a.size() == 3);
  REQUIRE(c(1) == 5);
  Tensor<float, 2> known{1, 2};
  Tensor<float, 2> taken = std::move(known);
  known = taken;
  REQUIRE(known(1) == 2);
}

TEST_CASE("tensors are equal when shapes and elements are") {
  REQUIRE(Tensor<float, 2>{1, 2} == Tensor<float, dyn>{1, 2});
  REQUIRE(Tensor<float, 2>{1, 2} != Tensor<float, 2>{1, 3});
  REQUIRE(Tensor<float, 2>{1, 2} != Tensor<float, dyn>{1, 2, 3});
  REQUIRE(Tensor<float, dyn, dyn>(1, 2) != Tensor<float, dyn, dyn>(2, 1));
  REQUIRE(Tensor<float, dyn>(0) == Tensor<float, dyn>(0));
}

TEST_CASE("assigning an expression takes its shape where extents are dynamic") {
  Tensor<float, dyn, dyn> tensor(2, 2);
  const float* memory = tensor.data();
  tensor = Tensor<float, 2, 2>{{1, 2}, {3, 4}} + 1;
  REQUIRE(tensor.data() == memory);
  REQUIRE(tensor(1, 1) == 5);
  tensor = tensor + Tensor<float, 3, 1, 2>{{{1, 1}}, {{2, 2}}, {{3, 3}}}[1];
  REQUIRE(tensor(0, 0) == 4);
  tensor = Tensor<float, 1, 3>{{1, 2, 3}} * 2;
  REQUIRE(tensor.extents() == Extents<1, 3>{});
  REQUIRE(tensor(0, 2) == 6);
  Tensor<float, 2, 2> known;
  REQUIRE_THROWS_AS(known = tensor, shape_error);
}

namespace {
Index elements_of(TensorView<const float, dyn, dyn> any) { return any.size(); }
void clear(TensorView<float, dyn, 3> rows) { rows = 0; }
}  // namespace

TEST_CASE("a tensor converts to views whose types know fewer extents") {
  Tensor<float, 2, 3> x{{1, 2, 3}, {4, 5, 6}};
  REQUIRE(elements_of(x) == 6);
  REQUIRE(elements_of(std::as_const(x)) == 6);
  REQUIRE(elements_of(Tensor<float, 5, dyn>(2)) == 10);
  clear(x);
  REQUIRE(x == zeros<float, 2, 3>());
  const TensorView<const float, 2, dyn> again = x;
  REQUIRE(again.data() == x.data());
  STATIC_REQUIRE(!std::is_convertible_v<const Tensor<float, 2>&, TensorView<float, dyn>>);
  STATIC_REQUIRE(!std::is_convertible_v<Tensor<float, 2>, TensorView<const float, 3>>);
  STATIC_REQUIRE(!std::is_convertible_v<Tensor<float, 2>, TensorView<const double, 2>>);
}

TEST_CASE("a tensor converts to views of itself") {
  Tensor<float, 2, 2> tensor{{1, 2}, {3, 4}};
  const auto write = [](TensorView<float, 2, 2> view) { view(0, 0) = 7; };
  const auto read = [](TensorView<const float, 2, 2> view) { return view(0, 0); };
  write(tensor);
  REQUIRE(read(tensor) == 7);
  REQUIRE(read(tensor.view()) == 7);
  const TensorView<const float, dyn, dyn> loose = tensor.view();
  REQUIRE(loose(1, 1) == 4);
}

TEST_CASE("parts of a temporary are tensors of their own") {
  const auto make = [] { return Tensor<float, 2, 3>{{1, 2, 3}, {4, 5, 6}}; };
  const auto row = make()[1];
  STATIC_REQUIRE(std::is_same_v<decltype(row), const Tensor<float, 3>>);
  REQUIRE(row == Tensor<float, 3>{4, 5, 6});
  STATIC_REQUIRE(std::is_same_v<decltype(Tensor<float, 3>{}[0]), float>);
  REQUIRE(Tensor<float, 3>{1, 2, 3}[2] == 3);
  const auto flat = make().reshape<6>();
  STATIC_REQUIRE(std::is_same_v<decltype(flat), const Tensor<float, 6>>);
  REQUIRE(flat == Tensor<float, 6>{1, 2, 3, 4, 5, 6});
  const auto doubled = make()[0] * 2;
  REQUIRE(doubled == Tensor<float, 3>{2, 4, 6});
  REQUIRE(make().reshape<dyn, 2>()(2, 1) == 6);
}

TEST_CASE("a tensor that was moved from is empty, or has no elements to read") {
  Tensor<float, dyn, 3> open(2);
  const auto taken = std::move(open);
  REQUIRE(open.empty());
  REQUIRE(evaluate(open + 1).empty());
  Tensor<float, 2> fixed{1, 2};
  Tensor<float, 2> other = std::move(fixed);
  REQUIRE(fixed.begin() == fixed.end());
  REQUIRE(fixed.span().empty());
  REQUIRE_FALSE(fixed == other);
  REQUIRE_THROWS_WITH(fixed.view(), containing("was moved from"));
  REQUIRE_THROWS_AS(evaluate(fixed + 1), error);
  Tensor<float, 2> copy = fixed;
  REQUIRE_THROWS_AS(copy[0], error);
  copy = fixed;
  fixed.fill(3);
  REQUIRE_FALSE(fixed == other);
  fixed = other;
  REQUIRE(fixed == Tensor<float, 2>{1, 2});
  copy = std::move(fixed);
  copy = std::move(*&copy);
  REQUIRE(copy == other);
}

TEST_CASE("more elements than can be counted are refused") {
  constexpr Index many = Index{1} << 33;
  REQUIRE_THROWS_WITH((Tensor<float, dyn, dyn>(many, many)), containing("more elements than can be counted"));
  REQUIRE_THROWS_AS((Tensor<float, dyn, dyn, 4>::uninitialized(Extents<dyn, dyn, 4>({many, many / 4, 4}))),
                    shape_error);
  REQUIRE_THROWS_AS((Tensor<float, dyn>(Index{1} << 62)), std::bad_alloc);
  REQUIRE_THROWS_WITH((Tensor<float, dyn, 3>(-1)), containing("extent -1 is negative"));
}

TEST_CASE("expressions of any kind are equal as values") {
  Tensor<float, 2, 3> x{{1, 2, 3}, {1, 2, 3}};
  const Tensor<int, 2, 3> whole{{1, 2, 3}, {1, 2, 3}};
  REQUIRE(x == whole);
  REQUIRE(x[0] == x[1]);
  REQUIRE(x(all, range(0, 2)) == Tensor<double, 2, 2>{{1, 2}, {1, 2}});
  REQUIRE(x(all, 1) != x(all, 2));
  REQUIRE(x + 1 == whole * 2 - (whole - 1));
  REQUIRE_FALSE(x == x[0]);
  REQUIRE_FALSE(x == x(range(0, 1)));
}

TEST_CASE("a shape that a tensor cannot take is told from the elements that it can") {
  const Tensor<float, dyn> x{1};
  REQUIRE_THROWS_WITH((Tensor<float, 3>(x)), containing("of shape (1) cannot become a tensor of shape (3)"));
  Tensor<float, 3> y;
  REQUIRE_THROWS_AS(y = x, shape_error);
  REQUIRE_THROWS_WITH(y(range(0, 2)) = y, containing("(3) cannot be assigned to one of shape (2)"));
}

TEST_CASE("swap exchanges elements of tensors") {
  Tensor<float, dyn> a{1, 2}, b{3};
  const float* const memory = a.data();
  swap(a, b);
  REQUIRE(a == Tensor<float, 1>{3});
  REQUIRE(b == Tensor<float, 2>{1, 2});
  REQUIRE(b.data() == memory);
}
