#include "lamina/net/model_core.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/model.hpp"
#include "lamina/net/operators.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

constexpr auto two_convs = conv<5, 3> | batch_norm | conv<3, 1>;

TEST_CASE("parameters, gradients and statistics by name", "[net]") {
  Model<two_convs, input<2, 4, 4>> model{seed{1}};
  REQUIRE(model.statistics().size() == 2);
  REQUIRE(model.statistic("1.running_var").values() == std::vector<float>(5, 1.0f));
  model.gradient("2.bias")[1] = 3;
  REQUIRE(model.gradient("2.bias").values() == std::vector<float>{0, 3, 0});
  model.zero_gradients();
  REQUIRE(model.gradient("2.bias")[1] == 0);
  REQUIRE_THROWS_WITH(model.parameter("nowhere"), containing("nowhere"));
}

TEST_CASE("an optimizer's state has the parameters' names", "[net]") {
  Model<two_convs, input<2, 4, 4>> model{seed{1}};
  Storage<float> state(static_cast<Index>(model.parameter_space().values.size()));
  const auto named = model.named_like_parameters(state.span());
  REQUIRE(named.size() == model.parameters().size());
  REQUIRE(named[0].name() == "0.weight");
  Storage<float> wrong(3);
  REQUIRE_THROWS_AS(model.named_like_parameters(wrong.span()), shape_error);
}

TEST_CASE("the architecture's hash tells nets apart, not weights", "[net]") {
  Model<two_convs, input<2, 4, 4>> a{seed{1}}, b{seed{2}};
  Model<two_convs, input<2, 5, 4>> wider{seed{1}};
  Model<two_convs | conv<3, 1>, input<2, 4, 4>> longer{seed{1}};
  REQUIRE(a.architecture_hash() == b.architecture_hash());
  REQUIRE(a.architecture_hash() != wider.architecture_hash());
  REQUIRE(a.architecture_hash() != longer.architecture_hash());
}

}  // namespace
