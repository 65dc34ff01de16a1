#include "lamina/layers/options.hpp"

#include "support/catch.hpp"

using namespace lamina;

namespace {

struct Chosen {
  Index groups = 1;
  bool bias = true;
  Stride stride{};
  constexpr void set(Groups g) { groups = g.count; }
  constexpr void set(Bias b) { bias = b.present; }
  constexpr void set(Stride s) { stride = s; }
};

TEST_CASE("options: any order, the others stay as they were", "[layers]") {
  constexpr Chosen none = detail::with_options<struct a_layer, Chosen>(Chosen{.groups = 4});
  constexpr Chosen some =
      detail::with_options<struct a_layer, Chosen, no_bias, lamina::groups<2>>(Chosen{.groups = 4});
  constexpr Chosen turned =
      detail::with_options<struct a_layer, Chosen, lamina::groups<2>, no_bias>(Chosen{});
  STATIC_REQUIRE((none.groups == 4 && none.bias));
  STATIC_REQUIRE((some.groups == 2 && !some.bias && some.stride.vertical == 1));
  STATIC_REQUIRE((turned.groups == 2 && !turned.bias));
}

}  // namespace
