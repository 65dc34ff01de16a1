#include "lamina/core/fixed_string.hpp"

#include <type_traits>

#include "support/catch.hpp"

namespace {

template <lamina::FixedString Name> struct Named {
  static constexpr std::string_view name = Name.view();
};
template <lamina::FixedString Name> inline constexpr Named<Name> named{};

static_assert(named<"head">.name == "head");
static_assert(named<"">.name.empty());
static_assert(std::is_same_v<decltype(named<"a">), decltype(named<"a">)>);
static_assert(!std::is_same_v<decltype(named<"a">), decltype(named<"b">)>);

}  // namespace

TEST_CASE("a string is a template argument and reads as a string_view", "[core]") {
  constexpr lamina::FixedString text("stem.conv");
  STATIC_REQUIRE(text.size() == 9);
  STATIC_REQUIRE(text == lamina::FixedString("stem.conv"));
  STATIC_REQUIRE(!(text == lamina::FixedString("stem")));
  const std::string_view view = text;
  REQUIRE(view == "stem.conv");
}
