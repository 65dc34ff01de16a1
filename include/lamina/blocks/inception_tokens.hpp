// The one-dimensional Inception module over tokens, of "Inceptive Transformers": what short windows of a
// sequence show, beside the hidden states of a pretrained encoder.
#pragma once

#include "lamina/layers/conv.hpp"
#include "lamina/layers/zero_pad.hpp"

namespace lamina {

/// A convolution of Taps neighbouring tokens where all of them are there, zeros elsewhere: (C, W) to
/// (Filters, W).
template <Index Filters, Index Taps>
inline constexpr auto token_window =
    conv<Filters, kernel<1, Taps>, valid> | zero_pad<0, (Taps - 1) / 2, 0, Taps / 2>;

/// (C, W) to (C + n · Filters, W): the hidden states, and n banks of Filters convolutions, one for each
/// number of Taps. The paper's has 2, 3 and 5 taps, or 7 too, and 16, 32 or 128 filters;
/// self-attention and a mean over the tokens follow it there. Filters · (C · Σ taps + n) parameters.
template <Index Filters, Index... Taps>
inline constexpr auto inception_tokens = concat(id, token_window<Filters, Taps>...);

}  // namespace lamina
