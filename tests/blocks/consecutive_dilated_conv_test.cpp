#include "lamina/blocks/consecutive_dilated_conv.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;

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

}  // namespace
