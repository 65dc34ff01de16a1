#include "lamina/net/structure.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/net/arena.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("the table of a net", "[net]") {
  using Net = decltype(conv<4, 3> | residual(named<"inner">(conv<4, 1>)));
  using In = std::remove_const_t<decltype(input<1, 5, 6>)>;
  constexpr StructureView table = detail::structure_of<Net, In>.view();
  STATIC_REQUIRE(table.operations.size() == 3);
  STATIC_REQUIRE(table.values.size() == 4);
  STATIC_REQUIRE(table.operations[0].reads_image);
  STATIC_REQUIRE(table.operations[2].facts->kind == OperationKind::sum);
  STATIC_REQUIRE(table.operands_of(table.operations[2])[0] == table.operations[0].output);
  STATIC_REQUIRE(table.operands_of(table.operations[2])[1] == table.operations[1].output);
  STATIC_REQUIRE(table.outputs[0] == table.operations[2].output);
  STATIC_REQUIRE(table.shape_of(table.outputs[0]) == shape<4, 5, 6>);
  STATIC_REQUIRE(table.parameters.size() == 4);
  REQUIRE(full_name(table, table.parameters[2].scope, "weight") == "1.inner.weight");
}

}  // namespace
