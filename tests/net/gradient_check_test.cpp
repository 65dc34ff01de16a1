#include "lamina/net/gradient_check.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// y = w · x per channel, and backward passes that are wrong in one way each.
enum class Fault { none, input, parameter, padding };
template <Fault F> struct Scaling : Layer {
  static constexpr std::string_view name = "scaling";
  static constexpr Saves saves = Saves::input;
  static constexpr Shape output(Shape in) { return in; }
  static constexpr std::array<Parameter, 1> parameters(Shape in) {
    return {Parameter{"weight", {in.channels}, initializers::ones, orders::vector}};
  }
  template <class T> static void forward(const Forward<T>& pass) {
    for_each_element(pass.output, [&](Index n, Index c, Index h, Index w) {
      pass.output(n, c, h, w) = pass.parameter(0)[c] * pass.input()(n, c, h, w);
    });
  }
  template <class T> static void backward(const Backward<T>& pass) {
    for_each_element(pass.output_gradient, [&](Index n, Index c, Index h, Index w) {
      const T gradient = pass.output_gradient(n, c, h, w);
      pass.parameter_gradient(0)[c] += gradient * pass.input()(n, c, h, w) * (F == Fault::parameter ? 2 : 1);
      if (!pass.input_gradient().empty())
        pass.input_gradient()(n, c, h, w) = pass.parameter(0)[c] * gradient + (F == Fault::input ? 1 : 0);
    });
    if (F == Fault::padding) pass.parameter_gradient(0)[7] += 1;
  }
};
template <Fault F> inline constexpr Scaling<F> scaling{};

}  // namespace

TEST_CASE("right gradients pass", "[net]") {
  const auto report =
      gradient_check<conv<5, 3> | batch_norm | scaling<Fault::none> | sigmoid, input<3, 4, 5>>();
  REQUIRE(report.passed);
  REQUIRE(report.compared > 100);
  REQUIRE(report.difference < 1e-6);
}

TEST_CASE("wrong gradients are found and named", "[net]") {
  const auto of_parameter = gradient_check<scaling<Fault::parameter>, input<3, 4, 5>>();
  REQUIRE_FALSE(of_parameter.passed);
  REQUIRE_THAT(of_parameter.where, containing("weight["));
  require_close(of_parameter.analytic, 2 * of_parameter.numeric, 1e-6);
  const auto of_input = gradient_check<scaling<Fault::input>, input<3, 4, 5>>();
  REQUIRE_FALSE(of_input.passed);
  REQUIRE_THAT(of_input.where, containing("input["));
  REQUIRE(gradient_check<scaling<Fault::padding>, input<3, 4, 5>>().where == "padding");
}
