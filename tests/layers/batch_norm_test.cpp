#include "lamina/layers/batch_norm.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

template <class Model> void disturb(Model& model) {
  const Random random(seed{8});
  std::uint64_t i = 0;
  for (const auto& parameter : model.parameters())
    for (Index e = 0; e < parameter.size(); ++e)
      parameter[e] += static_cast<typename Model::value_type>(0.3 * random.normal(i++));
  for (const auto& statistic : model.statistics())
    for (Index e = 0; e < statistic.size(); ++e)
      statistic[e] += static_cast<typename Model::value_type>(0.5 * random.uniform_double(i++));
}

TEST_CASE("batch norm: gradients through the batch's statistics", "[layers]") {
  check_gradients<(conv<9, 3> | batch_norm | tanh_activation | batch_norm_with<no_affine>), input<2, 4, 3>>(
      {.batch = 3, .tolerance = 1e-5}, [](auto& model) { disturb(model); });
}

TEST_CASE("batch norm: frozen, its statistics are constants", "[layers]") {
  check_gradients<(frozen(batch_norm) | conv<3, 3>), input<9, 3, 3>>({}, [](auto& model) { disturb(model); });
}

TEST_CASE("batch norm: a batch is normalised, the running averages follow", "[layers]") {
  Model<batch_norm_with<momentum<0.25>>, input<3, 4, 5>, double> model{seed{1}};
  RandomImages<double> images(shape<3, 4, 5>, 4);
  const auto y = model.forward(images.view);
  for (Index c = 0; c < 3; ++c) {
    double mean = 0, square = 0, x_mean = 0, x_square = 0;
    for (Index n = 0; n < 4; ++n)
      for (Index p = 0; p < 20; ++p) {
        mean += y(n, c, p / 5, p % 5) / 80;
        square += y(n, c, p / 5, p % 5) * y(n, c, p / 5, p % 5) / 80;
        x_mean += images.view(n, c, p / 5, p % 5) / 80;
      }
    for (Index n = 0; n < 4; ++n)
      for (Index p = 0; p < 20; ++p) x_square += std::pow(images.view(n, c, p / 5, p % 5) - x_mean, 2);
    require_close(mean, 0, 1e-12);
    require_close(square, 1, 1e-4);
    require_close(model.statistic("running_mean")[c], 0.25 * x_mean, 1e-12);
    require_close(model.statistic("running_var")[c], 0.75 + 0.25 * x_square / 79, 1e-12);
  }
}

TEST_CASE("batch norm: a batch of nothing leaves statistics and gradients alone", "[layers]") {
  Model<(conv<9, 3> | batch_norm), input<2, 4, 3>> model{seed{1}};
  disturb(model);
  const auto mean = model.statistic("1.running_mean").values(),
             variance = model.statistic("1.running_var").values();
  RandomImages<float> images(shape<2, 4, 3>, 1);
  auto none = images.view;
  none.batch = 0;
  REQUIRE(model.forward(none).batch == 0);
  model.backward();
  REQUIRE(model.statistic("1.running_mean").values() == mean);
  REQUIRE(model.statistic("1.running_var").values() == variance);
  for (const auto& gradient : model.gradients())
    for (const float g : gradient.values()) REQUIRE(g == 0);
}

TEST_CASE("batch norm: one value per channel becomes the shift, and tells nothing of a variance",
          "[layers]") {
  Model<batch_norm, input<3, 1, 1>> model{seed{1}};
  disturb(model);
  RandomImages<float> images(shape<3, 1, 1>, 1);
  const auto mean = model.statistic("running_mean").values(),
             variance = model.statistic("running_var").values();
  const auto y = model.forward(images.view);
  for (Index c = 0; c < 3; ++c) {
    require_close(y(0, c), model.parameter("bias")[c], 1e-6);
    require_close(model.statistic("running_mean")[c],
                  0.9f * mean[static_cast<std::size_t>(c)] + 0.1f * images.view(0, c, 0, 0), 1e-6);
  }
  REQUIRE(model.statistic("running_var").values() == variance);
}

constexpr auto fused = conv<9, 3, no_bias> | batch_norm | relu | conv<4, 3> | batch_norm_with<no_affine> |
                       conv<5, 1> | sigmoid | add(conv<5, 1> | batch_norm, id) | batch_norm;

TEST_CASE("batch norm: frozen models fold it and give the same answers", "[layers]") {
  Model<fused, input<2, 6, 5>> model{seed{4}};
  disturb(model);
  RandomImages<float> images(shape<2, 6, 5>, 3);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
  REQUIRE(predict.structure().operations.size() == 6);  // of 13: the others are folded away
}

}  // namespace
