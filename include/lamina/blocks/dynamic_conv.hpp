// Dynamic convolution (Wu, Fan, Baevski, Dauphin and Auli, "Pay Less Attention with Lightweight and Dynamic
// Convolutions", 2019): lightweight convolution (layers/lightweight_conv.hpp) whose taps are made of the
// position's own input by a linear map; and the block in which either stands in for self-attention. Tokens
// lie along the row of a sequence (C, T), where dense layers are convolutions of one tap.
#pragma once

#include "lamina/blocks/gated_linear_unit.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/lightweight_conv.hpp"
#include "lamina/layers/positionwise_conv.hpp"

namespace lamina {

/// dynamic_conv<7, 16>: taps and heads, then options causal and drop_connect<…>. (C, T) to the same, with
/// H k C parameters: no bias, as the authors' code has it. DropConnect draws for every position.
template <Index Taps, Index HeadCount, auto... Option>
inline constexpr auto dynamic_conv =
    positionwise_conv<Taps, HeadCount, Option...>(id, conv<Taps * HeadCount, 1, no_bias>);

/// dense → gated linear unit → `convolution` → dense, (C, T) to the same: 3 C² + 3 C parameters and the
/// convolution's.
template <net_block Convolution> constexpr auto gated_conv_block(Convolution) {
  return with_input([](auto in) {
    return conv<2 * in.channels, 1> | gated_linear_unit | Convolution{} | conv<in.channels, 1>;
  });
}

/// lightweight_conv_block<7, 16, drop_connect<0.1>> and dynamic_conv_block<31, 16, causal>: the block, with
/// the arguments of its convolution. Norm and residual go around it, as the net has them.
template <Index Taps, Index HeadCount, auto... Option>
inline constexpr auto lightweight_conv_block = gated_conv_block(lightweight_conv<Taps, HeadCount, Option...>);
template <Index Taps, Index HeadCount, auto... Option>
inline constexpr auto dynamic_conv_block = gated_conv_block(dynamic_conv<Taps, HeadCount, Option...>);

}  // namespace lamina
