#include "lamina/net/fused_sum.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/net/summary.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/frozen.hpp"

using namespace lamina;
using support::operations_when_frozen;
using support::require_same_answers;

namespace {

TEST_CASE("a sum goes into the last branch's last convolution", "[net]") {
  REQUIRE(operations_when_frozen<residual(conv<2, 3>)>() == 2);  // the image is blocked for the sum
  REQUIRE(operations_when_frozen<(conv<8, 3> | residual(conv<8, 3> | batch_norm) | relu)>() == 2);
  REQUIRE(operations_when_frozen<(add(conv<8, 1>, conv<9, 3> | relu | conv<8, 3> | batch_norm) | silu)>() ==
          3);
  REQUIRE(operations_when_frozen<(conv<8, 3> | relu | named<"block">(residual(named<"last">(conv<8, 3>))) |
                                  named<"act">(relu))>() == 2);
  // A function before the sum, a branch that broadcasts, and three branches keep the sum apart.
  REQUIRE(operations_when_frozen<(conv<8, 3> | residual(conv<8, 3> | relu) | relu)>() == 4);
  REQUIRE(operations_when_frozen<(conv<8, 3> | residual(conv<8, kernel<5, 6>, valid>) | relu)>() == 4);
  REQUIRE(operations_when_frozen<(add(conv<8, 1>, conv<8, 3>, conv<8, 3>) | relu)>() == 5);
  REQUIRE(operations_when_frozen<(conv<8, 3> | residual(conv<8, 3, border<Border::partial>>) | relu)>() == 4);
}

constexpr auto basic_block = conv<16, 3, no_bias> | batch_norm | relu | conv<16, 3, no_bias> | batch_norm;

TEST_CASE("nets with sums in convolutions answer as before", "[net]") {
  // The addend is free and overwritten; is read by the convolution, too; is needed later; is the image.
  require_same_answers<(conv<16, 3> | relu | residual(basic_block) | relu | residual(basic_block) | relu),
                       shape<3, 9, 10>>();
  require_same_answers<(conv<9, 3> | relu | residual(conv<9, 3>) | gelu | residual(conv<9, 1> | batch_norm)),
                       shape<3, 5, 6>>();
  require_same_answers<(conv<16, 3> | relu | tap<"early"> | residual(basic_block) | relu | conv<16, 1> |
                        residual(from<"early"> | conv<16, 1>) | relu | add(from<"early">, conv<16, 3>)),
                       shape<3, 7, 6>>();
  require_same_answers<residual(conv<3, 3> | relu | conv<3, 3>), shape<3, 7, 6>>();
  // What the convolution reads lies within the addend: a tower of it, or a slice.
  require_same_answers<(concat(conv<8, 3> | tap<"tower">, conv<8, 1>) |
                        residual(from<"tower"> | conv<16, 3>)),
                       shape<3, 7, 6>>();
  require_same_answers<(conv<16, 3> | relu | tap<"whole"> | split<8, 8>(tap<"part">, id) | conv<16, 1> |
                        add(from<"whole">, from<"part"> | conv<16, 3>)),
                       shape<3, 7, 6>>();
  // A projection; depthwise, strided and grouped convolutions; towers joined before and after.
  require_same_answers<(conv<16, 3> |
                        add(conv<24, 1, stride<2>> | batch_norm,
                            conv<16, 3, stride<2>> | relu | conv<24, 3, groups<2>>) |
                        silu),
                       shape<3, 9, 8>>();
  require_same_answers<(conv<16, 3> | relu | residual(conv<16, 3, groups<16>> | batch_norm) | relu |
                        concat(conv<8, 1>, id) | residual(conv<24, 1>) | concat(id, conv<8, 1>)),
                       shape<3, 9, 8>>();
  require_same_answers<(conv<16, 3> | residual(conv<16, kernel<6, 6>, valid>) | relu), shape<3, 6, 6>>();
  require_same_answers<(conv<16, 3> | residual(conv<16, 3, border<Border::partial>>) | relu |
                        residual(conv<16, 3, border<Border::reflect>>)),
                       shape<3, 6, 6>>();
}

TEST_CASE("a sum in a convolution lies over its addend", "[net]") {
  constexpr auto net = conv<16, 3> | relu | residual(basic_block) | relu;
  using Frozen = detail::Inference<std::remove_const_t<decltype(net)>>;
  using In = Input<shape<3, 8, 8>>;
  constexpr auto& structure = detail::structure_of<Frozen, In>;
  constexpr auto& plan = detail::plan_of<Frozen, In, channel_block<float>, false>;
  STATIC_REQUIRE(structure.used.operations == 3);
  constexpr auto& last = structure.operations[2];
  const auto place = [&](int operand) {
    return plan.activations[static_cast<std::size_t>(
        structure.operands[static_cast<std::size_t>(last.first_operand + operand)])];
  };
  const Location out = plan.activations[static_cast<std::size_t>(last.output)];
  REQUIRE(place(1).root == out.root);
  REQUIRE(place(0).root != out.root);
  REQUIRE(plan.elements == 2 * 16 * 8 * 8);
}

TEST_CASE("the summary tells what a convolution has taken in", "[net]") {
  constexpr auto net = conv<8, 3> | relu | residual(conv<8, 3> | batch_norm) | relu;
  const std::string text = summary(freeze(Model<net, input<3, 8, 8>>{seed{1}}));
  CAPTURE(text);
  REQUIRE(text.find("+ batch_norm + add + relu") != std::string::npos);
}

constexpr auto wide_as_its_input = with_input([](auto in) { return conv<in.channels, 3>; });

TEST_CASE("a sum goes into what is known only with the shape, under its names", "[net]") {
  REQUIRE(operations_when_frozen<(conv<8, 3> | residual(conv<8, 3> | relu | wide_as_its_input | batch_norm) |
                                  relu)>() == 3);
  constexpr auto net = conv<8, 3> | residual(conv<8, 3> | named<"wide">(wide_as_its_input)) | relu;
  const auto frozen = freeze(Model<net, input<2, 5, 6>>{seed{4}});
  REQUIRE(frozen.structure().operations.size() == 3);
  REQUIRE(summary(frozen).find("wide") != std::string::npos);
  require_same_answers<net, shape<3, 6, 7>>();
}

TEST_CASE("a branch that turns out to be nothing, or the image, is added as it is", "[net]") {
  constexpr auto nothing = with_input([](auto) { return id; });
  require_same_answers<(conv<8, 3> | residual(conv<8, 3> | nothing) | silu), shape<3, 6, 5>>();
  require_same_answers<(residual(nothing) | conv<4, 3>), shape<3, 6, 5>>();
  require_same_answers<(tap<"x"> | conv<3, 3> | add(id, with_input([](auto) { return from<"x">; })) | relu),
                       shape<3, 6, 5>>();
}

}  // namespace
