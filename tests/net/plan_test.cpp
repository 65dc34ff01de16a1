// The memory plan: values that live at the same time, and are not parts of one another, never share memory.
#include "lamina/net/plan.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

struct Stretch {
  Index begin, end;  // in the arena, per sample
  int first, last;   // in time
  int family;        // values with one root may overlap: they are placed inside each other on purpose
};

/// The stretches of activations and gradients of a training plan, with lifetimes worked out anew: from the
/// first write to the last read.
template <class Net, class In> std::vector<Stretch> stretches() {
  constexpr auto& structure = detail::structure_of<Net, In>;
  constexpr auto& plan = detail::plan_of<Net, In, 8, true>;
  const StructureView view = structure.view();
  const int n = static_cast<int>(view.operations.size());
  std::vector<Stretch> all;
  const auto elements = [&](std::size_t v) {
    const Shape& s = view.values[v].shape;
    return (s.channels + 7) / 8 * 8 * s.pixels();
  };
  for (std::size_t v = 0; v < view.values.size(); ++v) {
    const int producer = view.values[v].producer;
    if (producer < 0) continue;
    int last_read = producer, last_consumer = -1;
    bool is_output = false;
    for (const int output : view.outputs) is_output = is_output || output == static_cast<int>(v);
    if (is_output) last_read = n;
    if (saves_output(view.operations[static_cast<std::size_t>(producer)].facts->saves))
      last_read = 2 * n - producer;
    for (int i = 0; i < n; ++i)
      for (const int u : view.operands_of(view.operations[static_cast<std::size_t>(i)]))
        if (u == static_cast<int>(v)) {
          last_consumer = i;
          const bool saves = saves_input(view.operations[static_cast<std::size_t>(i)].facts->saves);
          last_read = std::max(last_read, saves ? 2 * n - i : i);
        }
    const Location& a = plan.activations[v];
    all.push_back(
        {a.root + a.inner, a.root + a.inner + elements(v), producer, last_read, static_cast<int>(a.root)});
    const Location& g = plan.gradients[v];
    all.push_back({g.root + g.inner, g.root + g.inner + elements(v), is_output ? n : 2 * n - last_consumer,
                   2 * n - producer, -1 - static_cast<int>(g.root)});
  }
  return all;
}

template <auto Net, auto In> void check_apart() {
  using NetType = as_block<std::remove_const_t<decltype(Net)>>;
  using InType = std::remove_const_t<decltype(In)>;
  const auto all = stretches<NetType, InType>();
  for (std::size_t a = 0; a < all.size(); ++a) {
    REQUIRE(all[a].begin >= 0);
    REQUIRE(all[a].end <= (detail::plan_of<NetType, InType, 8, true>.elements));
    for (std::size_t b = 0; b < a; ++b) {
      const bool at_once = all[a].first < all[b].last && all[b].first < all[a].last;
      const bool overlap = all[a].begin < all[b].end && all[b].begin < all[a].end;
      CAPTURE(a, b);
      REQUIRE((!at_once || !overlap || all[a].family == all[b].family));
    }
  }
}

constexpr auto preactivated =
    with_input([](auto in) { return residual(conv<in.channels, 3> | relu | conv<in.channels, 3>) | relu; });
constexpr auto towers = concat(conv<8, 1>, conv<4, 1> | relu | conv<16, 3>, id, conv<4, 1>);

TEST_CASE("what lives at the same time lies apart", "[net]") {
  check_apart<(conv<8, 3> | relu | preactivated | preactivated | towers | batch_norm | relu | conv<8, 1>),
              input<3, 6, 5>>();
  check_apart<(conv<16, 3> | tap<"a"> | silu | split<8, 8>(conv<8, 3>, sigmoid) | concat(id, from<"a">) |
               gate(global_avg_pool | sigmoid)),
              input<1, 5, 5>>();
}

TEST_CASE("towers lie in the joined map, a rectifier over its input", "[net]") {
  using Net = decltype(conv<8, 3> | concat(conv<8, 1>, conv<16, 1> | relu));
  using In = std::remove_const_t<decltype(input<1, 4, 4>)>;
  constexpr auto& plan = detail::plan_of<Net, In, 8, true>;
  // values: 0 image, 1 conv, 2 first tower, 3 conv, 4 relu, 5 concat
  REQUIRE(plan.activations[2].root == plan.activations[5].root);
  REQUIRE(plan.activations[2].inner == 0);
  REQUIRE(plan.activations[4].inner == 8 * 16);
  REQUIRE(plan.activations[3].inner == plan.activations[4].inner);
  REQUIRE(plan.gradients[2].root == plan.gradients[5].root);
}

TEST_CASE("what begins with a block lies in the joined map, or is a view, wherever it ends", "[net]") {
  using Net = decltype(conv<24, 1> | split<12, 4, 8>(conv<12, 3>, conv<4, 3>, id));
  using In = std::remove_const_t<decltype(input<1, 4, 4>)>;
  constexpr auto& plan = detail::plan_of<Net, In, 8, true>;
  // values: 0 image, 1 conv, 2 slice, 3 conv, 4 slice, 5 conv, 6 slice, 7 concat
  REQUIRE(plan.activations[2].root == plan.activations[1].root);
  REQUIRE(plan.activations[3].root == plan.activations[7].root);
  REQUIRE(plan.activations[4].root != plan.activations[1].root);  // begins at channel 12
  REQUIRE(plan.activations[5].root != plan.activations[7].root);
  REQUIRE(plan.activations[6].inner == 2 * 8 * 16);
  // Gradients keep their zeros: only whole blocks.
  REQUIRE(plan.gradients[3].root != plan.gradients[7].root);
}

TEST_CASE("a chain needs two maps in inference, all of them in training", "[net]") {
  using Net = decltype(conv<8, 3> | conv<8, 3> | conv<8, 3> | conv<8, 3>);
  using In = std::remove_const_t<decltype(input<1, 4, 4>)>;
  REQUIRE((detail::plan_of<Net, In, 8, false>.elements) == 2 * 8 * 16);
  REQUIRE((detail::plan_of<Net, In, 8, true>.elements) >= 4 * 8 * 16);
}

}  // namespace
