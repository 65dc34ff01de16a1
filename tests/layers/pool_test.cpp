#include "lamina/layers/pool.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("pooling: output shapes are PyTorch's", "[layers]") {
  STATIC_REQUIRE(output_shape(max_pool<2>, input<3, 7, 8>) == shape<3, 3, 4>);
  STATIC_REQUIRE(output_shape(max_pool<2, ceil_mode>, input<3, 7, 8>) == shape<3, 4, 4>);
  STATIC_REQUIRE(output_shape(max_pool<3, stride<2>, pad<1>>, input<3, 112, 112>) == shape<3, 56, 56>);
  STATIC_REQUIRE(output_shape(max_pool<3, stride<1>, same>, input<3, 5, 6>) == shape<3, 5, 6>);
  STATIC_REQUIRE(output_shape(max_pool<3, stride<1>, dilation<2>, same>, input<3, 5, 6>) == shape<3, 5, 6>);
  STATIC_REQUIRE(output_shape(max_pool<kernel<1, 3>, stride<1, 2>>, input<3, 5, 9>) == shape<3, 5, 4>);
  STATIC_REQUIRE(output_shape(avg_pool<2>, input<3, 10>) == shape<3, 5>);
  STATIC_REQUIRE(output_shape(adaptive_avg_pool<3, 2>, input<4, 7, 5>) == shape<4, 3, 2>);
}

TEST_CASE("max pooling: gradients", "[layers]") {
  check_gradients<max_pool<3, stride<1>, dilation<2>, same>, input<3, 5, 4>>();
  check_gradients<(conv<9, 3> | max_pool<2>), input<2, 6, 4>>();
  check_gradients<(conv<3, 3> | max_pool<3, stride<2>, pad<1>> | max_pool<2, stride<1>, dilation<2>>),
                  input<2, 9, 8>>();
}

TEST_CASE("average pooling: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | avg_pool<2>), input<2, 6, 5>>();
  check_gradients<(conv<3, 3> | avg_pool<3, stride<2>, pad<1>, exclude_padding> |
                   avg_pool<2, stride<1>, ceil_mode>),
                  input<2, 7, 8>>();
  check_gradients<(conv<3, 3> | adaptive_avg_pool<3, 2>), input<2, 7, 5>>();
}

TEST_CASE("average pooling counts padding or does not", "[layers]") {
  Model<avg_pool<3, stride<1>, same>, input<1, 2, 2>> counted{};
  Model<avg_pool<3, stride<1>, same, exclude_padding>, input<1, 2, 2>> excluded{};
  const float ones[] = {1, 1, 1, 1};
  const FeatureMapView<const float, 1> image(ones, 1, 1, 2, 2);
  require_close(elements(counted.predict(image)), {4 / 9.0, 4 / 9.0, 4 / 9.0, 4 / 9.0}, 1e-6);
  require_close(elements(excluded.predict(image)), {1.0, 1.0, 1.0, 1.0}, 1e-6);
}

}  // namespace
