#include "lamina/layers/partial_conv.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

// A mask made of the input, which has no gradient anywhere.
inline constexpr auto is_large = pointwise([](auto x) { return select(x > 0.2, 0 * x + 1, 0 * x); });
inline constexpr auto one_channel = updated_mask<1>;

TEST_CASE("partial convolution: shapes and parameters are conv's", "[layers]") {
  constexpr auto in = inputs(input<3, 9, 8>, extra<"mask", 1, 9, 8>);
  constexpr auto net = partial_conv<5, 3, stride<2>>(from<"mask">);
  STATIC_REQUIRE(output_shape(net, in) == shape<5, 5, 4>);
  STATIC_REQUIRE(parameter_count(net, in) == parameter_count(conv<5, 3>, input<3, 9, 8>));
  STATIC_REQUIRE(macs(net, in) == macs(conv<5, 3, stride<2>>, input<3, 9, 8>));
  STATIC_REQUIRE(output_shape(updated_mask<3, stride<2>>, input<4, 9, 8>) == shape<1, 5, 4>);
  Model<net, in> model;
  REQUIRE(model.parameters()[0].name() == "weight");
  REQUIRE(model.parameters()[1].name() == "bias");
}

TEST_CASE("partial convolution: gradients", "[layers]") {
  constexpr auto thirds = [](auto& model) {
    for (const auto& parameter : model.parameters()) parameter[0] += 0.3;
  };
  check_gradients<partial_conv<5, 3>(is_large), input<3, 5, 4>>({}, thirds);
  check_gradients<partial_conv<9, 3, stride<2>, no_bias>(is_large | one_channel), input<3, 5, 6>>({}, thirds);
  check_gradients<partial_conv<6, 2, groups<3>, pad<1>>(is_large | one_channel), input<9, 4, 3>>({}, thirds);
  // The map's gradient is added to what the residual left there.
  check_gradients<(conv<4, 1> | residual(partial_conv<4, 3, dilation<2>>(is_large))), input<4, 5, 4>>({},
                                                                                                      thirds);
}

TEST_CASE("holes spread no values, and close from layer to layer", "[layers]") {
  constexpr auto in = inputs(input<2, 9, 9>, extra<"mask", 1, 9, 9>);
  constexpr auto first = partial_conv<4, 3>(from<"mask">) | relu;
  constexpr auto second = partial_conv<3, 3>(from<"mask"> | updated_mask<3> | tap<"closed">);
  Model<first | second, in> model{seed{3}};
  Model<first | second | from<"closed">, in> masks{seed{3}};
  RandomImages<float> images(shape<2, 9, 9>, 1);
  Storage<float> mask(81);
  for (Index i = 0; i < 81; ++i) mask[i] = 1;
  for (Index r = 2; r < 7; ++r)
    for (Index c = 2; c < 7; ++c) mask[r * 9 + c] = 0;
  const FeatureMapView<const float, 1> mask_view(mask.data(), 1, 1, 9, 9);
  const auto before = elements(model.predict(images.view, mask_view));
  for (Index i = 0; i < 2 * 81; ++i)
    if (mask[i % 81] == 0) images.storage[i] = 1e6f;
  REQUIRE(elements(model.predict(images.view, mask_view)) == before);

  const auto closed = elements(masks.predict(images.view, mask_view));
  for (Index r = 0; r < 9; ++r)
    for (Index c = 0; c < 9; ++c) {
      const bool hole = r >= 3 && r < 6 && c >= 3 && c < 6;
      REQUIRE(closed[static_cast<std::size_t>(r * 9 + c)] == (hole ? 0 : 1));
    }
}

TEST_CASE("a frozen partial convolution predicts the same", "[layers]") {
  constexpr auto net = partial_conv<5, 3>(is_large | one_channel) | batch_norm | relu;
  Model<net, input<3, 5, 4>> model{seed{4}};
  RandomImages<float> images(shape<3, 5, 4>, 2);
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), elements(model.predict(images.view)), 1e-5);
}

}  // namespace
