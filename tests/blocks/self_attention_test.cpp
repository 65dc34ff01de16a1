#include "lamina/blocks/self_attention.hpp"

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

/// Where γ is 0 nothing but γ has a gradient.
constexpr auto grown = [](auto& model) {
  for (const auto& parameter : model.parameters())
    if (parameter.size() == 1) parameter[0] = 0.8;
};

TEST_CASE("self-attention: gradients", "[blocks]") {
  check_gradients<self_attention<4>, input<9, 3, 4>>({}, grown);
  check_gradients<self_attention_pooled<4>, input<8, 4, 6>>({}, grown);
}

TEST_CASE("self-attention: parameters", "[blocks]") {
  STATIC_REQUIRE(parameter_count(self_attention<>, input<64, 8, 8>) == 4 * 64 * 8 + 1);
  STATIC_REQUIRE(parameter_count(self_attention_pooled<>, input<128, 8, 8>) == 20'481);
  STATIC_REQUIRE(parameter_count(self_attention_pooled<>, input<256, 8, 8>) == 81'921);
  STATIC_REQUIRE(output_shape(self_attention_pooled<>, input<64, 7, 6>) == shape<64, 7, 6>);
}

TEST_CASE("fresh self-attention lets maps pass; grown, it follows its definition", "[blocks]") {
  constexpr Index C = 8, P = 6;
  Model<self_attention<4>, input<C, 2, 3>, double> model{seed{1}};
  RandomImages<double> images(shape<C, 2, 3>, 1);
  const auto& x = images.storage;
  require_close(elements(model.predict(images.view)), std::vector<double>(x.begin(), x.end()), 0);

  grown(model);
  const auto parameters = model.parameters();  // of queries g, keys f, values h, v, and γ
  const auto linear = [&](std::size_t which, Index out, Index pixel) {
    double sum = 0;
    for (Index c = 0; c < C; ++c) sum += parameters[which][out * C + c] * x[c * P + pixel];
    return sum;
  };
  std::vector<double> expected(static_cast<std::size_t>(C * P), 0.0);
  for (Index j = 0; j < P; ++j) {
    double total = 0;
    std::vector<double> beta;
    for (Index i = 0; i < P; ++i) {
      double likeness = 0;
      for (Index d = 0; d < C / 4; ++d) likeness += linear(0, d, j) * linear(1, d, i);
      beta.push_back(std::exp(likeness));
      total += beta.back();
    }
    for (Index c = 0; c < C; ++c) {
      double sum = 0;
      for (Index d = 0; d < C / 4; ++d)
        for (Index i = 0; i < P; ++i)
          sum += parameters[3][c * (C / 4) + d] * beta[static_cast<std::size_t>(i)] / total * linear(2, d, i);
      expected[static_cast<std::size_t>(c * P + j)] = x[c * P + j] + 0.8 * sum;
    }
  }
  require_close(elements(model.predict(images.view)), expected, 1e-12);
  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  require_close(elements(frozen(images.view, workspace)), expected, 1e-12);
}

}  // namespace
