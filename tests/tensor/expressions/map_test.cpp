#include "lamina/tensor/expressions/map.hpp"

#include "lamina/tensor/functions/functions.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("map applies a function to every element") {
  for (Index n : {0, 1, 3, 7, 8, 9, 17}) {
    Tensor<float, dyn> x(n), y(n);
    for (Index i = 0; i < n; ++i) x(i) = static_cast<float>(i) - 4, y(i) = static_cast<float>(i * i);
    const Tensor single = map([](float v) { return v > 0 ? v : 0; }, x);
    const Tensor generic = map([](const auto& a, const auto& b) { return a * b + a; }, x, y);
    for (Index i = 0; i < n; ++i) {
      REQUIRE(single(i) == std::max(0.f, x(i)));
      REQUIRE(generic(i) == x(i) * y(i) + x(i));
    }
  }
}

TEST_CASE("functions that take vectors are called with vectors") {
  Tensor<float, 16> x;
  int vectors = 0, elements = 0;
  const auto count = [&](const auto& v) {
    ++(simd::is_vector<std::remove_cvref_t<decltype(v)>> ? vectors : elements);
    return v;
  };
  x = map(count, x);
  REQUIRE(vectors == 16 / simd::width<float>);
  REQUIRE(elements == 0);
  Tensor<int, 16> whole;
  whole = map(count, whole);
  REQUIRE(elements == 16);
}

TEST_CASE("a function of one, two, three and four operands broadcasts them") {
  const Tensor<double, 3, 1> column{{1}, {2}, {3}};
  const Tensor<double, 2> row{10, 20};
  const Tensor<double, 1, 1, 1> one{{{0.5}}};
  const auto sum = map([](auto a, auto b, auto c, auto d) { return a + b + c + d; }, column, row, one, 100);
  STATIC_REQUIRE(std::is_same_v<decltype(sum)::extents_type, Extents<1, 3, 2>>);
  const Tensor result = sum;
  REQUIRE(result(0, 2, 1) == 3 + 20 + 0.5 + 100);
  REQUIRE(result(0, 0, 0) == 1 + 10 + 0.5 + 100);
}

TEST_CASE("an expression outlives the temporaries it was made of") {
  const auto twice = [](const auto& v) { return v + v; };
  const auto make = [&] {
    Tensor<float, dyn> temporary{1, 2, 3};
    return map(twice, map(twice, std::move(temporary)));
  };
  const auto expression = make();
  const Tensor<float, dyn> result = expression;
  REQUIRE(result == Tensor<float, 3>{4, 8, 12});
  const auto copy = expression;
  REQUIRE(Tensor(copy) == result);
}

TEST_CASE("named tensors are read when the expression is evaluated") {
  Tensor<float, 2> x{1, 2};
  const auto doubled = map([](const auto& v) { return v * 2; }, x);
  x(0) = 10;
  REQUIRE(Tensor(doubled) == Tensor<float, 2>{20, 4});
}

TEST_CASE("dynamic extents that do not fit throw when the expression is made") {
  const Tensor<float, dyn> three(3), four(4);
  const auto add = [](auto a, auto b) { return a + b; };
  REQUIRE_THROWS_WITH(map(add, three, four), containing("(3)") && containing("(4)"));
}

TEST_CASE("activation functions work on expressions") {
  const Tensor<float, 5> x{-2, -0.5f, 0, 0.5f, 2};
  const Tensor y = relu(x);
  REQUIRE(y == Tensor<float, 5>{0, 0, 0, 0.5f, 2});
  STATIC_REQUIRE(std::is_same_v<decltype(relu(x))::lane, float>);
  const Tensor z = sigmoid(relu(x));
  for (Index i = 0; i < 5; ++i) require_close(z(i), 1 / (1 + std::exp(-std::max(0.0, double{x(i)}))), 1e-6);
  const Tensor swish = pointwise([](auto v) { return v * sigmoid(v) + 0.5; })(x);
  STATIC_REQUIRE(std::is_same_v<decltype(swish), const Tensor<float, 5>>);
  for (Index i = 0; i < 5; ++i) require_close(swish(i), x(i) / (1 + std::exp(-double{x(i)})) + 0.5, 1e-6);
}

TEST_CASE("functions of real numbers take integers as doubles") {
  const Tensor<int, 3> x{-1, 0, 2};
  const Tensor y = exp(x);
  STATIC_REQUIRE(std::is_same_v<decltype(y), const Tensor<double, 3>>);
  for (Index i = 0; i < 3; ++i) require_close(y(i), std::exp(x(i)), 1e-14);
}
