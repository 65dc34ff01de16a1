#include "lamina/net/summary.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/net/model.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("numbers are grouped", "[net]") {
  REQUIRE(detail::with_commas(0) == "0");
  REQUIRE(detail::with_commas(999) == "999");
  REQUIRE(detail::with_commas(1234567) == "1,234,567");
}

TEST_CASE("a row for every operation, shared weights counted once, totals below", "[net]") {
  constexpr auto net = conv<8, 3> | relu | shared<"s">(conv<8, 3>) | shared<"s">(conv<8, 3>) |
                       global_avg_pool | named<"head">(dense<10>);
  Model<net, input<3, 8, 8>> model;
  const std::string text = summary(model);
  REQUIRE_THAT(text, containing("head"));
  REQUIRE_THAT(text, containing("8x8x8"));
  REQUIRE_THAT(text, containing("global_avg_pool"));
  REQUIRE_THAT(text, containing("898"));  // 224 + 584 + 90
  REQUIRE_THAT(text, containing("87,632"));
  REQUIRE(std::count(text.begin(), text.end(), '\n') == 10);
  REQUIRE_THAT(text, containing("direct_tiles"));
  REQUIRE_THAT(text, containing("pointwise_tiles"));  // the dense layer
  REQUIRE_THAT(summary(freeze(model)), containing("direct_tiles + relu"));
}

}  // namespace
