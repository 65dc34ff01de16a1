#include "lamina/net/pointwise_layer.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

namespace {

inline constexpr auto swish = pointwise([](auto x) { return x * sigmoid(x); });

TEST_CASE("every kind of function is a layer with the right gradient", "[net]") {
  check_gradients<(conv<9, 1> | swish | gelu | softplus | tanh_activation | elu<0.7> | mish),
                  input<2, 3, 3>>();
}

TEST_CASE("layers whose derivative follows from the output work in place", "[net]") {
  STATIC_REQUIRE(as_block<Relu>::in_place);
  STATIC_REQUIRE(as_block<Relu>::saves == Saves::output);
  STATIC_REQUIRE(as_block<Silu>::saves == Saves::input);
  STATIC_REQUIRE_FALSE(as_block<Silu>::in_place);
}

}  // namespace
