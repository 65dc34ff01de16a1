// Other things in place of the plain 3×3 convolution.
#include "lamina/blocks/inception.hpp"
#include "lamina/blocks/separable_conv.hpp"
#include "lamina/layers/weighted_conv.hpp"
#include "study.hpp"

namespace block_study {
namespace {

constexpr auto towers = with_input([](auto in) {
  constexpr Index c = in.channels;
  return inception<InceptionWidths{c / 4, c / 4, c / 2, c / 8, c / 8, c / 8}>;
});
constexpr auto separable = with_input([](auto in) { return separable_conv<in.channels, 3, no_bias>; });
constexpr auto dilated = with_input([](auto in) { return conv<in.channels, 3, dilation<2>, no_bias>; });
constexpr auto weighted =
    with_input([](auto in) { return weighted_conv<in.channels, density<0.7>, no_bias>; });

}  // namespace

std::vector<Variant> convolution_variants() {
  return {variant<net<towers>>("inception"), variant<net<separable>>("separable_conv"),
          variant<net<dilated>>("dilated_conv"), variant<net<weighted>>("weighted_conv")};
}

}  // namespace block_study
