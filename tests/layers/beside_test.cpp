#include "lamina/layers/beside.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/global_pool.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

TEST_CASE("beside: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | beside(global_avg_pool, global_max_pool) | conv<4, 1>), input<2, 3, 4>>();
  // Vectors that stand there twice, or that go on elsewhere as well, take all of their gradients.
  check_gradients<(dense<4> | beside(id, id) | conv<3, 2>), input<3>>();
  check_gradients<(dense<4> | add(beside(id, dense<4>) | flatten, dense<8>)), input<3>>();
}

TEST_CASE("beside makes vectors the pixels of a sequence", "[layers]") {
  constexpr auto net = beside(global_avg_pool, global_max_pool, global_avg_pool);
  STATIC_REQUIRE(output_shape(net, input<9, 2, 2>) == shape<9, 3>);
  Model<net, input<2, 1, 2>> model{};
  const float x[] = {1, 3, -4, 0};
  REQUIRE(elements(model.predict(FeatureMapView<const float, 1>(x, 1, 2, 1, 2))) ==
          std::vector<double>{2, 3, 2, -2, 0, -2});
}

}  // namespace
