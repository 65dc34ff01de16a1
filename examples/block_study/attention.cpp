// The plain net, and what it gains by attention at the end of each residual branch.
#include "lamina/blocks/convolutional_block_attention.hpp"
#include "lamina/blocks/efficient_channel_attention.hpp"
#include "lamina/blocks/spatial_channel_excite.hpp"
#include "study.hpp"

std::vector<block_study::Variant> block_study::attention_variants() {
  return {variant<net<>>("plain"), variant<net<plain, squeeze_excite<4>>>("squeeze_excite"),
          variant<net<plain, efficient_channel_attention<>>>("efficient_channel_attention"),
          variant<net<plain, convolutional_block_attention<4>>>("convolutional_block_attention"),
          variant<net<plain, spatial_channel_excite<>>>("spatial_channel_excite")};
}
