#include "lamina/blocks/xception.hpp"

#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/global_pool.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("Xception's units: the published shapes and parameters", "[blocks]") {
  STATIC_REQUIRE(output_shape(xception_entry<128, id>, input<64, 147, 147>) == shape<128, 74, 74>);
  STATIC_REQUIRE(parameter_count(xception_entry<128, id>, input<64, 147, 147>) == 35'264);
  STATIC_REQUIRE(output_shape(xception_entry<256>, input<128, 74, 74>) == shape<256, 37, 37>);
  STATIC_REQUIRE(parameter_count(xception_entry<256>, input<128, 74, 74>) == 136'064);
  STATIC_REQUIRE(output_shape(xception_entry<728>, input<256, 37, 37>) == shape<728, 19, 19>);
  STATIC_REQUIRE(parameter_count(xception_entry<728>, input<256, 37, 37>) == 915'944);
  STATIC_REQUIRE(output_shape(xception_middle, input<728, 19, 19>) == shape<728, 19, 19>);
  STATIC_REQUIRE(8 * parameter_count(xception_middle, input<728, 19, 19>) == 12'911'808);
  STATIC_REQUIRE(output_shape(xception_exit<1024>, input<728, 19, 19>) == shape<1024, 10, 10>);
  STATIC_REQUIRE(parameter_count(xception_exit<1024>, input<728, 19, 19>) == 2'039'584);
  STATIC_REQUIRE(parameter_count(xception_separable<1536>, input<1024, 10, 10>) == 1'585'152);
}

TEST_CASE("Xception whole: the published parameters and multiply-adds", "[blocks]") {
  constexpr auto net = normalized_conv<32, 3, stride<2>, valid> | normalized_conv<64, 3, valid> |
                       xception_entry<128, id> | xception_entry<256> | xception_entry<728> |
                       repeat<8>(xception_middle) | xception_exit<1024> | xception_separable<1536> | relu |
                       xception_separable<2048> | relu | global_avg_pool | dropout<0.5> | dense<1000>;
  STATIC_REQUIRE(output_shape(net, input<3, 299, 299>) == shape<1000>);
  STATIC_REQUIRE(parameter_count(net, input<3, 299, 299>) == 22'855'952);
  STATIC_REQUIRE(macs(net, input<3, 299, 299>) == 8'357'403'496);
}

TEST_CASE("Xception's units: gradients", "[blocks]") {
  check_gradients<xception_entry<3>, input<2, 5, 4>>({.step = 1e-7});
  check_gradients<xception_entry<3, id>, input<2, 4, 5>>({.step = 1e-7});
  check_gradients<xception_middle, input<2, 3, 4>>({.step = 1e-7});
  check_gradients<xception_exit<5>, input<3, 4, 3>>({.step = 1e-7});
}

// The row -3 … 2 through a unit of one channel. Of depthwise kernels only the middle is not zero; every other
// weight is 1, so that norms divide by a root and nothing else changes.
template <auto Unit> std::vector<double> of_a_row(double middle) {
  Model<Unit, input<1, 1, 6>, double> model{seed{1}};
  for (const auto& parameter : model.parameters()) {
    const bool is_depthwise = parameter.size() == 9, is_shift = parameter.name().ends_with("bias");
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] = is_depthwise || is_shift ? 0 : 1;
    if (is_depthwise) parameter[4] = middle;
  }
  const double x[] = {-3, -2, -1, 0, 1, 2};
  return elements(model.predict(FeatureMapView<const double, 1>(x, 1, 1, 1, 6)));
}

TEST_CASE("where Xception's units rectify, and that maxima pad as TensorFlow does", "[blocks]") {
  const double root = std::sqrt(1 + 1e-3);
  const auto once = [&](double x) { return x / root; };
  const auto twice = [&](double x) { return x / root / root; };
  // Windows begin at columns 0, 2 and 4; the shortcut takes these columns as they are.
  require_close(of_a_row<xception_entry<1>>(1), {once(-3), once(-1) + twice(1), once(1) + twice(2)}, 1e-12);
  // With its sign turned nothing positive is left after the two rectifiers, but something after one.
  require_close(of_a_row<xception_entry<1>>(-1), {once(-3), once(-1), once(1)}, 1e-12);
  require_close(of_a_row<xception_entry<1, id>>(-1), {once(-3) + twice(-1), once(-1), once(1)}, 1e-12);
  const double thrice = 1 / (root * root * root);
  require_close(of_a_row<xception_middle>(1), {-3.0, -2.0, -1.0, 0.0, 1 + thrice, 2 + 2 * thrice}, 1e-12);
}

}  // namespace
