#include "lamina/core/border.hpp"

#include "support/catch.hpp"

using namespace lamina;

namespace {

template <Border B = Border{}> struct Window {
  static constexpr Border border = B;
};

TEST_CASE("border: zero unless said otherwise, and a template argument", "[core]") {
  STATIC_REQUIRE(Window<>::border == Border::zero);
  STATIC_REQUIRE(!std::is_same_v<Window<Border::reflect>, Window<Border::replicate>>);
  STATIC_REQUIRE(!std::is_same_v<Window<Border::partial>, Window<>>);
}

}  // namespace
