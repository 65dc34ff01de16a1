#include "lamina/tensor/functions/rectifiers.hpp"

#include <algorithm>
#include <cmath>

#include "tensor/functions/check_function.hpp"

using namespace lamina;

namespace {
double clamp(double x, double low, double high) { return std::min(std::max(x, low), high); }
}  // namespace

TEST_CASE("relu and its bounded kin", "[functions]") {
  check_function(relu, [](double x) { return std::max(x, 0.0); }, {0});
  check_function(relu6, [](double x) { return clamp(x, 0, 6); }, {0, 6});
  check_function(hard_tanh, [](double x) { return clamp(x, -1, 1); }, {-1, 1});
  check_function(hard_sigmoid, [](double x) { return clamp(x + 3, 0, 6) / 6; }, {-3, 3});
  check_function(hard_swish, [](double x) { return x * clamp(x + 3, 0, 6) / 6; }, {-3, 3});
}

TEST_CASE("functions of two pieces", "[functions]") {
  const auto leaky = [](double slope) { return [=](double x) { return x > 0 ? x : slope * x; }; };
  check_function(leaky_relu<>, leaky(0.01), {0});
  check_function(leaky_relu<0.3>, leaky(0.3), {0});
  check_function(leaky_relu<-0.5>, leaky(-0.5), {0});

  const auto elu_of = [](double alpha) {
    return [=](double x) { return x > 0 ? x : alpha * std::expm1(x); };
  };
  check_function(elu<>, elu_of(1), {0});
  check_function(elu<0.7>, elu_of(0.7), {0});
  const auto celu_of = [](double a) { return [=](double x) { return x > 0 ? x : a * std::expm1(x / a); }; };
  check_function(celu<>, celu_of(1), {0});
  check_function(celu<2.5>, celu_of(2.5), {0});
  check_function(selu,
                 [](double x) {
                   const double alpha = 1.6732632423543772848170429916717,
                                scale = 1.0507009873554804934193349852946;
                   return scale * (x > 0 ? x : alpha * std::expm1(x));
                 },
                 {0});
}

TEST_CASE("derivatives at the kinks are PyTorch's", "[functions]") {
  REQUIRE(derivative(relu, 0.0) == 0);
  REQUIRE(derivative(relu6, 0.0) == 0);
  REQUIRE(derivative(relu6, 6.0) == 0);
  REQUIRE(derivative(leaky_relu<0.25>, 0.0) == 0.25);
  REQUIRE(derivative(elu<0.5>, 0.0) == 0.5);
  REQUIRE(derivative(hard_tanh, -1.0) == 0);
  REQUIRE(derivative(hard_tanh, 1.0) == 0);
  REQUIRE(derivative(hard_sigmoid, -3.0) == 0);
  REQUIRE(derivative(hard_sigmoid, 3.0) == 0);
  REQUIRE(derivative(hard_swish, -3.0) == 0);
  REQUIRE(derivative(hard_swish, 3.0) == 1);

  // From the output alone they are the same.
  REQUIRE(Relu::derivative_of_output(0.0) == 0);
  REQUIRE(Relu6::derivative_of_output(6.0) == 0);
  REQUIRE(HardSigmoid::derivative_of_output(1.0) == 0);
  REQUIRE(LeakyRelu<0.25>::derivative_of_output(0.0) == 0.25);
}

TEST_CASE("an output tells the slope only where it tells the side", "[functions]") {
  STATIC_REQUIRE(LeakyRelu<0.0>::derivative_from_output);
  STATIC_REQUIRE(!LeakyRelu<-0.1>::derivative_from_output);
  STATIC_REQUIRE(!Elu<-1.0>::derivative_from_output);
  STATIC_REQUIRE(!HardSwish::derivative_from_output);
}
