#include "lamina/tensor/functions/functions.hpp"

#include <set>
#include <string_view>

#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class... F> std::set<std::string_view> names(const F&...) {
  static_assert((pointwise_function<F> && ...));
  return {F::name...};
}

}  // namespace

TEST_CASE("all functions arrive with one include, under names of their own", "[functions]") {
  const auto all =
      names(relu, relu6, leaky_relu<>, elu<>, celu<>, selu, hard_tanh, hard_sigmoid, hard_swish, sigmoid,
            softplus, log_sigmoid, softsign, silu, mish, gelu, gelu_tanh, tanh_activation, exponential,
            logarithm, square_root, reciprocal_square_root, sine, cosine, absolute, square);
  REQUIRE(all.size() == 26);
  for (const auto name : all) REQUIRE(!name.empty());
}
