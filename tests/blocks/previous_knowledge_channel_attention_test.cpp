#include "lamina/blocks/previous_knowledge_channel_attention.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

constexpr auto first = previous_knowledge_channel_attention<"first">;
constexpr auto second = previous_knowledge_channel_attention<"second", "first">;
constexpr auto third = previous_knowledge_channel_attention<"third", "first", "second">;

constexpr auto stage =
    residual(conv<5, 1> | first) | residual(conv<5, 1> | second) | residual(conv<5, 1> | third);

TEST_CASE("previous-knowledge channel attention: gradients through three blocks of a stage", "[blocks]") {
  check_gradients<stage, input<5, 3, 2>>({.step = 1e-6});
}

TEST_CASE("previous-knowledge channel attention: parameters", "[blocks]") {
  STATIC_REQUIRE(parameter_count(first, input<256, 4, 4>) == 5);
  STATIC_REQUIRE(parameter_count(first | second, input<256, 4, 4>) == 5 + 2 * 5 + 1 + 3);
  STATIC_REQUIRE(parameter_count(first | second | third, input<256, 4, 4>) == 5 + 2 * 5 + 4 + 2 * 5 + 5);
  STATIC_REQUIRE(output_shape(first | second, input<9, 4, 5>) == shape<9, 4, 5>);
}

TEST_CASE("previous-knowledge channel attention follows its definition", "[blocks]") {
  constexpr Index C = 6, P = 4;
  Model<first | second, input<C, 2, 2>, double> model{seed{1}};
  RandomImages<double> images(shape<C, 2, 2>, 1);
  const auto parameters = model.parameters();
  std::vector<double> kernels[3], numbers;
  std::size_t kernel = 0;
  for (const auto& parameter : parameters) {
    if (parameter.size() == 1) {
      numbers.push_back(parameter[0]);
      continue;
    }
    for (Index i = 0; i < 3; ++i) kernels[kernel].push_back(parameter[i]);
    ++kernel;
  }
  REQUIRE(numbers == std::vector<double>{0.5, 0.5, 0.5, 0.5});
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto along = [&](const std::vector<double>& w, const std::vector<double>& z) {
    std::vector<double> result;
    for (std::size_t c = 0; c < z.size(); ++c)
      result.push_back(
          logistic((c > 0 ? w[0] * z[c - 1] : 0) + w[1] * z[c] + (c + 1 < z.size() ? w[2] * z[c + 1] : 0)));
    return result;
  };
  std::vector<double> u(images.storage.begin(), images.storage.end()), earlier, own;
  const auto means = [&] {
    std::vector<double> z(C, 0.0);
    for (std::size_t i = 0; i < u.size(); ++i) z[i / P] += u[i] / P;
    return z;
  };
  earlier = means();
  const auto alone = along(kernels[0], earlier);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] *= 1 + alone[i / P];
  own = means();
  std::vector<double> joined;
  for (std::size_t c = 0; c < C; ++c) joined.push_back(std::max(0.0, (own[c] + earlier[c]) / 2));
  const auto global = along(kernels[1], joined), local = along(kernels[2], own);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] *= 1 + logistic((global[i / P] + local[i / P]) / 2);
  require_close(elements(model.predict(images.view)), u, 1e-12);
}

}  // namespace
