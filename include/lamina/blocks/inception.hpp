// The Inception module of GoogLeNet (Szegedy et al., "Going Deeper with Convolutions", 2015): what 1×1, 3×3
// and 5×5 kernels and a pooling see of a map, one after another, the larger kernels behind 1×1 convolutions
// that make them cheap. Rectifiers follow every convolution; batch norms, which later versions have, are two
// arguments away: inception<W, batch_norm_with<epsilon<1e-3>> | relu, no_bias>.
#pragma once

#include "lamina/layers/conv.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// The channels of the module's four towers, as the paper's table 1 has them.
struct InceptionWidths {
  Index one;                  ///< 1×1
  Index reduce_three, three;  ///< 1×1, then 3×3
  Index reduce_five, five;    ///< 1×1, then 5×5
  Index pool_projection;      ///< 3×3 maximum, then 1×1
  int largest = 5;            ///< the kernel of the third tower: torchvision's net has 3

  constexpr Index channels() const { return one + three + five + pool_projection; }
};

/// (C, H, W) to (one + three + five + pool_projection, H, W). inception<InceptionWidths{64, 96, 128, 16, 32,
/// 32}> is GoogLeNet's 3a. After stands behind every convolution: relu, or batch_norm | relu. Options are
/// those of all the convolutions.
template <InceptionWidths W, auto After = relu, auto... Option>
inline constexpr auto inception =
    concat(conv<W.one, 1, Option...> | After,
           conv<W.reduce_three, 1, Option...> | After | conv<W.three, 3, Option...> | After,
           conv<W.reduce_five, 1, Option...> | After | conv<W.five, W.largest, Option...> | After,
           max_pool<3, stride<1>, pad<1>> | conv<W.pool_projection, 1, Option...> | After);

}  // namespace lamina
