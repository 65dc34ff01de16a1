#include "lamina/net/lowering.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <auto Net, auto In> constexpr std::size_t operations() {
  return detail::structure_of<as_block<std::remove_const_t<decltype(Net)>>, std::remove_const_t<decltype(In)>>
      .used.operations;
}

TEST_CASE("an image is blocked only for layers that do not read it as it comes", "[net]") {
  STATIC_REQUIRE(operations<conv<4, 3>, input<3, 5, 5>>() == 1);
  STATIC_REQUIRE(operations<conv<4, 3>, input<16, 5, 5>>() == 2);
  STATIC_REQUIRE(operations<flatten, input<16, 5, 5>>() == 1);
  STATIC_REQUIRE(operations<relu, input<3, 5, 5>>() == 2);
  STATIC_REQUIRE(operations<id, input<3, 5, 5>>() == 1);
}

TEST_CASE("long sequences are inferred within the compilers' depth", "[net]") {
  constexpr auto long_net = conv<4, 1> | repeat<1000>(relu);
  STATIC_REQUIRE(output_shape(long_net, input<1, 2, 2>) == shape<4, 2, 2>);
}

}  // namespace
