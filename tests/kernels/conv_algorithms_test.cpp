#include "lamina/kernels/conv_algorithms.hpp"

#include <set>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace lamina::kernels {
namespace {

constexpr ConvGeometry geometry(Index in, Index out, Index kernel, Index groups = 1) {
  return {.in_channels = in,
          .out_channels = out,
          .groups = groups,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .pad_top = kernel / 2,
          .pad_left = kernel / 2,
          .pad_bottom = kernel / 2,
          .pad_right = kernel / 2};
}
constexpr ConvGeometry strided(ConvGeometry g) {
  g.stride_height = g.stride_width = 2;
  return g;
}
constexpr std::string_view direct_label(const ConvGeometry& g) { return label(ConvAlgorithm::direct, g); }
constexpr ConvAlgorithm relaxed(const ConvGeometry& g, Index side) {
  return choose_algorithm(g, side, side, Accuracy::relaxed);
}

static_assert(direct_label(geometry(8, 16, 3)).starts_with("direct"));
static_assert(direct_label(geometry(8, 16, 1)).starts_with("pointwise"));
static_assert(direct_label(geometry(8, 16, 3, 2)).starts_with("grouped"));
static_assert(direct_label(geometry(8, 16, 3, 8)).starts_with("grouped"));
static_assert(direct_label(geometry(8, 8, 3, 8)).starts_with("depthwise"));
static_assert(direct_label(geometry(1, 1, 3)).starts_with("direct"));

// What was the fastest where it was measured (kernels/README.md).
static_assert(relaxed(geometry(64, 64, 3), 56) == ConvAlgorithm::winograd_4x4);
static_assert(relaxed(geometry(256, 256, 3), 14) == ConvAlgorithm::winograd_4x4);
static_assert(relaxed(geometry(512, 512, 3), 7) == ConvAlgorithm::winograd_2x2);
static_assert(relaxed(geometry(3, 16, 3), 32) == ConvAlgorithm::direct);
static_assert(relaxed(strided(geometry(128, 128, 3)), 56) == ConvAlgorithm::winograd_4x4);
static_assert(relaxed(strided(geometry(256, 256, 3)), 28) == ConvAlgorithm::winograd_2x2);
static_assert(relaxed(strided(geometry(64, 64, 5)), 56) == ConvAlgorithm::winograd_4x4);
static_assert(relaxed(strided(geometry(3, 64, 7)), 224) == ConvAlgorithm::winograd_3x3);
static_assert(relaxed(strided(geometry(3, 32, 3)), 299) == ConvAlgorithm::direct);
static_assert(relaxed(geometry(3, 64, 3), 224) == ConvAlgorithm::direct);

static_assert(choose_algorithm(geometry(64, 64, 3), 56, 56, Accuracy::exact) == ConvAlgorithm::direct);
static_assert(relaxed(geometry(32, 64, 5), 28) == ConvAlgorithm::winograd_4x4);
static_assert(relaxed(geometry(64, 64, 9), 56) == ConvAlgorithm::direct);
static_assert(relaxed(geometry(64, 64, 3, 64), 56) == ConvAlgorithm::direct);
static_assert(relaxed(geometry(64, 64, 3, 2), 56) == ConvAlgorithm::direct);

constexpr bool applies_where(auto change, Index kernel = 3) {
  ConvGeometry g = geometry(64, 64, kernel);
  change(g);
  return applies(ConvAlgorithm::winograd_4x4, g);
}
static_assert(applies_where([](ConvGeometry&) {}));
static_assert(!applies_where([](ConvGeometry& g) { g.stride_width = 2; }));
static_assert(applies_where([](ConvGeometry& g) { g.stride_height = g.stride_width = 2; }));
static_assert(applies_where([](ConvGeometry& g) { g.stride_height = g.stride_width = 2; }, 5));
static_assert(!applies_where([](ConvGeometry& g) { g.stride_height = g.stride_width = 2; }, 7));
static_assert(applies(ConvAlgorithm::winograd_3x3, strided(geometry(64, 64, 7))));
static_assert(!applies(ConvAlgorithm::winograd_3x3, geometry(64, 64, 3)));
static_assert(!applies_where([](ConvGeometry& g) { g.stride_height = g.stride_width = 3; }));
static_assert(applies_where([](ConvGeometry& g) { g.dilation_height = 2; }));
static_assert(applies_where([](ConvGeometry& g) { g.kernel_width = 1; }));
static_assert(applies_where([](ConvGeometry&) {}, 5));
static_assert(!applies_where([](ConvGeometry&) {}, 7));  // ten products along an axis
static_assert(!applies_where([](ConvGeometry&) {}, 1));
static_assert(!applies_where([](ConvGeometry& g) { g.kernel_width = 2; }));
static_assert(!applies_where([](ConvGeometry& g) { g.kernel_width = 3; }, 5));
static_assert(!applies_where([](ConvGeometry& g) { g.border = Border::reflect; }));

}  // namespace

TEST_CASE("Convolution algorithms have names of their own", "[kernels]") {
  std::set<std::string> labels;
  for (const ConvAlgorithm algorithm : conv_algorithms) labels.insert(label(algorithm, geometry(8, 16, 3)));
  REQUIRE(labels.size() == std::size(conv_algorithms));
}

}  // namespace lamina::kernels
