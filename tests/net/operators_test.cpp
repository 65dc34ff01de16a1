#include "lamina/net/operators.hpp"

#include <type_traits>

#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("operators are the short forms of the names", "[net]") {
  constexpr auto f = conv<4, 3>;
  constexpr auto g = conv<4, 1>;
  STATIC_REQUIRE(std::is_same_v<decltype(f | relu | g), decltype(sequence(f, relu, g))>);
  STATIC_REQUIRE(std::is_same_v<decltype(id + f), decltype(add(id, f))>);
  STATIC_REQUIRE(std::is_same_v<decltype(id * (g | sigmoid)), decltype(multiply(id, g | sigmoid))>);
  STATIC_REQUIRE(std::is_same_v<decltype((f + g) | relu), decltype(sequence(add(f, g), relu))>);
}

TEST_CASE("pointwise functions are blocks on either side", "[net]") {
  STATIC_REQUIRE(std::is_same_v<decltype(relu | sigmoid), decltype(sequence(relu, sigmoid))>);
  STATIC_REQUIRE(std::is_same_v<decltype(relu + id), decltype(add(relu, id))>);
}

}  // namespace
