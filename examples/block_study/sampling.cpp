// What happens at the borders, and where the map is made smaller.
#include "lamina/blocks/blurred_downsampling.hpp"
#include "study.hpp"

namespace block_study {
namespace {

constexpr auto partial =
    with_input([](auto in) { return conv<in.channels, 3, no_bias, border<Border::partial>>; });

}  // namespace

std::vector<Variant> sampling_variants() {
  return {variant<net<partial>>("partial_padding"),
          variant<net<plain, id, max_blur_pool<>>>("max_blur_pool")};
}

}  // namespace block_study
