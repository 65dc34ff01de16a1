#include "lamina/layers/separable_pass.hpp"

#include "lamina/blocks/separable_conv.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/summary.hpp"
#include "support/frozen.hpp"

using namespace lamina;
using support::operations_when_frozen;
using support::require_same_answers;

namespace {

constexpr auto depthwise_of_eight = conv<8, 3, groups<8>>;

TEST_CASE("a depthwise and a 1 × 1 convolution become one operation", "[layers]") {
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_of_eight | conv<5, 1>)>() == 2);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_of_eight | batch_norm | relu6 | conv<5, 1> |
                                  batch_norm | silu)>() == 2);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_conv<3, no_bias> | batch_norm | relu6 |
                                  conv<5, 1, no_bias> | batch_norm | relu)>() == 2);
  REQUIRE(operations_when_frozen<(conv<8, 3> | named<"a">(depthwise_conv<5>) | named<"b">(relu | conv<5, 1>) |
                                  relu)>() == 2);
  REQUIRE(operations_when_frozen<(conv<8, 3> | relu | separable_conv<9, 3> | batch_norm | relu |
                                  separable_conv<4, 3, between<batch_norm | relu>> | relu)>() == 3);
  // With the sum that follows, too.
  REQUIRE(operations_when_frozen<(conv<8, 3> | residual(depthwise_conv<3> | relu | conv<8, 1> | batch_norm) |
                                  relu)>() == 2);
}

TEST_CASE("what is no such pair, or does not pay, stays apart", "[layers]") {
  REQUIRE(operations_when_frozen<(conv<8, 3> | conv<8, 3> | conv<5, 1>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<8, 3> | conv<8, 3, groups<4>> | conv<5, 1>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<16, 3> | conv<8, 3, groups<8>> | conv<5, 1>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_conv<3, multiplier<2>> | conv<5, 1>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_of_eight | conv<5, 3>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_of_eight | conv<5, 1, stride<2>>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_of_eight | conv<6, 1, groups<2>>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_of_eight | relu | relu | conv<5, 1>)>() == 4);
  REQUIRE(operations_when_frozen<(conv<8, 3> | depthwise_of_eight | tap<"read"> | conv<5, 1> |
                                  add(id, from<"read"> | conv<5, 1>))>() == 4);
  REQUIRE(
      operations_when_frozen<(conv<8, 3> | conv<8, 3, groups<8>, border<Border::reflect>> | conv<5, 1>)>() ==
      3);
  // The weights outweigh the map between; the sum goes into the 1 × 1 convolution all the same.
  REQUIRE(operations_when_frozen<(conv<200, 3> | depthwise_conv<3> | conv<200, 1>)>() == 3);
  REQUIRE(operations_when_frozen<(conv<200, 3> | residual(depthwise_conv<3> | conv<200, 1>) | relu)>() == 3);
}

constexpr auto inverted = conv<20, 1, no_bias> | batch_norm | relu6 | depthwise_conv<3, no_bias> |
                          batch_norm | relu6 | conv<9, 1, no_bias> | batch_norm;

TEST_CASE("nets with convolutions in one pass answer as before", "[layers]") {
  require_same_answers<(conv<9, 3> | relu | residual(inverted) | residual(inverted) | global_avg_pool |
                        dense<3>),
                       shape<3, 9, 7>>();
  require_same_answers<(conv<9, 3> | relu | separable_conv<12, 3, stride<2>> | batch_norm | relu |
                        separable_conv<5, 5, between<batch_norm | silu>, dilation<2>> | gelu),
                       shape<3, 12, 11>>();
  require_same_answers<(conv<8, 3> | depthwise_conv<3, multiplier<2>> | relu | conv<5, 1> |
                        depthwise_conv<kernel<1, 7>> | conv<6, 1> | depthwise_conv<kernel<7, 1>> |
                        conv<6, 1>),
                       shape<3, 9, 10>>();
  require_same_answers<(conv<200, 3> | residual(depthwise_conv<3> | batch_norm | relu | conv<200, 1>) | relu),
                       shape<3, 5, 4>>();
  require_same_answers<(depthwise_conv<3> | conv<4, 1> | relu |
                        shared<"unit">(depthwise_conv<3> | conv<4, 1>) | max_pool<2> |
                        shared<"unit">(depthwise_conv<3> | conv<4, 1>)),
                       shape<3, 9, 8>>();
  // A 1 × 1 convolution whose bias is not everywhere takes no norm in.
  require_same_answers<(conv<8, 3> | depthwise_conv<3> | conv<5, 1, pad<1>, border<Border::partial>> |
                        batch_norm),
                       shape<3, 6, 5>>();
  // Sequences; and the map itself is the addend.
  require_same_answers<(conv<8, 3> | relu | depthwise_conv<3> | relu | conv<5, 1>), shape<3, 20>>();
  require_same_answers<(conv<8, 3> | add(id, depthwise_conv<3> | conv<8, 1>) | relu), shape<3, 6, 7>>();
}

TEST_CASE("the summary tells of both convolutions, and counts both", "[layers]") {
  const Model<(conv<8, 3> | depthwise_conv<3> | relu | conv<5, 1> | gelu), input<2, 5, 6>> model{seed{1}};
  const auto frozen = freeze(model);
  const std::string text = summary(frozen);
  REQUIRE(text.find("depthwise_rows + relu + pointwise_tiles + gelu") != std::string::npos);
  REQUIRE(frozen.structure().parameters.size() == 6);
  Index parameters = 0;
  for (const auto& record : frozen.structure().parameters) parameters += record.parameter.extents.count();
  REQUIRE(parameters == model.parameter_count());
}

}  // namespace
