#include "lamina/net/fusion.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/net/summary.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/frozen.hpp"

using namespace lamina;
using support::elements;
using support::operations_when_frozen;
using support::RandomImages;

namespace {

TEST_CASE("neighbours become one: a convolution, a batch norm, a pointwise function", "[net]") {
  REQUIRE(operations_when_frozen<(conv<8, 3> | batch_norm | relu)>() == 1);
  REQUIRE(operations_when_frozen<(conv<8, 3> | relu | batch_norm)>() == 2);
  REQUIRE(operations_when_frozen<(conv<8, 3> | relu | relu)>() == 2);
}

constexpr auto as_wide = with_input([](auto in) { return conv<in.channels, 3>; });

TEST_CASE(
    "a block written for its input's shape absorbs what follows, and a lone layer in a branch is packed",
    "[net]") {
  REQUIRE(operations_when_frozen<(conv<8, 3> | as_wide | batch_norm | relu | as_wide | relu | relu)>() == 4);
  constexpr auto net = conv<16, 3> | as_wide | named<"norm">(batch_norm) | relu | residual(as_wide) |
                       concat(conv<16, 3>, named<"deep">(as_wide | batch_norm), id) | relu;
  Model<net, input<2, 12, 12>> model{seed{4}};
  RandomImages<float> images(shape<2, 12, 12>, 3);
  model.forward(images.view);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 2e-4);  // Winograd rounds
  const StructureView structure = predict.structure();
  int packed = 0;  // for Winograd's algorithm: a run of numbers, no kernel (out, in, 3, 3)
  for (const ParameterRecord& record : structure.parameters)
    packed += record.parameter.name == "weight" && record.parameter.extents.rank == 1;
  REQUIRE(packed == 4);  // all but the first, which reads the image
}

constexpr auto named_net = named<"stem">(named<"conv">(conv<9, 3>) | named<"norm">(batch_norm)) |
                           named<"act">(relu) | named<"body">(conv<8, 3> | named<"tail">(batch_norm | silu)) |
                           named<"head">(conv<4, 1>);

TEST_CASE("names keep no neighbours apart", "[net]") {
  Model<named_net, input<2, 5, 6>> model{seed{4}};
  RandomImages<float> images(shape<2, 5, 6>, 3);
  model.forward(images.view);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
  const StructureView structure = predict.structure();
  REQUIRE(structure.operations.size() == 3);
  REQUIRE(full_name(structure, structure.operations[0].scope, "") == "stem.conv");
  REQUIRE(full_name(structure, structure.operations[2].scope, "") == "head");
}

}  // namespace
