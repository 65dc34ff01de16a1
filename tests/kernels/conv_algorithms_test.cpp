#include "lamina/kernels/conv_algorithms.hpp"

#include <set>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace lamina::kernels {
namespace {

constexpr std::string_view choice(Index in, Index out, Index kernel, Index groups) {
  const ConvGeometry g{.in_channels = in,
                       .out_channels = out,
                       .groups = groups,
                       .kernel_height = kernel,
                       .kernel_width = kernel};
  return chosen_algorithm(g, shape<8, 10, 10>);
}

static_assert(choice(8, 16, 3, 1).starts_with("direct"));
static_assert(choice(8, 16, 1, 1).starts_with("pointwise"));
static_assert(choice(8, 16, 3, 2).starts_with("grouped"));
static_assert(choice(8, 16, 3, 8).starts_with("grouped"));
static_assert(choice(8, 8, 3, 8).starts_with("depthwise"));
static_assert(choice(1, 1, 3, 1).starts_with("direct"));

}  // namespace

TEST_CASE("Convolution algorithms have names of their own, the reference last", "[kernels]") {
  std::set<std::string> labels;
  for (const ConvAlgorithm& algorithm : conv_algorithms) labels.insert(algorithm.label);
  REQUIRE(labels.size() == std::size(conv_algorithms));
  REQUIRE(std::string(std::end(conv_algorithms)[-1].label) == "reference");
}

}  // namespace lamina::kernels
