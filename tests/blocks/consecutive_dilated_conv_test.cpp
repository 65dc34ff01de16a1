#include "lamina/blocks/consecutive_dilated_conv.hpp"

#include "support/plain_maps.hpp"

using namespace lamina;
using support::Array;
using support::check_gradients;
using support::convolved;
using support::each;
using support::elements;
using support::map_of;
using support::normalized;
using support::RandomImages;
using support::randomize;

namespace {

TEST_CASE("consecutive dilated convolutions: parameters", "[blocks]") {
  // Lite-Mono's encoder has 2 848 120 parameters, its small one 2 250 232: three units of 128 channels fewer.
  STATIC_REQUIRE(parameter_count(consecutive_dilated_conv<1, 2, 3>, input<128, 6, 20>) + 3 * 2 * 128 ==
                 2'848'120 - 2'250'232);
  STATIC_REQUIRE(output_shape(consecutive_dilated_conv<1, 2, 3>, input<5, 7, 4>) == shape<5, 7, 4>);
  STATIC_REQUIRE(receptive_field(consecutive_dilated_conv<1, 2, 3>, input<5, 7, 4>).height == 13);
}

TEST_CASE("consecutive dilated convolutions: gradients", "[blocks]") {
  check_gradients<consecutive_dilated_conv<1, 2>, input<3, 5, 4>>({}, [](auto& model) {
    for (const auto& parameter : model.parameters())  // γ away from its start, which hides the branch
      for (Index i = 0; i < parameter.size(); ++i)
        if (parameter[i] == 1e-6) parameter[i] = 0.5 + 0.1 * static_cast<double>(i);
  });
}

TEST_CASE("consecutive dilated convolutions: units by their definition, one after another", "[blocks]") {
  Model<consecutive_dilated_conv<1, 2>, input<3, 5, 6>, double> model{seed{1}};
  randomize(model);
  const auto p = model.parameters();
  const RandomImages<double> images(shape<3, 5, 6>, 2);
  const auto gelu_of = [](double value) { return value / 2 * (1 + std::erf(value / std::sqrt(2.0))); };
  const auto unit = [&](const Array& x, std::size_t first, Index distance) {
    const Array spread = normalized(convolved(x, p[first], {}, distance), p[first + 1], p[first + 2]);
    const Array hidden = each(convolved(spread, p[first + 3], p[first + 4].values()), gelu_of);
    const Array branch = convolved(hidden, p[first + 5], p[first + 6].values());
    return map_of(x.n, x.c, x.h, x.w, [&](Index n, Index c, Index h, Index w) {
      return x(n, c, h, w) + p[first + 7][c] * branch(n, c, h, w);
    });
  };
  require_close(elements(model.predict(images.view)), unit(unit(map_of(images), 0, 1), 8, 2).values, 1e-12);
}

}  // namespace
