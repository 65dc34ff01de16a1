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

TEST_CASE("options that a block keeps to itself, and those that it hands on", "[layers]") {
  using detail::option_or, detail::OptionList, detail::without;
  constexpr auto handed_on =
      without<Multiplier, BetweenOption>(OptionList<stride<2>, multiplier<3>, between<3>, no_bias>{});
  STATIC_REQUIRE(std::is_same_v<decltype(handed_on), const OptionList<stride<2>, no_bias>>);
  STATIC_REQUIRE(option_or<Multiplier, multiplier<1>, no_bias, multiplier<3>>().count == 3);
  STATIC_REQUIRE(option_or<Multiplier, multiplier<1>, no_bias>().count == 1);
  STATIC_REQUIRE(
      std::is_same_v<decltype(option_or<BetweenOption, between<3>, between<3.5f>>())::block, float>);
}

}  // namespace
