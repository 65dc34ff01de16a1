// Convolutions on sequences, with other borders than zero, on maps of any size, frozen, and fused.
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"
#include "support/frozen.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("conv: gradients on sequences", "[layers]") {
  check_gradients<(conv<7, 3> | tanh_activation | conv<13, 4, stride<2>, pad<1>> | conv<9, 3, dilation<2>>),
                  input<3, 11>>();
}

TEST_CASE("conv: gradients with every border", "[layers]") {
  check_gradients<(conv<9, 3, border<Border::reflect>> | tanh_activation |
                   conv<3, 5, border<Border::replicate>>),
                  input<2, 4, 3>>();
  check_gradients<(conv<8, 3, border<Border::circular>> | tanh_activation |
                   conv<8, 3, stride<2>, groups<8>, border<Border::replicate>> |
                   conv<3, 3, border<Border::partial>>),
                  input<2, 5, 4>>();
}

TEST_CASE("conv: a partial border scales by the taps inside", "[layers]") {
  Model<conv<1, 3, border<Border::partial>, init<initializers::ones>>, input<1, 3, 3>> model{};
  const float ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  require_close(elements(model.predict(FeatureMapView<const float, 1>(ones, 1, 1, 3, 3))),
                std::vector<double>(9, 9.0), 1e-6);
}

TEST_CASE("conv: frozen, a norm's shift is where a partial border leaves the bias out", "[layers]") {
  // Windows that lie wholly in padding: their output is zero before the norm, and its shift after it.
  support::require_same_answers<(conv<5, 3, pad<3>, border<Border::partial>> | batch_norm | relu),
                                shape<2, 4, 5>>();
  support::require_same_answers<(conv<5, 2, dilation<2>, pad<1>, border<Border::partial>> | batch_norm),
                                shape<2, 4, 1>>();
}

TEST_CASE("conv: maps whose size is known at run time", "[layers]") {
  constexpr auto net = conv<9, 3, stride<2>> | tanh_activation | conv<3, 3, same_upper, stride<2>>;
  Model<net, input<2, 7, 6>> fixed{seed{4}};
  Model<net, input<2, dyn, dyn>> any{seed{4}};
  RandomImages<float> images(shape<2, 7, 6>, 3);
  // TensorFlow's padding depends on the extents, so it shows whether those at hand are used.
  REQUIRE(elements(any.predict(images.view)) == elements(fixed.predict(images.view)));
}

TEST_CASE("conv: frozen parameters get no gradient, the layers before them do", "[layers]") {
  check_gradients<(conv<7, 3> | frozen(conv<9, 3>) | conv<3, 3>), input<2, 4, 3>>();
}

TEST_CASE("conv: a frozen model applies bias and activation while it stores", "[layers]") {
  Model<(conv<9, 3> | relu | conv<8, 3, stride<2>, no_bias> | sigmoid | conv<8, 3, groups<8>> | silu |
         conv<3, 1>),
        input<3, 6, 5>>
      model{seed{4}};
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i) parameter[i] += 0.01f * static_cast<float>(i % 7);
  RandomImages<float> images(shape<3, 6, 5>, 3);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-6);
  REQUIRE(predict.structure().operations.size() == 3);  // the depthwise and the last one in one pass
}

}  // namespace
