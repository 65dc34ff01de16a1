#include "lamina/net/layer.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

struct Mine : Layer {
  static constexpr std::string_view name = "mine";
  static constexpr Shape output(Shape in) { return in; }
};
struct Nameless : Layer {
  static constexpr Shape output(Shape in) { return in; }
};
struct Heavy : Mine {
  int state = 0;
};

TEST_CASE("a layer is empty, named, and has a shape rule", "[net]") {
  STATIC_REQUIRE(layer<Mine>);
  STATIC_REQUIRE(layer<std::remove_const_t<decltype(conv<4, 3>)>>);
  STATIC_REQUIRE_FALSE(layer<Nameless>);
  STATIC_REQUIRE_FALSE(layer<Heavy>);
  STATIC_REQUIRE_FALSE(layer<Relu>);  // a pointwise function becomes one in a net
}

TEST_CASE("what backward reads", "[net]") {
  STATIC_REQUIRE(saves_input(Saves::both));
  STATIC_REQUIRE(saves_output(Saves::output));
  STATIC_REQUIRE_FALSE(saves_input(Saves::output));
  STATIC_REQUIRE_FALSE(saves_output(Saves::nothing));
}

}  // namespace
