#include "lamina/tensor/functions/smooth.hpp"

#include <cmath>
#include <numbers>

#include "tensor/functions/check_function.hpp"

using namespace lamina;

namespace {
double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double log_of_one_plus_exp(double x) { return x > 30 ? x : std::log1p(std::exp(x)); }
}  // namespace

TEST_CASE("the logistic function and its integral", "[functions]") {
  check_function(sigmoid, logistic);
  check_function(softplus, log_of_one_plus_exp);
  check_function(log_sigmoid, [](double x) { return -log_of_one_plus_exp(-x); });
}

TEST_CASE("smooth gates", "[functions]") {
  check_function(silu, [](double x) { return x * logistic(x); });
  check_function(mish, [](double x) { return x * std::tanh(log_of_one_plus_exp(x)); });
  check_function(gelu, [](double x) { return x / 2 * std::erfc(-x / std::numbers::sqrt2); });
  // Its slope holds 1 - y² of a tanh y near 1, which may be 2 ulp off, times what is within.
  check_function(
      gelu_tanh,
      [](double x) {
        return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
      },
      {}, 2e-6);
  check_function(softsign, [](double x) { return x / (1 + std::abs(x)); });
}

TEST_CASE("nothing overflows far out, in value or derivative", "[functions]") {
  const auto check = [](const auto& f) {
    for (const float x : {-1e4f, -700.0f, -104.0f, -100.0f, -88.0f, 88.0f, 89.0f, 100.0f, 700.0f, 1e4f}) {
      CAPTURE(f.name, x);
      REQUIRE(std::isfinite(f(x)));
      REQUIRE(std::isfinite(derivative(f, x)));
      REQUIRE(std::isfinite(derivative(f, static_cast<double>(x))));
    }
  };
  check(sigmoid);
  check(softplus);
  check(log_sigmoid);
  check(silu);
  check(mish);
  check(gelu);
  check(gelu_tanh);
  check(softsign);
  check(tanh_activation);

  for (const float x : {-1e20f, 1e20f}) REQUIRE(derivative(gelu_tanh, x) == (x > 0 ? 1 : 0));
  REQUIRE(derivative(softplus, -100.0f) >= 0);
  REQUIRE(derivative(mish, 100.0f) == 1);
  REQUIRE(derivative(silu, 100.0f) == 1);
  REQUIRE(mish(30.0) == 30);
  REQUIRE(softplus(-745.0) > 0);
}
