#include "lamina/net/builders.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("facts are what a layer declares, or the defaults", "[net]") {
  using Conv3 = std::remove_const_t<decltype(conv<4, 3>)>;
  constexpr OperationFacts facts = detail::facts_of<Conv3>;
  STATIC_REQUIRE(facts.name == "conv");
  STATIC_REQUIRE(facts.saves == Saves::input);
  STATIC_REQUIRE(facts.accumulates);
  STATIC_REQUIRE_FALSE(facts.in_place);
  STATIC_REQUIRE(facts.macs(shape<2, 5, 5>) == 25 * 4 * 18);
  STATIC_REQUIRE(facts.stash(shape<2, 5, 5>).per_batch == 0);
  STATIC_REQUIRE(
      detail::facts_of<std::remove_const_t<decltype(batch_norm)>>.stash(shape<20, 5, 5>).per_batch >= 40);
  STATIC_REQUIRE(detail::facts_of<as_block<Relu>>.in_place);
}

TEST_CASE("one function for each operation, the same for equal layers", "[net]") {
  constexpr auto net = conv<4, 3> | relu | conv<4, 3> | conv<4, 3> | relu;
  using Net = std::remove_const_t<decltype(net)>;
  using In = std::remove_const_t<decltype(input<8, 6, 6>)>;
  constexpr auto& functions = detail::forward_functions<Net, In, float>;
  STATIC_REQUIRE(functions.size() == 6);  // the image is blocked first
  REQUIRE(functions[3] == functions[4]);
  REQUIRE(functions[2] == functions[5]);
  REQUIRE(functions[1] != functions[3]);  // another input shape
}

}  // namespace
