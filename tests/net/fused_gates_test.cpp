#include "lamina/net/fused_gates.hpp"

#include "lamina/layers/channel_pool.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/frozen.hpp"

using namespace lamina;
using support::operations_when_frozen;
using support::require_same_answers;

namespace {

constexpr auto channels = gate(global_avg_pool | sigmoid);
template <int K> constexpr auto pixels = gate(concat(channel_mean, channel_max) | conv<1, K> | sigmoid);
constexpr auto deferred = with_input([](auto) { return channels; });

TEST_CASE("a gate of channels and one of pixels are one product", "[net]") {
  // A convolution, the mean, its sigmoid; the pooling of what they leave, a convolution, the product.
  REQUIRE(operations_when_frozen<(conv<9, 3> | channels | pixels<3>)>() == 6);
  REQUIRE(operations_when_frozen<(conv<9, 3> | deferred | named<"second">(pixels<3>) | relu)>() == 7);
  require_same_answers<(conv<9, 3> | channels | pixels<3> | relu), shape<2, 5, 6>>();
  require_same_answers<(conv<17, 3> | deferred | named<"second">(pixels<3>)), shape<2, 5, 6>>();
  require_same_answers<(channels | pixels<3>), shape<9, 5, 6>>();
  constexpr auto max_first = gate(concat(channel_max, channel_mean) | conv<1, 3> | sigmoid);
  require_same_answers<(conv<9, 3> | channels | max_first), shape<2, 5, 6>>();
}

TEST_CASE("other gates in turn stay products of their own", "[net]") {
  REQUIRE(operations_when_frozen<(conv<9, 3> | pixels<3> | pixels<5>)>() == 7);
  require_same_answers<(conv<9, 3> | pixels<3> | pixels<5>), shape<2, 5, 6>>();
  require_same_answers<(conv<9, 3> | pixels<3> | channels | channels), shape<2, 5, 6>>();
  // What is written for its input's shape need not be a gate.
  constexpr auto no_gate = with_input([](auto) { return relu; });
  REQUIRE(operations_when_frozen<(conv<9, 3> | no_gate | pixels<3>)>() == 5);
  require_same_answers<(conv<9, 3> | no_gate | pixels<3>), shape<2, 5, 6>>();
}

TEST_CASE("x times itself is a gate, too", "[net]") {
  require_same_answers<(conv<9, 3> | gate(id)), shape<2, 5, 6>>();
  require_same_answers<(conv<9, 3> | deferred | gate(id)), shape<2, 5, 6>>();
  require_same_answers<(conv<9, 3> | pixels<3> | gate(id) | relu), shape<2, 5, 6>>();
}

TEST_CASE("a sum of two gates is one pass, known at once or with the shape", "[net]") {
  constexpr auto ones = gate(conv<1, 1> | sigmoid);
  const std::size_t together = operations_when_frozen<(conv<9, 3> | add(channels, ones))>();
  REQUIRE(operations_when_frozen<(conv<9, 3> | add(deferred, ones))>() == together);
  REQUIRE(operations_when_frozen<(conv<9, 3> | add(ones, deferred))>() == together);
  REQUIRE(operations_when_frozen<(conv<9, 3> | add(ones, deferred) | relu)>() == together + 1);
  require_same_answers<(conv<9, 3> | add(ones, deferred) | relu), shape<2, 5, 6>>();
}

}  // namespace
