// Concurrent spatial and channel squeeze and excitation (Roy, Navab and Wachinger, "Recalibrating Fully
// Convolutional Networks with Spatial and Channel Squeeze and Excitation Blocks", 2019): every element is
// weighed by what its channel holds on the whole, and by what its pixel holds.
#pragma once

#include "lamina/blocks/squeeze_excite.hpp"
#include "lamina/layers/conv.hpp"

namespace lamina {

/// x · σ(W2 · relu(W1 · mean(x) + b1) + b2): squeeze_excite with the paper's reduction of 2. C² + 1.5 C
/// parameters.
template <int Reduction = 2> inline constexpr auto channel_excite = squeeze_excite<Reduction>;

/// x · σ(w · x + b): a gate per pixel from a 1×1 convolution to one channel. C + 1 parameters.
inline constexpr auto spatial_excite = gate(conv<1, 1> | sigmoid);

/// How the two are joined.
enum class ExciteJoin {
  maximum,  ///< as the authors' code: the larger one of each pair, the channels' where they tie
  add,      ///< as their conference paper (2018) is read
  multiply,
  concat,  ///< twice the channels
};

/// (C, H, W) to the same, or to (2 C, H, W) with ExciteJoin::concat.
template <ExciteJoin Join = ExciteJoin::maximum, int Reduction = 2>
inline constexpr auto spatial_channel_excite = with_input([](auto) {
  if constexpr (Join == ExciteJoin::maximum)
    return maximum(channel_excite<Reduction>, spatial_excite);
  else if constexpr (Join == ExciteJoin::add)
    return add(channel_excite<Reduction>, spatial_excite);
  else if constexpr (Join == ExciteJoin::multiply)
    return multiply(channel_excite<Reduction>, spatial_excite);
  else
    return concat(channel_excite<Reduction>, spatial_excite);
});

}  // namespace lamina
