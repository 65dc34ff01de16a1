// Convolution, batch norm and rectifier in one word: what Inception networks are made of since Ioffe and
// Szegedy, "Batch Normalization", 2015. A bias would vanish in the norm's mean, so there is none.
#pragma once

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// The batch norm of the Inception family: ε = 1e-3, learnt scale and shift, and a momentum of 0.1 as in
/// torchvision (Keras: 0.01). Keras leaves out the scale of its Inception nets, and so counts fewer
/// parameters.
inline constexpr auto inception_batch_norm = batch_norm_with<epsilon<1e-3>>;

/// normalized_conv<64, 3, stride<2>, valid>: conv of these arguments without bias, inception_batch_norm,
/// relu.
template <Index Channels, auto K, auto... Option>
inline constexpr auto normalized_conv = conv<Channels, K, no_bias, Option...> | inception_batch_norm | relu;

}  // namespace lamina
