#include "lamina/net/graph.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("taps are found by name across branches, the last of a name counts", "[net]") {
  constexpr auto net =
      conv<4, 3> | tap<"x"> | concat(conv<6, 3, stride<2>> | tap<"x">, conv<2, 3, stride<2>>) | from<"x">;
  STATIC_REQUIRE(output_shape(net, input<1, 8, 8>) == shape<6, 4, 4>);
}

TEST_CASE("shared weights count once", "[net]") {
  constexpr auto mlp = shared<"mlp">(conv<2, 1> | relu | conv<8, 1>);
  constexpr auto net = conv<8, 3> | add(mlp, relu | mlp);
  STATIC_REQUIRE(parameter_count(net, input<1, 4, 4>) == 80 + 18 + 24);
}

TEST_CASE("several outputs have shapes of their own", "[net]") {
  constexpr auto net = conv<8, 3> | outputs(conv<2, 1>, conv<3, 3, stride<2>>);
  constexpr auto structure =
      detail::structure_of<std::remove_const_t<decltype(net)>, std::remove_const_t<decltype(input<1, 4, 4>)>>;
  STATIC_REQUIRE(structure.used.outputs == 2);
  STATIC_REQUIRE(structure.view().shape_of(structure.outputs[1]) == shape<3, 2, 2>);
}

}  // namespace
