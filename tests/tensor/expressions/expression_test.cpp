#include "lamina/tensor/expressions/expression.hpp"

#include "lamina/tensor/expressions/arithmetic.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("tensors, views and functions of them are expressions; numbers are only operands") {
  STATIC_REQUIRE(expression<Tensor<float, 2>>);
  STATIC_REQUIRE(expression<const Tensor<float, 2>&>);
  STATIC_REQUIRE(expression<TensorView<const float, dyn>>);
  STATIC_REQUIRE(expression<decltype(std::declval<Tensor<float, 2>&>() + 1)>);
  STATIC_REQUIRE_FALSE(expression<float>);
  STATIC_REQUIRE(operand<const float&>);
  STATIC_REQUIRE_FALSE(operand<const char*>);
}

TEST_CASE("what can be written") {
  STATIC_REQUIRE(writable<Tensor<float, 2>&>);
  STATIC_REQUIRE(writable<TensorView<float, 2>>);
  STATIC_REQUIRE_FALSE(writable<const Tensor<float, 2>&>);
  STATIC_REQUIRE_FALSE(writable<TensorView<const float, 2>&>);
  STATIC_REQUIRE_FALSE(writable<decltype(std::declval<Tensor<float, 2>&>() + 1)>);
}

TEST_CASE("named tensors are held by view, temporaries by value, numbers at the tensors' precision") {
  Tensor<float, 2> named;
  STATIC_REQUIRE(std::is_same_v<decltype(detail::hold<float>(named)), TensorView<const float, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(detail::hold<float>(Tensor<float, 2>{})), Tensor<float, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(detail::hold<float>(named.view())), TensorView<float, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(detail::hold<float>(0.5)), Constant<float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(detail::hold<float>(2)), Constant<float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(detail::hold<void>(0.5)), Constant<double>>);
  STATIC_REQUIRE(std::is_same_v<detail::Precision<int, float, double>::type, double>);
  STATIC_REQUIRE(std::is_same_v<detail::Precision<int, float, bool>::type, float>);
  STATIC_REQUIRE(std::is_void_v<detail::Precision<int, bool>::type>);
}

TEST_CASE("a constant has no axes and reads nothing") {
  constexpr Constant<float> constant(2.5f);
  STATIC_REQUIRE(constant.rank == 0);
  STATIC_REQUIRE(constant.operands == 0);
  STATIC_REQUIRE(constant.extents().size() == 1);
}

TEST_CASE("the lane of an expression is the vectors it can be computed in") {
  Tensor<float, 2> f;
  Tensor<double, 2> d;
  Tensor<int, 2> i;
  STATIC_REQUIRE(std::is_same_v<decltype(f * 0.5 + f)::lane, float>);
  STATIC_REQUIRE(std::is_same_v<decltype(d > 1)::lane, double>);
  STATIC_REQUIRE(std::is_void_v<decltype(f + d)::lane>);
  STATIC_REQUIRE(std::is_void_v<decltype(i + 1)::lane>);
  STATIC_REQUIRE(std::is_void_v<decltype((f > 0) + 0.5)::lane>);  // true + 0.5 is a double
  STATIC_REQUIRE(std::is_same_v<decltype(f + d)::value_type, double>);
  STATIC_REQUIRE(std::is_same_v<decltype(f * 0.5)::value_type, float>);
  STATIC_REQUIRE(std::is_same_v<decltype(i * 0.5)::value_type, double>);
}
