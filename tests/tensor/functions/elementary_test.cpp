#include "lamina/tensor/functions/elementary.hpp"

#include <cmath>
#include <string>

#include "tensor/functions/check_function.hpp"

using namespace lamina;

namespace {

/// A stand-in for tensor expressions: something that `map` knows.
struct Text {
  std::string text;
};
template <class F> Text map(const F&, const Text& x) { return {std::string(F::name) + "(" + x.text + ")"}; }

}  // namespace

TEST_CASE("functions of the whole line", "[functions]") {
  check_function(tanh_activation, [](double x) { return std::tanh(x); });
  check_function(ErrorFunction{}, [](double x) { return std::erf(x); });
  check_function(absolute, [](double x) { return std::abs(x); }, {0});
  check_function(square, [](double x) { return x * x; });
  REQUIRE(derivative(absolute, 0.0) == 0);
}

TEST_CASE("functions of some of it", "[functions]") {
  for (const double x : {0.01, 0.3, 1.0, 2.5, 7.0}) {
    support::check_at<double>(exponential, x, std::exp(x), std::exp(x), 1e-14);
    support::check_at<double>(exponential, -x, std::exp(-x), std::exp(-x), 1e-14);
    support::check_at<double>(ExponentialMinusOne{}, -x, std::expm1(-x), std::exp(-x), 1e-14);
    support::check_at<double>(logarithm, x, std::log(x), 1 / x, 1e-14);
    support::check_at<double>(LogarithmOfOnePlus{}, x, std::log1p(x), 1 / (1 + x), 1e-14);
    support::check_at<double>(square_root, x, std::sqrt(x), 0.5 / std::sqrt(x), 1e-14);
    support::check_at<double>(reciprocal_square_root, x, 1 / std::sqrt(x), -0.5 / (x * std::sqrt(x)), 1e-14);
    support::check_at<double>(sine, x, std::sin(x), std::cos(x), 1e-14);
    support::check_at<double>(cosine, x, std::cos(x), -std::sin(x), 1e-14);

    const double f = static_cast<float>(x);
    support::check_at<float>(exponential, f, std::exp(f), std::exp(f), 1e-6);
    support::check_at<float>(logarithm, f, std::log(f), 1 / f, 1e-6);
    support::check_at<float>(square_root, f, std::sqrt(f), 0.5 / std::sqrt(f), 1e-6);
    support::check_at<float>(reciprocal_square_root, f, 1 / std::sqrt(f), -0.5 / (f * std::sqrt(f)), 1e-6);
    support::check_at<float>(sine, f, std::sin(f), std::cos(f), 1e-6);
  }
}

TEST_CASE("powers in formulas", "[functions]") {
  for (const double x : {0.2, 1.0, 3.0}) {
    const Dual<double> at(x, 1);
    const auto check = [](const Dual<double>& got, double value, double slope) {
      require_close(got.value, value, 1e-13);
      require_close(got.derivative, slope, 1e-13);
    };
    check(pow(at, 2.5), std::pow(x, 2.5), 2.5 * std::pow(x, 1.5));
    check(pow(at, 2.5f), std::pow(x, 2.5), 2.5 * std::pow(x, 1.5));
    check(pow(at, 3), x * x * x, 3 * x * x);
    check(pow(-at, 3), -x * x * x, -3 * x * x);
    check(pow(at, 0), 1, 0);
    check(pow(at, 7u), std::pow(x, 7), 7 * std::pow(x, 6));
    check(pow(at, -2), 1 / (x * x), -2 / (x * x * x));
    check(pow(2, at), std::pow(2, x), std::pow(2, x) * std::log(2));
    check(pow(at, at), std::pow(x, x), std::pow(x, x) * (std::log(x) + 1));
  }
}

TEST_CASE("the names of <cmath> stay its own for numbers", "[functions]") {
  // With `using namespace lamina`, none of these is ambiguous.
  REQUIRE(exp(0.0) == 1);
  REQUIRE(log(1.0f) == 0);
  REQUIRE(sqrt(9.0) == 3);
  REQUIRE(pow(2.0, 3.0) == 8);
  REQUIRE(tanh(0.0f) == 0);
  REQUIRE(abs(-2.5) == 2.5);
  REQUIRE(sin(0.0) == 0);
  REQUIRE(std::exp(0.0f) == 1);
}

TEST_CASE("expressions are mapped lazily", "[functions]") {
  const Text x{"x"};
  REQUIRE(exp(log(x)).text == "exp(log(x))");
  REQUIRE(abs(sqrt(x)).text == "abs(sqrt(x))");
  REQUIRE(tanh(Text{"t"}).text == "tanh(t)");
  REQUIRE(square(x).text == "square(x)");
}
